package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.quiver.engine.Payload;
import io.qdrant.client.grpc.JsonWithInt;
import io.qdrant.client.grpc.JsonWithInt.ListValue;
import io.qdrant.client.grpc.JsonWithInt.NullValue;
import io.qdrant.client.grpc.JsonWithInt.Struct;
import io.qdrant.client.grpc.JsonWithInt.Value;
import java.util.Map;

/**
 * JSON values between their wire form and a Jackson tree. Integers and doubles keep their identity;
 * an integer that does not fit a signed 64-bit number becomes a double, since the wire has no other
 * number.
 */
final class GrpcValues {
  /** As deep as Qdrant's own JSON reader goes. */
  static final int MAX_DEPTH = 127;

  private static final Value NULL = Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
  private static final Value TRUE = Value.newBuilder().setBoolValue(true).build();
  private static final Value FALSE = Value.newBuilder().setBoolValue(false).build();

  private GrpcValues() {}

  /** The payload that a map of values is. */
  static Payload payload(Map<String, Value> fields) {
    return fields.isEmpty() ? Payload.EMPTY : Payload.of(object(fields));
  }

  static ObjectNode object(Map<String, Value> fields) {
    return object(fields, 1);
  }

  private static ObjectNode object(Map<String, Value> fields, int depth) {
    if (depth > MAX_DEPTH) {
      throw GrpcFaults.malformed(
          "payload is nested deeper than " + MAX_DEPTH + " levels; flatten it");
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, Value> field : fields.entrySet()) {
      object.set(field.getKey(), json(field.getValue(), depth + 1));
    }
    return object;
  }

  static JsonNode read(Value value) {
    return json(value, 1);
  }

  private static JsonNode json(Value value, int depth) {
    return switch (value.getKindCase()) {
      case NULL_VALUE, KIND_NOT_SET -> NullNode.instance;
      case DOUBLE_VALUE -> {
        double number = value.getDoubleValue();
        if (!Double.isFinite(number)) {
          throw GrpcFaults.malformed("cannot convert to json number: " + number);
        }
        yield DoubleNode.valueOf(number);
      }
      case INTEGER_VALUE -> LongNode.valueOf(value.getIntegerValue());
      case STRING_VALUE -> TextNode.valueOf(value.getStringValue());
      case BOOL_VALUE -> BooleanNode.valueOf(value.getBoolValue());
      case STRUCT_VALUE -> object(value.getStructValue().getFieldsMap(), depth);
      case LIST_VALUE -> array(value.getListValue(), depth);
    };
  }

  private static ArrayNode array(ListValue list, int depth) {
    if (depth > MAX_DEPTH) {
      throw GrpcFaults.malformed(
          "payload is nested deeper than " + MAX_DEPTH + " levels; flatten it");
    }
    ArrayNode array = JsonNodeFactory.instance.arrayNode(list.getValuesCount());
    for (Value element : list.getValuesList()) {
      array.add(json(element, depth + 1));
    }
    return array;
  }

  static Value write(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> Value.newBuilder().setStringValue(node.textValue()).build();
      case BOOLEAN -> node.booleanValue() ? TRUE : FALSE;
      case NUMBER -> number(node);
      case OBJECT -> {
        Struct.Builder struct = Struct.newBuilder();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
          struct.putFields(field.getKey(), write(field.getValue()));
        }
        yield Value.newBuilder().setStructValue(struct).build();
      }
      case ARRAY -> {
        ListValue.Builder list = ListValue.newBuilder();
        for (JsonNode element : node) {
          list.addValues(write(element));
        }
        yield Value.newBuilder().setListValue(list).build();
      }
      case NULL, MISSING -> NULL;
      case BINARY, POJO -> throw new IllegalStateException("not JSON: " + node.getNodeType());
    };
  }

  private static Value number(JsonNode node) {
    JsonWithInt.Value.Builder value = Value.newBuilder();
    return node.isIntegralNumber() && node.canConvertToLong()
        ? value.setIntegerValue(node.longValue()).build()
        : value.setDoubleValue(node.doubleValue()).build();
  }
}
