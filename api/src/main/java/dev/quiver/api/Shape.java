package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.QuiverException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a JSON value must look like. Types are checked before ranges, with the words of Qdrant's
 * reader: a wrong type is thrown at once, a value out of range is collected.
 */
@FunctionalInterface
interface Shape {
  BigInteger U64_MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  /**
   * @param value never missing and never null: absent members are not checked
   * @param path where it stands, as {@code hnsw_config.m}
   */
  void check(JsonNode value, String path, Problems problems);

  static Shape any() {
    return (_, _, _) -> {};
  }

  static Shape u64() {
    return unsigned("u64", U64_MAX, 0, null);
  }

  static Shape u64(long min) {
    return unsigned("u64", U64_MAX, min, null);
  }

  static Shape u64(long min, long max) {
    return unsigned("u64", U64_MAX, min, max);
  }

  static Shape u32(long min) {
    return unsigned("u32", BigInteger.valueOf(0xFFFF_FFFFL), min, null);
  }

  static Shape u8(long min, long max) {
    return unsigned("u8", BigInteger.valueOf(0xFF), min, max);
  }

  private static Shape unsigned(String type, BigInteger typeMax, long min, @Nullable Long max) {
    return (value, path, problems) -> {
      if (!value.isIntegralNumber()) {
        throw wrongType(problems, path, value, type);
      }
      BigInteger number = value.bigIntegerValue();
      if (number.signum() < 0 || number.compareTo(typeMax) > 0) {
        throw problems.format(path, "invalid value: integer `" + number + "`, expected " + type);
      }
      boolean low = number.compareTo(BigInteger.valueOf(min)) < 0;
      boolean high = max != null && number.compareTo(BigInteger.valueOf(max)) > 0;
      if (low || high) {
        String bounds = max == null ? min + " or larger" : "from " + min + " to " + max;
        problems.invalid(path, "value " + number + " invalid, must be " + bounds);
      }
    };
  }

  static Shape real() {
    return (value, path, problems) -> {
      if (!value.isNumber()) {
        throw wrongType(problems, path, value, "f64");
      }
    };
  }

  static Shape real(double min, double max) {
    return (value, path, problems) -> {
      real().check(value, path, problems);
      double number = value.asDouble();
      if (!(number >= min && number <= max)) {
        problems.invalid(path, "value " + number + " invalid, must be from " + min + " to " + max);
      }
    };
  }

  static Shape realAtLeast(double min) {
    return (value, path, problems) -> {
      real().check(value, path, problems);
      double number = value.asDouble();
      if (!(number >= min)) {
        problems.invalid(path, "value " + number + " invalid, must be " + min + " or larger");
      }
    };
  }

  static Shape bool() {
    return (value, path, problems) -> {
      if (!value.isBoolean()) {
        throw wrongType(problems, path, value, "a boolean");
      }
    };
  }

  static Shape string() {
    return (value, path, problems) -> {
      if (!value.isTextual()) {
        throw wrongType(problems, path, value, "a string");
      }
    };
  }

  /** One of some fixed words. */
  static Shape word(String... words) {
    List<String> allowed = List.of(words);
    return (value, path, problems) -> {
      string().check(value, path, problems);
      if (!allowed.contains(value.textValue())) {
        String choice = "`" + String.join("`, `", allowed) + "`";
        throw problems.format(
            path,
            "unknown variant `"
                + abbreviate(value.textValue())
                + "`, expected "
                + (allowed.size() > 1 ? "one of " : "")
                + choice);
      }
    };
  }

  static Shape array(Shape element) {
    return (value, path, problems) -> {
      if (!value.isArray()) {
        throw wrongType(problems, path, value, "a sequence");
      }
      for (int i = 0; i < value.size(); i++) {
        checkPresent(element, value.get(i), path + "[" + i + "]", problems);
      }
    };
  }

  /** An object of anything, nulls too. */
  static Shape freeObject() {
    return (value, path, problems) -> {
      if (!value.isObject()) {
        throw wrongType(problems, path, value, "a map");
      }
    };
  }

