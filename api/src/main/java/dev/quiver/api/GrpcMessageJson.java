package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.JsonWithInt;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Configuration messages between protobuf and the JSON of the REST API, whose members have the same
 * names. One walk over the descriptors serves all of them; {@link GrpcOddShapes} knows the few that
 * look different on both sides.
 */
final class GrpcMessageJson {
  /** Enums whose JSON words are their own names; all others are in lower case. */
  private static final Set<String> SAME_WORDS = Set.of("qdrant.Distance");

  private GrpcMessageJson() {}

  /** The message as JSON; what is absent in the message is absent there. */
  static ObjectNode write(Message message) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isMapField()) {
        if (message.getRepeatedFieldCount(field) > 0) {
          object.set(field.getName(), map(message, field));
        }
      } else if (field.isRepeated()) {
        if (message.getRepeatedFieldCount(field) > 0) {
          ArrayNode array = object.putArray(field.getName());
          for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            array.add(value(field, message.getRepeatedField(field, i)));
          }
        }
      } else if (!field.hasPresence() || message.hasField(field)) {
        JsonNode value = value(field, message.getField(field));
        if (value != null) {
          object.set(field.getName(), value);
        }
      }
    }
    return object;
  }

  private static ObjectNode map(Message message, FieldDescriptor field) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor element = field.getMessageType().findFieldByNumber(2);
    for (Object raw : (List<?>) message.getField(field)) {
      Message entry = (Message) raw;
      object.set((String) entry.getField(key), value(element, entry.getField(element)));
    }
    return object;
  }

  private static @Nullable JsonNode value(FieldDescriptor field, Object value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (field.getJavaType()) {
      case INT -> nodes.numberNode(Integer.toUnsignedLong((Integer) value));
      case LONG -> unsigned((Long) value);
      case FLOAT -> nodes.numberNode((Float) value);
      case DOUBLE -> nodes.numberNode((Double) value);
      case BOOLEAN -> nodes.booleanNode((Boolean) value);
      case STRING -> nodes.textNode((String) value);
      case ENUM -> word((EnumValueDescriptor) value);
      case MESSAGE -> {
        Message message = (Message) value;
        yield message instanceof JsonWithInt.Value json
            ? GrpcValues.read(json)
            : GrpcOddShapes.isOdd(message) ? GrpcOddShapes.write(message) : write(message);
      }
      case BYTE_STRING -> throw new IllegalStateException("bytes in " + field.getFullName());
    };
  }

  private static JsonNode unsigned(long value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return value >= 0
        ? nodes.numberNode(value)
        : nodes.numberNode(new BigInteger(Long.toUnsignedString(value)));
  }

  /** The JSON word of an enum value; null where the value stands for "absent". */
  private static @Nullable JsonNode word(EnumValueDescriptor value) {
    EnumDescriptor type = value.getType();
    String typeName = type.getFullName();
    if (typeName.equals("qdrant.Distance") && value.getNumber() == 0) {
      throw GrpcFaults.malformed("Malformed distance parameter: UnknownDistance");
    }
    if (typeName.equals("qdrant.QuantizationType") && value.getNumber() == 0) {
      throw GrpcFaults.malformed("Unknown quantization type");
    }
    if (typeName.equals("qdrant.TokenizerType") && value.getNumber() == 0) {
      throw GrpcFaults.malformed("unknown tokenizer type");
    }
    if (type.findValueByNumber(value.getNumber()) == null) {
      throw GrpcFaults.malformed(
          "Malformed " + type.getName() + " parameter, unexpected value: " + value.getNumber());
    }
    if (typeName.equals("qdrant.Datatype") && value.getNumber() == 0) {
      return null;
    }
    return JsonNodeFactory.instance.textNode(wordOf(value));
  }

  private static String wordOf(EnumValueDescriptor value) {
    String name = value.getName();
    String typeName = value.getType().getFullName();
    if (SAME_WORDS.contains(typeName)) {
      return name;
    }
    StringBuilder word = new StringBuilder(name.length() + 4);
    boolean separated = !typeName.endsWith("QueryEncoding.Setting");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (separated && i > 0 && Character.isUpperCase(c)) {
        word.append('_');
      }
      word.append(Character.toLowerCase(c));
    }
    return word.toString();
  }

  /** Fills a builder from JSON; members that the message does not know are left out. */
  static <B extends Message.Builder> B read(JsonNode object, B builder) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      JsonNode value = object.get(field.getName());
      if (value == null || value.isNull()) {
        continue;
      }
      if (field.isMapField()) {
        readMap(value, field, builder);
      } else if (field.isRepeated()) {
        for (JsonNode element : value) {
          builder.addRepeatedField(field, read(element, field, builder));
        }
      } else {
        builder.setField(field, read(value, field, builder));
      }
    }
    return builder;
  }

  private static void readMap(JsonNode object, FieldDescriptor field, Message.Builder builder) {
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor element = field.getMessageType().findFieldByNumber(2);
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      Message.Builder entry = builder.newBuilderForField(field);
      entry.setField(key, member.getKey());
      entry.setField(element, read(member.getValue(), element, entry));
      builder.addRepeatedField(field, entry.build());
    }
  }

  private static Object read(JsonNode value, FieldDescriptor field, Message.Builder parent) {
    JavaType type = field.getJavaType();
    return switch (type) {
      case INT -> (int) value.asLong();
      case LONG -> value.isIntegralNumber() ? value.bigIntegerValue().longValue() : value.asLong();
      case FLOAT -> (float) value.asDouble();
      case DOUBLE -> value.asDouble();
      case BOOLEAN -> value.asBoolean();
      case STRING -> value.asText();
      case ENUM -> enumValue(field.getEnumType(), value.asText());
      case MESSAGE -> {
        Message.Builder child = parent.newBuilderForField(field);
        if (child instanceof JsonWithInt.Value.Builder) {
          yield GrpcValues.write(value);
        }
        yield GrpcOddShapes.isOdd(child)
            ? GrpcOddShapes.read(value, child)
            : read(value, child).build();
      }
      case BYTE_STRING -> throw new IllegalStateException("bytes in " + field.getFullName());
    };
  }

  private static EnumValueDescriptor enumValue(EnumDescriptor type, String word) {
    for (EnumValueDescriptor value : type.getValues()) {
      if (wordOf(value).equals(word)) {
        return value;
      }
    }
    // The wire classes are older than the word: what they call unset is the nearest true answer.
    return type.findValueByNumber(
        type.getFullName().equals(Collections.Datatype.getDescriptor().getFullName())
            ? Collections.Datatype.Default_VALUE
            : 0);
  }
}
