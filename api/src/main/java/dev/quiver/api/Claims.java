package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.PayloadPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a token says, checked for its form: {@code exp}, {@code access} and {@code value_exists};
 * other claims mean nothing here.
 *
 * @param expiresSeconds since 1970; null: never
 * @param valueExists null: the token alone decides
 * @param subject whom the token was made for: {@code subject} or {@code sub}; null: it does not say
 */
record Claims(
    @Nullable Long expiresSeconds,
    Access access,
    @Nullable ValueExists valueExists,
    @Nullable String subject) {
  /** The token is good only while a point of this collection matches the filter. */
  record ValueExists(String collection, Filter filter) {}

  /** A payload that is no set of claims. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * @param payload null when it was no JSON
   */
  static Claims read(@Nullable JsonNode payload) throws Malformed {
    if (payload == null || !payload.isObject()) {
      throw new Malformed("the token's payload is no JSON object");
    }
    JsonNode expires = payload.path("exp");
    Long expiresSeconds = null;
    if (present(expires)) {
      if (!expires.isIntegralNumber() || !expires.canConvertToLong() || expires.longValue() < 0) {
        throw new Malformed("exp is no number of seconds");
      }
      expiresSeconds = expires.longValue();
    }
    JsonNode text = payload.path("sub");
    if (present(text) && !text.isTextual()) {
      throw new Malformed("sub is no text");
    }
    return new Claims(
        expiresSeconds,
        payload.has("access") ? access(payload.get("access")) : Access.Global.MANAGE,
        valueExists(payload.path("value_exists")),
        subject(payload.path("subject"), text));
  }

  private static @Nullable String subject(JsonNode named, JsonNode standard) {
    return named.isTextual() ? named.textValue() : standard.textValue();
  }

  private static boolean present(JsonNode node) {
    return !node.isMissingNode() && !node.isNull();
  }

  private static Access access(JsonNode given) throws Malformed {
    if (given.isTextual()) {
      return switch (given.textValue()) {
        case "r" -> Access.Global.READ;
        case "m" -> Access.Global.MANAGE;
        default -> throw new Malformed("access is neither r nor m");
      };
    }
    if (!given.isArray()) {
      throw new Malformed("access is neither a text nor a list");
    }
    Map<String, Access.Mode> modes = new LinkedHashMap<>();
    for (JsonNode entry : given) {
      String collection = textOf(entry, "collection");
      Access.Mode mode =
          switch (textOf(entry, "access")) {
            case "r" -> Access.Mode.READ;
            case "rw" -> Access.Mode.READ_WRITE;
            case "prw" -> Access.Mode.POINTS_READ_WRITE;
            default -> throw new Malformed("access to a collection is none of r, rw, prw");
          };
      if (present(entry.path("payload"))) {
        // To ignore it would open to its holder what was closed.
        throw new Malformed("The 'payload' constraint is deprecated and should not be used");
      }
      if (modes.put(collection, mode) != null) {
        throw new Malformed("Collection name should be unique");
      }
    }
    return new Access.Collections(modes);
  }

  private static @Nullable ValueExists valueExists(JsonNode given) throws Malformed {
    if (!present(given)) {
      return null;
    }
    String collection = textOf(given, "collection");
    JsonNode matches = given.path("matches");
    if (!matches.isArray()) {
      throw new Malformed("value_exists.matches is no list");
    }
    List<Condition> conditions = new ArrayList<>(matches.size());
    for (JsonNode match : matches) {
      String key = textOf(match, "key");
      try {
        PayloadPath.parse(key);
      } catch (QuiverException e) {
        throw new Malformed("a key of value_exists.matches is no path");
      }
      conditions.add(equal(key, match.path("value")));
    }
    return new ValueExists(collection, Filter.must(conditions.toArray(Condition[]::new)));
  }

  private static Condition equal(String key, JsonNode value) throws Malformed {
    Condition.Match match;
    if (value.isTextual()) {
      match = new Condition.Match.Keyword(value.textValue());
    } else if (value.isIntegralNumber() && value.canConvertToLong()) {
      match = new Condition.Match.Int(value.longValue());
    } else if (value.isBoolean()) {
      match = new Condition.Match.Bool(value.booleanValue());
    } else {
      throw new Malformed("a value of value_exists.matches is no text, integer or bool");
    }
    return new Condition.Field(key, match, null, null, null, null, null, null, null, null);
  }

  private static String textOf(JsonNode object, String member) throws Malformed {
    JsonNode value = object.path(member);
    if (!object.isObject() || !value.isTextual()) {
      throw new Malformed(member + " is no text");
    }
    return value.textValue();
  }
}
