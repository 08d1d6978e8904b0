package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointIds;
import dev.quiver.engine.QuiverException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one filter; counts its conditions, so each filter needs a reader of its own. */
final class FilterReader {
  private static final String CONDITION_EXPECTED =
      "Expected some form of condition, which can be a field condition (like {\"key\": ...,"
          + " \"match\": ... }), or some other mentioned in the documentation:"
          + " https://qdrant.tech/documentation/concepts/filtering/#filtering-conditions";
  private static final BigInteger MAX_ID = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

  private int conditions;

  Filter filter(JsonNode node, String at, int depth) {
    Json.object(node, at, "struct Filter");
    Json.only(node, at, "should", "min_should", "must", "must_not");
    if (depth > FilterJson.MAX_DEPTH) {
      throw Json.format("filters stand deeper than " + FilterJson.MAX_DEPTH + " levels", at);
    }
    return new Filter(
        clause(Json.member(node, "must"), at + ".must", depth),
        clause(Json.member(node, "should"), at + ".should", depth),
        clause(Json.member(node, "must_not"), at + ".must_not", depth),
        minShould(Json.member(node, "min_should"), at + ".min_should", depth));
  }

  /** One condition, or an array of them. */
  private List<Condition> clause(@Nullable JsonNode node, String at, int depth) {
    if (node == null) {
      return List.of();
    }
    if (node.isObject()) {
      return List.of(condition(node, at, depth));
    }
    return conditions(node, at, depth);
  }

  private List<Condition> conditions(JsonNode node, String at, int depth) {
    Json.array(node, at, "a condition or a sequence of conditions");
    List<Condition> list = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      list.add(condition(node.get(i), at + "[" + i + "]", depth));
    }
    return List.copyOf(list);
  }

  private Filter.@Nullable MinShould minShould(@Nullable JsonNode node, String at, int depth) {
    if (node == null) {
      return null;
    }
    Json.object(node, at, "struct MinShould");
    Json.only(node, at, "conditions", "min_count");
    List<Condition> list =
        conditions(Json.required(node, "conditions", at), at + ".conditions", depth);
    long minCount = Json.unsigned(Json.required(node, "min_count", at), at + ".min_count");
    if (minCount < 1) {
      throw Json.validation(at + ".min_count", "min_count must be greater than 0");
    }
    return new Filter.MinShould(list, (int) Math.min(minCount, Integer.MAX_VALUE));
  }

  Condition condition(JsonNode node, String at, int depth) {
    if (++conditions > FilterJson.MAX_CONDITIONS) {
      throw Json.format("more than " + FilterJson.MAX_CONDITIONS + " conditions", at);
    }
    if (!node.isObject()) {
      throw Json.format(CONDITION_EXPECTED, at);
    }
    if (node.has("key")) {
      if (!node.get("key").isTextual()) {
        throw Json.format("Filter condition 'key' must be a string", at);
      }
      return FieldReader.field(node, at);
    }
    if (node.has("is_empty")) {
      return new Condition.IsEmpty(payloadField(node, "is_empty", at));
    }
    if (node.has("is_null")) {
      return new Condition.IsNull(payloadField(node, "is_null", at));
    }
    if (node.has("has_id")) {
      Json.only(node, at, "has_id");
      return new Condition.HasId(ids(node.get("has_id"), at + ".has_id"));
    }
    if (node.has("has_vector")) {
      Json.only(node, at, "has_vector");
      return new Condition.HasVector(Json.string(node.get("has_vector"), at + ".has_vector"));
    }
    if (node.has("slice")) {
      Json.only(node, at, "slice");
      return slice(node.get("slice"), at + ".slice");
    }
    if (node.has("nested")) {
      Json.only(node, at, "nested");
      JsonNode nested = node.get("nested");
      String inside = at + ".nested";
      Json.object(nested, inside, "struct Nested");
      Json.only(nested, inside, "key", "filter");
      String key = Json.path(Json.required(nested, "key", inside), inside + ".key");
      JsonNode inner = Json.required(nested, "filter", inside);
      return new Condition.Nested(key, filter(inner, inside + ".filter", depth + 1));
    }
    if (!node.isEmpty()
        && !node.has("must")
        && !node.has("should")
        && !node.has("must_not")
        && !node.has("min_should")) {
      throw Json.format(CONDITION_EXPECTED, at);
    }
    return filter(node, at, depth + 1);
  }

  private static String payloadField(JsonNode node, String name, String at) {
    Json.only(node, at, name);
    JsonNode field = node.get(name);
    String inside = at + "." + name;
    Json.object(field, inside, "struct PayloadField");
    Json.only(field, inside, "key");
    return Json.path(Json.required(field, "key", inside), inside + ".key");
  }

  private static Set<PointId> ids(JsonNode node, String at) {
    Json.array(node, at, "a sequence of point ids");
    Set<PointId> ids = LinkedHashSet.newLinkedHashSet(node.size());
    for (int i = 0; i < node.size(); i++) {
      ids.add(id(node.get(i), at + "[" + i + "]"));
    }
    return ids;
  }

  private static PointId id(JsonNode node, String at) {
    if (node.isIntegralNumber()) {
      BigInteger value = node.bigIntegerValue();
      if (value.signum() >= 0 && value.compareTo(MAX_ID) <= 0) {
        return PointId.of(value.longValue());
      }
    }
    if (node.isTextual()) {
      try {
        return PointIds.parseUuid(node.textValue());
      } catch (QuiverException e) {
        throw new QuiverException(ErrorCode.FORMAT, e.getMessage() + " at " + at, e);
      }
    }
    throw Json.format(
        "value "
            + Json.shown(node)
            + " is not a valid point ID, valid values are either an unsigned integer or a UUID",
        at);
  }

  private static Condition slice(JsonNode node, String at) {
    Json.object(node, at, "struct Slice");
    Json.only(node, at, "total", "index");
    long total = Json.unsigned(Json.required(node, "total", at), at + ".total");
    long index = Json.unsigned(Json.required(node, "index", at), at + ".index");
    if (total < 1) {
      throw Json.format("invalid value: integer `0`, expected a nonzero u32", at + ".total");
    }
    if (total > 0xFFFF_FFFFL || index > 0xFFFF_FFFFL) {
      throw Json.format("invalid value: integer out of range, expected u32", at);
    }
    if (total > Integer.MAX_VALUE) {
      throw Json.validation(
          at + ".total", "value " + total + " invalid, must be 2147483647 or smaller");
    }
    if (index >= total) {
      throw Json.validation(at, "Slice index must be less than the total number of slices");
    }
    return new Condition.Slice((int) total, (int) index);
  }
}
