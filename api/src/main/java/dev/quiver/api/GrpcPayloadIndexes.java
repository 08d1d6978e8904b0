package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import dev.quiver.engine.PayloadIndex;
import dev.quiver.engine.filter.PayloadIndexes;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.Points;
import org.jspecify.annotations.Nullable;

/** Declarations of payload indexes between their wire form and the JSON of the REST API. */
final class GrpcPayloadIndexes {
  private GrpcPayloadIndexes() {}

  static PayloadIndex read(Points.CreateFieldIndexCollection request) {
    return PayloadIndexes.parse(request.getFieldName(), schema(request));
  }

  /** The {@code field_schema} of a REST body that declares the same index. */
  private static JsonNode schema(Points.CreateFieldIndexCollection request) {
    if (!request.hasFieldType()) {
      throw GrpcFaults.malformed("cannot convert field_type");
    }
    PayloadIndex.Type type = type(request);
    Message params = request.hasFieldIndexParams() ? params(request.getFieldIndexParams()) : null;
    if (params == null) {
      return JsonNodeFactory.instance.textNode(type.wireName());
    }
    if (type(request.getFieldIndexParams()) != type) {
      throw GrpcFaults.malformed(
          "field_type (" + type.wireName() + ") and field_index_params do not match");
    }
    ObjectNode schema = GrpcMessageJson.write(params);
    schema.put("type", type.wireName());
    return schema;
  }

  private static PayloadIndex.Type type(Points.CreateFieldIndexCollection request) {
    return switch (request.getFieldType()) {
      case FieldTypeKeyword -> PayloadIndex.Type.KEYWORD;
      case FieldTypeInteger -> PayloadIndex.Type.INTEGER;
      case FieldTypeFloat -> PayloadIndex.Type.FLOAT;
      case FieldTypeGeo -> PayloadIndex.Type.GEO;
      case FieldTypeText -> PayloadIndex.Type.TEXT;
      case FieldTypeBool -> PayloadIndex.Type.BOOL;
      case FieldTypeDatetime -> PayloadIndex.Type.DATETIME;
      case FieldTypeUuid -> PayloadIndex.Type.UUID;
      case UNRECOGNIZED ->
          throw GrpcFaults.malformed("cannot convert field_type: " + request.getFieldTypeValue());
    };
  }

  private static PayloadIndex.@Nullable Type type(Collections.PayloadIndexParams params) {
    return switch (params.getIndexParamsCase()) {
      case KEYWORD_INDEX_PARAMS -> PayloadIndex.Type.KEYWORD;
      case INTEGER_INDEX_PARAMS -> PayloadIndex.Type.INTEGER;
      case FLOAT_INDEX_PARAMS -> PayloadIndex.Type.FLOAT;
      case GEO_INDEX_PARAMS -> PayloadIndex.Type.GEO;
      case TEXT_INDEX_PARAMS -> PayloadIndex.Type.TEXT;
      case BOOL_INDEX_PARAMS -> PayloadIndex.Type.BOOL;
      case DATETIME_INDEX_PARAMS -> PayloadIndex.Type.DATETIME;
      case UUID_INDEX_PARAMS -> PayloadIndex.Type.UUID;
      case INDEXPARAMS_NOT_SET -> null;
    };
  }

  private static @Nullable Message params(Collections.PayloadIndexParams params) {
    return switch (params.getIndexParamsCase()) {
      case KEYWORD_INDEX_PARAMS -> params.getKeywordIndexParams();
      case INTEGER_INDEX_PARAMS -> params.getIntegerIndexParams();
      case FLOAT_INDEX_PARAMS -> params.getFloatIndexParams();
      case GEO_INDEX_PARAMS -> params.getGeoIndexParams();
      case TEXT_INDEX_PARAMS -> params.getTextIndexParams();
      case BOOL_INDEX_PARAMS -> params.getBoolIndexParams();
      case DATETIME_INDEX_PARAMS -> params.getDatetimeIndexParams();
      case UUID_INDEX_PARAMS -> params.getUuidIndexParams();
      case INDEXPARAMS_NOT_SET -> null;
    };
  }

  static Collections.PayloadSchemaInfo write(PayloadIndex index, long points) {
    Collections.PayloadSchemaInfo.Builder info =
        Collections.PayloadSchemaInfo.newBuilder()
            .setDataType(type(index.type()))
            .setPoints(points);
    ObjectNode given = index.params();
    if (given != null) {
      write(index.type(), given, info.getParamsBuilder());
    }
    return info.build();
  }

  private static Collections.PayloadSchemaType type(PayloadIndex.Type type) {
    return switch (type) {
      case KEYWORD -> Collections.PayloadSchemaType.Keyword;
      case INTEGER -> Collections.PayloadSchemaType.Integer;
      case FLOAT -> Collections.PayloadSchemaType.Float;
      case GEO -> Collections.PayloadSchemaType.Geo;
      case TEXT -> Collections.PayloadSchemaType.Text;
      case BOOL -> Collections.PayloadSchemaType.Bool;
      case DATETIME -> Collections.PayloadSchemaType.Datetime;
      case UUID -> Collections.PayloadSchemaType.Uuid;
    };
  }

  private static void write(
      PayloadIndex.Type type, ObjectNode given, Collections.PayloadIndexParams.Builder params) {
    switch (type) {
      case KEYWORD -> GrpcMessageJson.read(given, params.getKeywordIndexParamsBuilder());
      case INTEGER -> GrpcMessageJson.read(given, params.getIntegerIndexParamsBuilder());
      case FLOAT -> GrpcMessageJson.read(given, params.getFloatIndexParamsBuilder());
      case GEO -> GrpcMessageJson.read(given, params.getGeoIndexParamsBuilder());
      case BOOL -> GrpcMessageJson.read(given, params.getBoolIndexParamsBuilder());
      case DATETIME -> GrpcMessageJson.read(given, params.getDatetimeIndexParamsBuilder());
      case UUID -> GrpcMessageJson.read(given, params.getUuidIndexParamsBuilder());
      case TEXT -> {
        ObjectNode text = given.deepCopy();
        if (text.path("stopwords").isTextual()) {
          // The REST form may name one language where the wire has a list.
          String language = text.path("stopwords").asText();
          text.putObject("stopwords").putArray("languages").add(language);
        }
        GrpcMessageJson.read(text, params.getTextIndexParamsBuilder());
      }
    }
  }
}
