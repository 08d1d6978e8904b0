package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Typed reading of JSON, with messages that name what was seen, what was expected, and where. */
public final class Json {
  private static final int SHOWN_LENGTH = 64;

  private Json() {}

  public static QuiverException format(String message, String at) {
    return new QuiverException(ErrorCode.FORMAT, message + " at " + at);
  }

  public static QuiverException validation(String at, String message) {
    return new QuiverException(ErrorCode.VALIDATION, "[" + at + ": " + message + "]");
  }

  /** The member, or null when it is missing or null. */
  public static @Nullable JsonNode member(JsonNode object, String name) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  public static JsonNode required(JsonNode object, String name, String at) {
    JsonNode value = object.get(name);
    if (value == null) {
      throw format("missing field `" + name + "`", at);
    }
    return value;
  }

  public static void object(JsonNode node, String at, String expected) {
    if (!node.isObject()) {
      throw invalidType(node, expected, at);
    }
  }

  public static void array(JsonNode node, String at, String expected) {
    if (!node.isArray()) {
      throw invalidType(node, expected, at);
    }
  }

  /** Refuses members other than these. */
  public static void only(JsonNode object, String at, String... names) {
    List<String> known = Arrays.asList(names);
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      if (!known.contains(member.getKey())) {
        String expected =
            known.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
        throw format(
            "unknown field `"
                + cut(member.getKey())
                + "`, expected "
                + (names.length > 1 ? "one of " : "")
                + expected,
            at);
      }
    }
  }

  public static String string(JsonNode node, String at) {
    if (!node.isTextual()) {
      throw invalidType(node, "a string", at);
    }
    if (!Unicode.isWellFormed(node.textValue())) {
      throw format("invalid value: a lone surrogate, expected Unicode text", at);
    }
    return node.textValue();
  }

  public static boolean bool(JsonNode node, String at) {
    if (!node.isBoolean()) {
      throw invalidType(node, "a boolean", at);
    }
    return node.booleanValue();
  }

  public static double number(JsonNode node, String at) {
    if (!node.isNumber()) {
      throw invalidType(node, "f64", at);
    }
    if (!Double.isFinite(node.doubleValue())) {
      throw format("number out of range", at);
    }
    return node.doubleValue();
  }

  /** An integer from 0; beyond {@code Long.MAX_VALUE} it is that. */
  public static long unsigned(JsonNode node, String at) {
    if (!node.isIntegralNumber() || node.bigIntegerValue().signum() < 0) {
      throw invalidType(node, "an unsigned integer", at);
    }
    return node.canConvertToLong() ? node.longValue() : Long.MAX_VALUE;
  }

  /** A path as given, checked. */
  public static String path(JsonNode node, String at) {
    String text = string(node, at);
    try {
      PayloadPath.parse(text);
    } catch (QuiverException e) {
      throw new QuiverException(ErrorCode.FORMAT, e.getMessage() + " at " + at, e);
    }
    return text;
  }

  public static QuiverException invalidType(JsonNode node, String expected, String at) {
    return format("invalid type: " + shown(node) + ", expected " + expected, at);
  }

  /** A value as a message shows it. */
  public static String shown(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> "string \"" + cut(node.textValue()) + "\"";
      case NUMBER ->
          (node.isIntegralNumber() ? "integer `" : "floating point `") + cut(node.asText()) + "`";
      case BOOLEAN -> "boolean `" + node.asText() + "`";
      case NULL -> "null";
      case ARRAY -> "sequence";
      case OBJECT, BINARY, MISSING, POJO -> "map";
    };
  }

  private static String cut(String text) {
    return text.length() <= SHOWN_LENGTH ? text : text.substring(0, SHOWN_LENGTH) + "...";
  }
}
