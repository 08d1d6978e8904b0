package dev.quiver.cli.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Parquet values as JSON: dates, times and timestamps as ISO-8601 texts (what datetime filters
 * read), decimals as numbers, bytes without a meaning as Base64. A null is an absent field.
 */
final class ParquetJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int INT96_BYTES = 12;
  private static final long JULIAN_EPOCH_DAY = 2_440_588;

  private ParquetJson() {}

  static ObjectNode object(Group group) {
    ObjectNode object = NODES.objectNode();
    GroupType type = group.getType();
    for (int i = 0; i < type.getFieldCount(); i++) {
      JsonNode value = field(group, i);
      if (value != null) {
        object.set(type.getFieldName(i), value);
      }
    }
    return object;
  }

  private static @Nullable JsonNode field(Group group, int index) {
    Type type = group.getType().getType(index);
    int count = group.getFieldRepetitionCount(index);
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      ArrayNode array = NODES.arrayNode(count);
      for (int i = 0; i < count; i++) {
        array.add(value(group, index, i, type));
      }
      return array;
    }
    return count == 0 ? null : value(group, index, 0, type);
  }

  private static JsonNode value(Group group, int index, int repetition, Type type) {
    if (type.isPrimitive()) {
      return primitive(group, index, repetition, type.asPrimitiveType());
    }
    Group nested = group.getGroup(index, repetition);
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    if (meaning instanceof ListLogicalTypeAnnotation) {
      return list(nested);
    }
    if (meaning instanceof MapLogicalTypeAnnotation) {
      return map(nested);
    }
    return object(nested);
  }

  /** The three-level form that the format prescribes, and the older one of two levels. */
  private static ArrayNode list(Group list) {
    int count = list.getFieldRepetitionCount(0);
    Type repeated = list.getType().getType(0);
    ArrayNode array = NODES.arrayNode(count);
    for (int i = 0; i < count; i++) {
      if (repeated.isPrimitive()) {
        array.add(primitive(list, 0, i, repeated.asPrimitiveType()));
        continue;
      }
      Group element = list.getGroup(0, i);
      if (element.getType().getFieldCount() == 1) {
        JsonNode value = field(element, 0);
        array.add(value == null ? NODES.nullNode() : value);
      } else {
        array.add(object(element));
      }
    }
    return array;
  }

  private static ObjectNode map(Group map) {
    ObjectNode object = NODES.objectNode();
    for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
      Group entry = map.getGroup(0, i);
      JsonNode key = field(entry, 0);
      JsonNode value = entry.getType().getFieldCount() > 1 ? field(entry, 1) : null;
      object.set(key == null ? "" : key.asText(), value == null ? NODES.nullNode() : value);
    }
    return object;
  }

  private static JsonNode primitive(Group group, int index, int i, PrimitiveType type) {
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> NODES.booleanNode(group.getBoolean(index, i));
      case FLOAT -> NODES.numberNode(group.getFloat(index, i));
      case DOUBLE -> NODES.numberNode(group.getDouble(index, i));
      case INT32 -> integer(group.getInteger(index, i), meaning);
      case INT64 -> integer(group.getLong(index, i), meaning);
      case INT96 -> NODES.textNode(int96(group.getInt96(index, i)).toString());
      case BINARY, FIXED_LEN_BYTE_ARRAY -> binary(group.getBinary(index, i), meaning);
    };
  }

  private static JsonNode integer(long value, @Nullable LogicalTypeAnnotation meaning) {
    return switch (meaning) {
      case DateLogicalTypeAnnotation _ -> NODES.textNode(LocalDate.ofEpochDay(value).toString());
      case TimestampLogicalTypeAnnotation at ->
          NODES.textNode(Instant.EPOCH.plus(value, unit(at.getUnit())).toString());
      case TimeLogicalTypeAnnotation time ->
          NODES.textNode(
              LocalTime.ofNanoOfDay(value * unit(time.getUnit()).getDuration().toNanos())
                  .toString());
      case DecimalLogicalTypeAnnotation decimal ->
          NODES.numberNode(BigDecimal.valueOf(value, decimal.getScale()));
      case IntLogicalTypeAnnotation kind when !kind.isSigned() && kind.getBitWidth() == 64 ->
          value >= 0
              ? NODES.numberNode(value)
              : NODES.numberNode(new BigInteger(Long.toUnsignedString(value)));
      case IntLogicalTypeAnnotation kind when !kind.isSigned() && kind.getBitWidth() == 32 ->
          NODES.numberNode(value & 0xFFFF_FFFFL);
      case null, default -> NODES.numberNode(value);
    };
  }

  private static ChronoUnit unit(TimeUnit unit) {
    return switch (unit) {
      case MILLIS -> ChronoUnit.MILLIS;
      case MICROS -> ChronoUnit.MICROS;
      case NANOS -> ChronoUnit.NANOS;
    };
  }

  /** The old timestamp: nanoseconds of the day, then the Julian day, both little-endian. */
  private static Instant int96(Binary value) {
    ByteBuffer bytes = ByteBuffer.wrap(value.getBytes()).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    assert bytes.remaining() == INT96_BYTES : bytes.remaining();
    long nanos = bytes.getLong();
    long day = bytes.getInt() - JULIAN_EPOCH_DAY;
    return Instant.EPOCH.plus(day, ChronoUnit.DAYS).plusNanos(nanos);
  }

  private static JsonNode binary(Binary value, @Nullable LogicalTypeAnnotation meaning) {
    return switch (meaning) {
      case StringLogicalTypeAnnotation _ -> NODES.textNode(value.toStringUsingUTF8());
      case EnumLogicalTypeAnnotation _ -> NODES.textNode(value.toStringUsingUTF8());
      case JsonLogicalTypeAnnotation _ -> NODES.textNode(value.toStringUsingUTF8());
      case UUIDLogicalTypeAnnotation _ -> NODES.textNode(uuid(value.toByteBuffer()));
      case Float16LogicalTypeAnnotation _ ->
          NODES.numberNode(
              Float.float16ToFloat(Short.reverseBytes(value.toByteBuffer().getShort())));
      case DecimalLogicalTypeAnnotation decimal ->
          NODES.numberNode(new BigDecimal(new BigInteger(value.getBytes()), decimal.getScale()));
      case null, default -> NODES.textNode(Base64.getEncoder().encodeToString(value.getBytes()));
    };
  }

  private static String uuid(ByteBuffer bytes) {
    return new UUID(bytes.getLong(), bytes.getLong()).toString();
  }
}
