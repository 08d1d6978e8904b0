package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.PointId;
import io.qdrant.client.grpc.JsonWithInt.ListValue;
import io.qdrant.client.grpc.JsonWithInt.NullValue;
import io.qdrant.client.grpc.JsonWithInt.Struct;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.PointStruct;
import java.util.Map;
import java.util.UUID;

/** Ids and payloads as the gRPC API carries them. */
final class Protos {
  private Protos() {}

  static io.qdrant.client.grpc.Common.PointId id(PointId id) {
    var proto = io.qdrant.client.grpc.Common.PointId.newBuilder();
    return switch (id) {
      case PointId.Num(long value) -> proto.setNum(value).build();
      case PointId.Uuid(UUID value) -> proto.setUuid(value.toString()).build();
    };
  }

  static void putPayload(ObjectNode payload, PointStruct.Builder point) {
    for (Map.Entry<String, JsonNode> entry : payload.properties()) {
      point.putPayload(entry.getKey(), value(entry.getValue()));
    }
  }

  /** Whole numbers beyond 64 bits become doubles: the wire form has no wider integer. */
  static Value value(JsonNode node) {
    Value.Builder value = Value.newBuilder();
    switch (node.getNodeType()) {
      case STRING -> value.setStringValue(node.asText());
      case BOOLEAN -> value.setBoolValue(node.asBoolean());
      case NUMBER -> {
        if (node.isIntegralNumber() && node.canConvertToLong()) {
          value.setIntegerValue(node.asLong());
        } else {
          value.setDoubleValue(node.asDouble());
        }
      }
      case ARRAY -> {
        ListValue.Builder list = ListValue.newBuilder();
        node.forEach(element -> list.addValues(value(element)));
        value.setListValue(list);
      }
      case OBJECT -> {
        Struct.Builder struct = Struct.newBuilder();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
          struct.putFields(entry.getKey(), value(entry.getValue()));
        }
        value.setStructValue(struct);
      }
      case NULL, MISSING, BINARY, POJO -> value.setNullValue(NullValue.NULL_VALUE);
    }
    return value.build();
  }
}