  /** An object with free keys. */
  static Shape map(Shape element) {
    return (value, path, problems) -> {
      if (!value.isObject()) {
        throw wrongType(problems, path, value, "a map");
      }
      for (Map.Entry<String, JsonNode> entry : value.properties()) {
        checkPresent(element, entry.getValue(), path + "." + entry.getKey(), problems);
      }
    };
  }

  private static void checkPresent(Shape shape, JsonNode value, String path, Problems problems) {
    if (value.isNull()) {
      throw problems.format(path, "invalid type: null, expected a value");
    }
    shape.check(value, path, problems);
  }

  /** An object with known members; unknown ones are ignored, as Qdrant does. */
  static Struct struct(String name) {
    return new Struct(name);
  }

  static QuiverException wrongType(
      Problems problems, String path, JsonNode value, String expected) {
    return problems.format(path, "invalid type: " + describe(value) + ", expected " + expected);
  }

  /** A value in the words of Qdrant's reader: {@code string "x"}, {@code integer `5`}, ... */
  static String describe(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string \"" + abbreviate(value.textValue()) + "\"";
      case NUMBER ->
          value.isIntegralNumber()
              ? "integer `" + abbreviate(value.asText()) + "`"
              : "floating point `" + abbreviate(value.asText()) + "`";
      case BOOLEAN -> "boolean `" + value.booleanValue() + "`";
      case ARRAY -> "sequence";
      case OBJECT, POJO -> "map";
      case NULL, MISSING -> "null";
      case BINARY -> "byte array";
    };
  }

  static String abbreviate(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }

  /** An object's members. */
  final class Struct implements Shape {
    private record Member(Shape shape, boolean required, List<String> names) {}

    private final String name;
    private final Map<String, Member> members = new LinkedHashMap<>();

    private Struct(String name) {
      this.name = name;
    }

    /**
     * A member that may be absent or null.
     *
     * @param names the name, then other names that Qdrant takes for it
     */
    Struct optional(Shape shape, String... names) {
      members.put(names[0], new Member(shape, false, List.of(names)));
      return this;
    }

    Struct required(Shape shape, String memberName) {
      members.put(memberName, new Member(shape, true, List.of(memberName)));
      return this;
    }

    @Override
    public void check(JsonNode value, String path, Problems problems) {
      if (!value.isObject()) {
        throw wrongType(problems, path, value, "struct " + name);
      }
      for (Map.Entry<String, Member> entry : members.entrySet()) {
        Member member = entry.getValue();
        JsonNode found = find(value, member, path, problems);
        if (found == null || (found.isNull() && !member.required)) {
          continue;
        }
        if (found.isNull()) {
          throw problems.format(
              child(path, entry.getKey()), "invalid type: null, expected a value");
        }
        member.shape.check(found, child(path, entry.getKey()), problems);
      }
    }

    private static @Nullable JsonNode find(
        JsonNode value, Member member, String path, Problems problems) {
      JsonNode found = null;
      for (String alias : member.names) {
        JsonNode candidate = value.get(alias);
        if (candidate != null) {
          if (found != null) {
            throw problems.format(path, "duplicate field `" + member.names.getFirst() + "`");
          }
          found = candidate;
        }
      }
      if (found == null && member.required) {
        throw problems.format(path, "missing field `" + member.names.getFirst() + "`");
      }
      return found;
    }

    private static String child(String path, String member) {
      return path.isEmpty() ? member : path + "." + member;
    }

    /** The known members that are there and not null, under their first names. */
    ObjectNode known(JsonNode value) {
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, Member> entry : members.entrySet()) {
        for (String alias : entry.getValue().names) {
          JsonNode found = value.get(alias);
          if (found == null || found.isNull()) {
            continue;
          }
          result.set(
              entry.getKey(),
              entry.getValue().shape instanceof Struct struct ? struct.known(found) : found);
        }
      }
      return result;
    }
  }
}
