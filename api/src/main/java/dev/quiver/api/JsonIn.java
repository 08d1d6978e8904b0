package dev.quiver.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointIds;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a JSON body token by token, so that vectors become {@code float[]} without a tree between,
 * and says what is wrong in the words of Qdrant's reader: what was found, what was expected, line
 * and column.
 *
 * <p>Every {@code read} method starts at the first token of its value and ends at the last one.
 * Nesting, numbers and text are bounded and checked: no NaN, no infinity, no number out of range,
 * no half of a surrogate pair. Not thread-safe.
 */
final class JsonIn {
  /** Reads a whole body. */
  @FunctionalInterface
  interface Reader<T> {
    T read(JsonIn in) throws IOException;
  }

  /** Reads the value of an object's member; returns false for a member it does not know. */
  @FunctionalInterface
  interface Members {
    boolean read(String name) throws IOException;
  }

  /** Reads one element of an array. */
  @FunctionalInterface
  interface Elements {
    void read() throws IOException;
  }

  private final JsonParser parser;
  private final Problems problems = new Problems(Problems.JSON_BODY);

  private JsonIn(JsonParser parser) {
    this.parser = parser;
  }

  static JsonFactory factory(ApiLimits limits) {
    return new JsonFactoryBuilder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(limits.jsonDepthMax())
                .maxNumberLength(1_000)
                .maxStringLength(limits.bodyBytesMax())
                .maxNameLength(limits.bodyBytesMax())
                .build())
        .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
        // A body is UTF-8; guessing other encodings would turn garbage into text.
        .disable(JsonFactory.Feature.CHARSET_DETECTION)
        // Names come from callers: nothing of them shall outlive the request in the JVM's tables.
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .build();
  }

  /**
   * Reads one value, which must be all there is.
   *
   * @throws QuiverException FORMAT (400) or VALIDATION (422)
   */
  static <T> T read(JsonFactory factory, byte[] body, int length, Reader<T> reader) {
    try (JsonParser parser = factory.createParser(body, 0, length)) {
      return read(parser, reader);
    } catch (IOException e) {
      // Only broken UTF-8 is left: the bytes are in memory.
      throw Problems.format(
          Problems.JSON_BODY, "", "invalid unicode code point: " + e.getMessage());
    }
  }

  private static <T> T read(JsonParser parser, Reader<T> reader) throws IOException {
    JsonIn in = new JsonIn(parser);
    try {
      if (parser.nextToken() == null) {
        throw in.broken("EOF while parsing a value");
      }
      T result = reader.read(in);
      if (parser.nextToken() != null) {
        throw in.broken("trailing characters");
      }
      in.problems.throwIfAny();
      return result;
    } catch (StreamConstraintsException e) {
      String text = String.valueOf(e.getOriginalMessage());
      throw in.located(e, text.contains("nesting depth") ? "recursion limit exceeded" : text);
    } catch (JsonEOFException e) {
      throw in.located(e, "EOF while parsing a value");
    } catch (JsonProcessingException e) {
      throw in.located(e, firstLine(String.valueOf(e.getOriginalMessage())));
    }
  }

  private QuiverException located(JsonProcessingException e, String text) {
    JsonLocation at = e.getLocation() == null ? parser.currentLocation() : e.getLocation();
    return Problems.format(
        Problems.JSON_BODY,
        "",
        text + " at line " + at.getLineNr() + " column " + Math.max(0, at.getColumnNr() - 1));
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return Shape.abbreviate(end < 0 ? text : text.substring(0, end));
  }

  // ---- where, and what is wrong there

  /** Where the current value stands, as {@code points[0].vector}; empty at the root. */
  String path() {
    StringBuilder path = new StringBuilder();
    appendPath(parser.getParsingContext(), path);
    return path.toString();
  }

  private static void appendPath(JsonStreamContext context, StringBuilder path) {
    if (context.getParent() != null) {
      appendPath(context.getParent(), path);
    }
    if (context.inArray() && context.hasCurrentIndex()) {
      path.append('[').append(context.getCurrentIndex()).append(']');
    } else if (context.inObject() && context.hasCurrentName()) {
      path.append(path.isEmpty() ? "" : ".").append(Shape.abbreviate(context.getCurrentName()));
    }
  }

  /** An error at the current token. */
  QuiverException error(String text) {
    return Problems.format(Problems.JSON_BODY, path(), text + at());
  }

  private QuiverException broken(String text) {
    return Problems.format(Problems.JSON_BODY, "", text + at());
  }

  private String at() {
    JsonLocation at = parser.currentTokenLocation();
    return " at line " + at.getLineNr() + " column " + at.getColumnNr();
  }

  QuiverException missing(String member) {
    return error("missing field `" + member + "`");
  }

  QuiverException wrongType(String expected) {
    return error("invalid type: " + describe() + ", expected " + expected);
  }

  private String describe() {
    try {
      return switch (parser.currentToken()) {
        case VALUE_STRING -> "string \"" + Shape.abbreviate(parser.getText()) + "\"";
        case VALUE_NUMBER_INT -> "integer `" + Shape.abbreviate(parser.getText()) + "`";
        case VALUE_NUMBER_FLOAT -> "floating point `" + Shape.abbreviate(parser.getText()) + "`";
        case VALUE_TRUE -> "boolean `true`";
        case VALUE_FALSE -> "boolean `false`";
        case VALUE_NULL -> "null";
        case START_ARRAY -> "sequence";
        default -> "map";
      };
    } catch (IOException e) {
      return "string";
    }
  }

  /** Notes a value out of its range; thrown together with the others when the body is read. */
  void invalid(String where, String text) {
    problems.invalid(where, text);
  }

  Problems problems() {
    return problems;
  }

  // ---- structure

  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  boolean isArray() {
    return parser.currentToken() == JsonToken.START_ARRAY;
  }

  boolean isObject() {
    return parser.currentToken() == JsonToken.START_OBJECT;
  }

  boolean isString() {
    return parser.currentToken() == JsonToken.VALUE_STRING;
  }

  boolean isNumber() {
    return parser.currentToken().isNumeric();
  }

  boolean isBoolean() {
    return parser.currentToken().isBoolean();
  }

  /** Reads an object; members that {@code members} does not know are skipped. */
  void object(String struct, Members members) throws IOException {
    if (!isObject()) {
      throw wrongType("struct " + struct);
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = checkedText(parser.currentName());
      parser.nextToken();
      if (!members.read(name)) {
        parser.skipChildren();
      }
    }
  }

  void array(Elements elements) throws IOException {
    if (!isArray()) {
      throw wrongType("a sequence");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.read();
    }
  }

  // ---- values

  String string() throws IOException {
    if (!isString()) {
      throw wrongType("a string");
    }
    return checkedText(parser.getText());
  }

  List<String> strings() throws IOException {
    List<String> result = new ArrayList<>();
    array(() -> result.add(string()));
    return result;
  }

  boolean bool() throws IOException {
    if (!isBoolean()) {
      throw wrongType("a boolean");
    }
    return parser.getBooleanValue();
  }

  /**
   * An unsigned integer.
   *
   * @return values beyond {@link Long#MAX_VALUE} as that
   */
  long unsigned(String type) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw wrongType(type);
    }
    if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long value = parser.getLongValue();
      if (value < 0) {
        throw error("invalid value: integer `" + value + "`, expected " + type);
      }
      return value;
    }
    BigInteger value = parser.getBigIntegerValue();
    if (value.signum() < 0 || value.compareTo(Shape.U64_MAX) > 0) {
      throw error(
          "invalid value: integer `" + Shape.abbreviate(value.toString()) + "`, expected " + type);
    }
    return Long.MAX_VALUE;
  }

  float float32() throws IOException {
    if (!isNumber()) {
      throw wrongType("f32");
    }
    float value = parser.getFloatValue();
    if (!Float.isFinite(value)) {
      throw error("number out of range");
    }
    return value;
  }

  /**
   * Reads the rest of an array of numbers, whose first element is the current token or which is
   * empty.
   */
  float[] floatsFromFirst() throws IOException {
    float[] values = new float[16];
    int count = 0;
    while (parser.currentToken() != JsonToken.END_ARRAY) {
      if (count == values.length) {
        values = Arrays.copyOf(values, Math.max(count * 2, 512));
      }
      values[count++] = float32();
      parser.nextToken();
    }
    return Arrays.copyOf(values, count);
  }

  /**
   * Reads the rest of an array of arrays of numbers, whose first element is the current token.
   *
   * @throws QuiverException FORMAT for an element that is none
   */
  List<float[]> rowsFromFirst() throws IOException {
    List<float[]> rows = new ArrayList<>();
    while (parser.currentToken() != JsonToken.END_ARRAY) {
      if (!isArray()) {
        throw wrongType("a sequence");
      }
      enterArray();
      rows.add(floatsFromFirst());
      parser.nextToken();
    }
    return rows;
  }

  /** An array of unsigned 32-bit integers. */
  int[] u32s() throws IOException {
    int[] values = new int[16];
    int count = 0;
    enterArray();
    while (parser.currentToken() != JsonToken.END_ARRAY) {
      if (count == values.length) {
        values = Arrays.copyOf(values, count * 2);
      }
      long value = unsigned("u32");
      if (value >>> Integer.SIZE != 0) {
        throw error("invalid value: integer `" + parser.getText() + "`, expected u32");
      }
      values[count++] = (int) value;
      parser.nextToken();
    }
    return Arrays.copyOf(values, count);
  }

  /** Steps into an array: to its first element or its end. */
  void enterArray() throws IOException {
    parser.nextToken();
  }

  PointId pointId() throws IOException {
    if (isString()) {
      String text = string();
      try {
        return PointIds.parseUuid(text);
      } catch (QuiverException e) {
        throw error(Shape.abbreviate(String.valueOf(e.getMessage())));
      }
    }
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
        long value = parser.getLongValue();
        if (value >= 0) {
          return PointId.of(value);
        }
      } else {
        BigInteger value = parser.getBigIntegerValue();
        if (value.signum() >= 0 && value.bitLength() <= Long.SIZE) {
          return PointId.of(value.longValue());
        }
      }
    }
    if (isArray() || isObject() || isNull() || isBoolean()) {
      throw wrongType("a point ID, which is an unsigned integer or a UUID");
    }
    throw error(
        "value "
            + Shape.abbreviate(parser.getText())
            + " is not a valid point ID, valid values are either an unsigned integer or a UUID");
  }

  List<PointId> pointIds() throws IOException {
    List<PointId> result = new ArrayList<>();
    array(() -> result.add(pointId()));
    return result;
  }

  // ---- trees

  /** Reads any value into a tree. Integers and floats keep their identity. */
  JsonNode tree() throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> objectTree();
      case START_ARRAY -> {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(tree());
        }
        yield array;
      }
      case VALUE_STRING -> TextNode.valueOf(checkedText(parser.getText()));
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> DoubleNode.valueOf(finite());
      case VALUE_TRUE -> BooleanNode.TRUE;
      case VALUE_FALSE -> BooleanNode.FALSE;
      default -> NullNode.getInstance();
    };
  }

  /** Reads an object into a tree; of equal keys the last one counts. */
  ObjectNode objectTree() throws IOException {
    if (!isObject()) {
      throw wrongType("a map");
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = checkedText(parser.currentName());
      parser.nextToken();
      object.set(name, tree());
    }
    return object;
  }

  private JsonNode integer() throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> JsonNodeFactory.instance.numberNode(parser.getIntValue());
      case LONG -> JsonNodeFactory.instance.numberNode(parser.getLongValue());
      default -> {
        BigInteger value = parser.getBigIntegerValue();
        // As in Qdrant, an integer that 64 bits cannot hold is a float.
        yield value.signum() >= 0 && value.bitLength() <= Long.SIZE
            ? JsonNodeFactory.instance.numberNode(value)
            : DoubleNode.valueOf(finite());
      }
    };
  }

  private double finite() throws IOException {
    double value = parser.getDoubleValue();
    if (!Double.isFinite(value)) {
      throw error("number out of range");
    }
    return value;
  }

  /** Refuses half a surrogate pair, which no UTF-8 can hold. */
  private String checkedText(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw error("lone leading surrogate in hex escape");
        }
        i++;
      }
    }
    return text;
  }
}
