package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.PointId;
import dev.quiver.engine.filter.Condition.GeoPoint;
import dev.quiver.engine.filter.Condition.Match;
import java.math.BigInteger;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes filters as JSON. */
final class FilterWriter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private FilterWriter() {}

  static ObjectNode filter(Filter filter) {
    ObjectNode node = JSON.objectNode();
    put(node, "must", filter.must());
    put(node, "should", filter.should());
    put(node, "must_not", filter.mustNot());
    Filter.MinShould minShould = filter.minShould();
    if (minShould != null) {
      ObjectNode inner = node.putObject("min_should");
      inner.set("conditions", conditions(minShould.conditions()));
      inner.put("min_count", minShould.minCount());
    }
    return node;
  }

  private static void put(ObjectNode node, String name, List<Condition> conditions) {
    if (!conditions.isEmpty()) {
      node.set(name, conditions(conditions));
    }
  }

  private static ArrayNode conditions(List<Condition> conditions) {
    ArrayNode array = JSON.arrayNode();
    conditions.forEach(condition -> array.add(condition(condition)));
    return array;
  }

  private static ObjectNode condition(Condition condition) {
    ObjectNode node = JSON.objectNode();
    switch (condition) {
      case Filter filter -> {
        return filter(filter);
      }
      case Condition.Field field -> field(field, node);
      case Condition.IsEmpty(String key) -> node.putObject("is_empty").put("key", key);
      case Condition.IsNull(String key) -> node.putObject("is_null").put("key", key);
      case Condition.HasId(var ids) -> {
        ArrayNode array = node.putArray("has_id");
        for (PointId id : ids) {
          switch (id) {
            case PointId.Num(long value) when value < 0 ->
                array.add(new BigInteger(Long.toUnsignedString(value)));
            case PointId.Num(long value) -> array.add(value);
            case PointId.Uuid(UUID value) -> array.add(value.toString());
          }
        }
      }
      case Condition.HasVector(String name) -> node.put("has_vector", name);
      case Condition.Slice(int total, int index) ->
          node.putObject("slice").put("total", total).put("index", index);
      case Condition.Nested(String key, Filter inner) ->
          node.putObject("nested").put("key", key).set("filter", filter(inner));
    }
    return node;
  }

  private static void field(Condition.Field field, ObjectNode node) {
    node.put("key", field.key());
    if (field.match() != null) {
      match(field.match(), node.putObject("match"));
    }
    if (field.range() != null) {
      ObjectNode range = node.putObject("range");
      put(range, "lt", field.range().lt());
      put(range, "gt", field.range().gt());
      put(range, "gte", field.range().gte());
      put(range, "lte", field.range().lte());
    } else if (field.datetimeRange() != null) {
      ObjectNode range = node.putObject("range");
      putTime(range, "lt", field.datetimeRange().lt());
      putTime(range, "gt", field.datetimeRange().gt());
      putTime(range, "gte", field.datetimeRange().gte());
      putTime(range, "lte", field.datetimeRange().lte());
    }
    if (field.geoBox() != null) {
      ObjectNode box = node.putObject("geo_bounding_box");
      box.set("top_left", point(field.geoBox().topLeft()));
      box.set("bottom_right", point(field.geoBox().bottomRight()));
    }
    if (field.geoRadius() != null) {
      ObjectNode circle = node.putObject("geo_radius");
      circle.set("center", point(field.geoRadius().center()));
      circle.put("radius", field.geoRadius().radius());
    }
    if (field.geoPolygon() != null) {
      ObjectNode polygon = node.putObject("geo_polygon");
      polygon.set("exterior", ring(field.geoPolygon().exterior()));
      if (!field.geoPolygon().interiors().isEmpty()) {
        ArrayNode holes = polygon.putArray("interiors");
        field.geoPolygon().interiors().forEach(hole -> holes.add(ring(hole)));
      }
    }
    if (field.valuesCount() != null) {
      ObjectNode count = node.putObject("values_count");
      put(count, "lt", field.valuesCount().lt());
      put(count, "gt", field.valuesCount().gt());
      put(count, "gte", field.valuesCount().gte());
      put(count, "lte", field.valuesCount().lte());
    }
    if (field.isEmpty() != null) {
      node.put("is_empty", field.isEmpty());
    }
    if (field.isNull() != null) {
      node.put("is_null", field.isNull());
    }
  }

  private static void match(Match match, ObjectNode node) {
    switch (match) {
      case Match.Keyword(String value) -> node.put("value", value);
      case Match.Int(long value) -> node.put("value", value);
      case Match.Bool(boolean value) -> node.put("value", value);
      case Match.Text(String text) -> node.put("text", text);
      case Match.TextAny(String text) -> node.put("text_any", text);
      case Match.Phrase(String phrase) -> node.put("phrase", phrase);
      case Match.Prefix(String prefix) -> node.put("prefix", prefix);
      case Match.AnyKeyword(List<String> values) -> values.forEach(node.putArray("any")::add);
      case Match.AnyInt(List<Long> values) -> values.forEach(node.putArray("any")::add);
      case Match.ExceptKeyword(List<String> values) -> values.forEach(node.putArray("except")::add);
      case Match.ExceptInt(List<Long> values) -> values.forEach(node.putArray("except")::add);
    }
  }

  private static void put(ObjectNode node, String name, @Nullable Double value) {
    if (value != null) {
      node.put(name, value);
    }
  }

  private static void put(ObjectNode node, String name, @Nullable Long value) {
    if (value != null) {
      node.put(name, value);
    }
  }

  private static void putTime(ObjectNode node, String name, @Nullable Long micros) {
    if (micros != null) {
      node.put(name, Datetimes.format(micros));
    }
  }

  private static ObjectNode point(GeoPoint point) {
    return JSON.objectNode().put("lon", point.lon()).put("lat", point.lat());
  }

  private static ObjectNode ring(List<GeoPoint> ring) {
    ObjectNode node = JSON.objectNode();
    ArrayNode points = node.putArray("points");
    ring.forEach(point -> points.add(point(point)));
    return node;
  }
}
