package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.filter.Condition.GeoPoint;
import dev.quiver.engine.filter.Condition.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the condition on a payload path. */
final class FieldReader {
  private static final String[] BOUNDS = {"lt", "gt", "gte", "lte"};

  private FieldReader() {}

  static Condition field(JsonNode node, String at) {
    Json.only(
        node,
        at,
        "key",
        "match",
        "range",
        "geo_bounding_box",
        "geo_radius",
        "geo_polygon",
        "values_count",
        "is_empty",
        "is_null");
    String key = Json.path(node.get("key"), at + ".key");
    JsonNode match = Json.member(node, "match");
    JsonNode range = Json.member(node, "range");
    JsonNode box = Json.member(node, "geo_bounding_box");
    JsonNode radius = Json.member(node, "geo_radius");
    JsonNode polygon = Json.member(node, "geo_polygon");
    JsonNode count = Json.member(node, "values_count");
    JsonNode isEmpty = Json.member(node, "is_empty");
    JsonNode isNull = Json.member(node, "is_null");
    if (Stream.of(match, range, box, radius, polygon, count, isEmpty, isNull)
        .allMatch(part -> part == null)) {
      throw Json.validation(at, "At least one field condition must be specified");
    }
    boolean dates = range != null && hasStringBound(range);
    return new Condition.Field(
        key,
        match == null ? null : match(match, at + ".match"),
        range == null || dates ? null : range(range, at + ".range"),
        range == null || !dates ? null : datetimeRange(range, at + ".range"),
        box == null ? null : box(box, at + ".geo_bounding_box"),
        radius == null ? null : radius(radius, at + ".geo_radius"),
        polygon == null ? null : polygon(polygon, at + ".geo_polygon"),
        count == null ? null : count(count, at + ".values_count"),
        isEmpty == null ? null : Json.bool(isEmpty, at + ".is_empty"),
        isNull == null ? null : Json.bool(isNull, at + ".is_null"));
  }

  private static Match match(JsonNode node, String at) {
    Json.object(
        node, at, "one of `value`, `text`, `text_any`, `phrase`, `prefix`, `any`, `except`");
    Json.only(node, at, "value", "text", "text_any", "phrase", "prefix", "any", "except");
    if (node.size() != 1) {
      throw Json.format("data did not match any variant of untagged enum MatchInterface", at);
    }
    String form = node.fieldNames().next();
    JsonNode value = node.get(form);
    String inside = at + "." + form;
    return switch (form) {
      case "value" -> value(value, inside);
      case "text" -> new Match.Text(Json.string(value, inside));
      case "text_any" -> new Match.TextAny(Json.string(value, inside));
      case "phrase" -> new Match.Phrase(Json.string(value, inside));
      case "prefix" -> new Match.Prefix(Json.string(value, inside));
      case "any" ->
          ofIntegers(value)
              ? new Match.AnyInt(integers(value, inside))
              : new Match.AnyKeyword(strings(value, inside));
      default ->
          ofIntegers(value)
              ? new Match.ExceptInt(integers(value, inside))
              : new Match.ExceptKeyword(strings(value, inside));
    };
  }

  private static Match value(JsonNode value, String at) {
    if (value.isTextual()) {
      return new Match.Keyword(Json.string(value, at));
    }
    if (value.isBoolean()) {
      return new Match.Bool(value.booleanValue());
    }
    if (ValueMatch.isInteger(value)) {
      return new Match.Int(value.longValue());
    }
    throw Json.invalidType(value, "a string, a 64-bit integer or a boolean", at);
  }

  private static boolean ofIntegers(JsonNode list) {
    return list.isArray() && !list.isEmpty() && list.get(0).isNumber();
  }

  private static List<String> strings(JsonNode list, String at) {
    Json.array(list, at, "a sequence of strings or of integers");
    List<String> strings = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      strings.add(Json.string(list.get(i), at + "[" + i + "]"));
    }
    return List.copyOf(strings);
  }

  private static List<Long> integers(JsonNode list, String at) {
    List<Long> integers = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      if (!ValueMatch.isInteger(list.get(i))) {
        throw Json.invalidType(list.get(i), "a 64-bit integer", at + "[" + i + "]");
      }
      integers.add(list.get(i).longValue());
    }
    return List.copyOf(integers);
  }

  private static boolean hasStringBound(JsonNode range) {
    for (String bound : BOUNDS) {
      if (range.path(bound).isTextual()) {
        return true;
      }
    }
    return false;
  }

  private static Condition.Range range(JsonNode node, String at) {
    Json.object(node, at, "struct Range");
    Json.only(node, at, BOUNDS);
    return new Condition.Range(
        bound(node, "lt", at),
        bound(node, "gt", at),
        bound(node, "gte", at),
        bound(node, "lte", at));
  }

  private static @Nullable Double bound(JsonNode node, String name, String at) {
    JsonNode value = Json.member(node, name);
    return value == null ? null : (Double) Json.number(value, at + "." + name);
  }

  private static Condition.DatetimeRange datetimeRange(JsonNode node, String at) {
    Json.only(node, at, BOUNDS);
    return new Condition.DatetimeRange(
        time(node, "lt", at), time(node, "gt", at), time(node, "gte", at), time(node, "lte", at));
  }

  private static @Nullable Long time(JsonNode node, String name, String at) {
    JsonNode value = Json.member(node, name);
    if (value == null) {
      return null;
    }
    String text = Json.string(value, at + "." + name);
    OptionalLong micros = Datetimes.parseMicros(text);
    if (micros.isEmpty()) {
      throw Json.format(
          "'"
              + text
              + "' does not match accepted datetime format (RFC3339). Example:"
              + " 2014-01-01T00:00:00Z",
          at + "." + name);
    }
    return micros.getAsLong();
  }

  private static Condition.GeoBox box(JsonNode node, String at) {
    Json.object(node, at, "struct GeoBoundingBox");
    Json.only(node, at, "top_left", "bottom_right");
    return new Condition.GeoBox(
        point(Json.required(node, "top_left", at), at + ".top_left"),
        point(Json.required(node, "bottom_right", at), at + ".bottom_right"));
  }

  private static Condition.GeoRadius radius(JsonNode node, String at) {
    Json.object(node, at, "struct GeoRadius");
    Json.only(node, at, "center", "radius");
    return new Condition.GeoRadius(
        point(Json.required(node, "center", at), at + ".center"),
        Json.number(Json.required(node, "radius", at), at + ".radius"));
  }

  private static Condition.GeoPolygon polygon(JsonNode node, String at) {
    Json.object(node, at, "struct GeoPolygon");
    Json.only(node, at, "exterior", "interiors");
    List<GeoPoint> exterior = ring(Json.required(node, "exterior", at), at + ".exterior");
    JsonNode holes = Json.member(node, "interiors");
    List<List<GeoPoint>> interiors = new ArrayList<>();
    if (holes != null) {
      Json.array(holes, at + ".interiors", "a sequence");
      for (int i = 0; i < holes.size(); i++) {
        interiors.add(ring(holes.get(i), at + ".interiors[" + i + "]"));
      }
    }
    return new Condition.GeoPolygon(exterior, List.copyOf(interiors));
  }

  private static List<GeoPoint> ring(JsonNode node, String at) {
    Json.object(node, at, "struct GeoLineString");
    Json.only(node, at, "points");
    JsonNode points = Json.required(node, "points", at);
    Json.array(points, at + ".points", "a sequence");
    List<GeoPoint> ring = new ArrayList<>(points.size());
    for (int i = 0; i < points.size(); i++) {
      ring.add(point(points.get(i), at + ".points[" + i + "]"));
    }
    if (ring.size() < 4) {
      throw Json.format(
          "polygon invalid, the size must be at least 4, got " + ring.size(), at + ".points");
    }
    if (!ring.getFirst().equals(ring.getLast())) {
      throw Json.format(
          "polygon invalid, the first and the last points should be the same to form a closed line",
          at + ".points");
    }
    return List.copyOf(ring);
  }

  static GeoPoint point(JsonNode node, String at) {
    Json.object(node, at, "struct GeoPoint");
    Json.only(node, at, "lon", "lat");
    double lon = Json.number(Json.required(node, "lon", at), at + ".lon");
    double lat = Json.number(Json.required(node, "lat", at), at + ".lat");
    if (!Geo.isLegal(lon, lat)) {
      throw Json.format(
          "Wrong format of GeoPoint payload: expected `lat` = "
              + lat
              + " within [-90;90] and `lon` = "
              + lon
              + " within [-180;180]",
          at);
    }
    return new GeoPoint(lon, lat);
  }

  private static Condition.ValuesCount count(JsonNode node, String at) {
    Json.object(node, at, "struct ValuesCount");
    Json.only(node, at, BOUNDS);
    return new Condition.ValuesCount(
        whole(node, "lt", at),
        whole(node, "gt", at),
        whole(node, "gte", at),
        whole(node, "lte", at));
  }

  private static @Nullable Long whole(JsonNode node, String name, String at) {
    JsonNode value = Json.member(node, name);
    return value == null ? null : (Long) Json.unsigned(value, at + "." + name);
  }
}
