package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.PointId;
import dev.quiver.engine.filter.Condition.GeoPoint;
import dev.quiver.engine.filter.Condition.Match;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a filter means: decides one point after the other from its id, its payload and its vectors.
 * Every other way to run a filter must agree with it. Thread-safe.
 */
public final class FilterEvaluator {
  private final Filter filter;
  private final PayloadIndexes indexes;
  private final Map<String, PayloadPath> paths = new HashMap<>();

  /**
   * @param indexes declared ones; a text index decides how text is matched
   * @throws dev.quiver.engine.QuiverException FORMAT when a key is not a path
   */
  public FilterEvaluator(Filter filter, PayloadIndexes indexes) {
    this.filter = filter;
    this.indexes = indexes;
    collectPaths(filter);
  }

  /**
   * @param payload a JSON object
   * @param vectors names of the vectors that the point has
   */
  public boolean matches(PointId id, JsonNode payload, Set<String> vectors) {
    return matches(filter, new View(id, vectors, payload, null));
  }

  /** Decides by the payload alone: conditions on ids and vectors never match. */
  boolean matches(JsonNode payload) {
    return matches(filter, new View(null, Set.of(), payload, null));
  }

  /**
   * One object to look at: a point's payload, or one element of a nested array.
   *
   * @param id null inside nested, where conditions on ids and vectors never match
   * @param prefix where the object is in the payload, or null at the top
   */
  private record View(
      @Nullable PointId id, Set<String> vectors, JsonNode object, @Nullable PayloadPath prefix) {}

  private boolean matches(Condition condition, View view) {
    return switch (condition) {
      case Filter inner ->
          inner.must().stream().allMatch(c -> matches(c, view))
              && inner.mustNot().stream().noneMatch(c -> matches(c, view))
              && (inner.should().isEmpty()
                  || inner.should().stream().anyMatch(c -> matches(c, view)))
              && enough(inner.minShould(), view);
      case Condition.Field field -> matchesField(field, view);
      case Condition.IsEmpty(String key) ->
          values(key, view).stream().allMatch(FilterEvaluator::isEmptyValue);
      case Condition.IsNull(String key) -> values(key, view).stream().anyMatch(JsonNode::isNull);
      case Condition.HasId(Set<PointId> ids) -> view.id != null && ids.contains(view.id);
      case Condition.HasVector(String name) -> view.vectors.contains(name);
      case Condition.Slice(int total, int index) ->
          view.id != null && Long.remainderUnsigned(SipHash.ofId(view.id), total) == index;
      case Condition.Nested(String key, Filter inner) -> {
        PayloadPath array = path(key).arrayKey();
        PayloadPath prefix = view.prefix == null ? array : view.prefix.then(array);
        yield array.valuesIn(view.object).stream()
            .filter(JsonNode::isObject)
            .anyMatch(element -> matches(inner, new View(null, Set.of(), element, prefix)));
      }
    };
  }

  private boolean enough(Filter.@Nullable MinShould minShould, View view) {
    return minShould == null
        || minShould.conditions().stream().filter(c -> matches(c, view)).count()
            >= minShould.minCount();
  }

  private boolean matchesField(Condition.Field field, View view) {
    List<JsonNode> values = values(field.key(), view);
    Condition.ValuesCount count = field.valuesCount();
    if (count != null) {
      return values.isEmpty()
          ? inRange(count, 0)
          : values.stream().anyMatch(value -> inRange(count, count(value)));
    }
    Boolean isEmpty = field.isEmpty();
    if (isEmpty != null) {
      return values.isEmpty()
          ? isEmpty
          : values.stream().anyMatch(value -> isEmptyValue(value) == isEmpty);
    }
    Boolean isNull = field.isNull();
    if (isNull != null) {
      return values.isEmpty()
          ? !isNull
          : values.stream().anyMatch(value -> holdsNull(value) == isNull);
    }
    return (field.match() != null && matchesMatch(field, field.match(), values, view))
        || elements(values).stream().anyMatch(element -> matchesElement(field, element));
  }

  private boolean matchesMatch(
      Condition.Field field, Match match, List<JsonNode> values, View view) {
    PayloadPath path = path(field.key());
    TextAnalysis analysis = indexes.text(view.prefix == null ? path : view.prefix.then(path));
    if (analysis != null) {
      switch (match) {
        case Match.Text(String text) -> {
          return analysis.matchesAll(texts(values), text);
        }
        case Match.TextAny(String text) -> {
          return analysis.matchesAny(texts(values), text);
        }
        case Match.Phrase(String phrase) -> {
          return analysis.matchesPhrase(texts(values), phrase);
        }
        default -> {
          // The other forms do not depend on an index.
        }
      }
    }
    Predicate<JsonNode> matcher = ValueMatch.of(match);
    return elements(values).stream().anyMatch(matcher);
  }

  /** Range and place; the parts of one condition are alternatives. */
  private static boolean matchesElement(Condition.Field field, JsonNode element) {
    if (field.range() != null
        && element.isNumber()
        && inRange(field.range(), element.doubleValue())) {
      return true;
    }
    if (field.datetimeRange() != null && element.isTextual()) {
      OptionalLong micros = Datetimes.parseMicros(element.textValue());
      if (micros.isPresent() && inRange(field.datetimeRange(), micros.getAsLong())) {
        return true;
      }
    }
    GeoPoint point = Geo.point(element);
    return point != null
        && ((field.geoBox() != null && Geo.inside(field.geoBox(), point.lon(), point.lat()))
            || (field.geoRadius() != null
                && Geo.inside(field.geoRadius(), point.lon(), point.lat()))
            || (field.geoPolygon() != null
                && Geo.inside(field.geoPolygon(), point.lon(), point.lat())));
  }

  /** Values that are compared: the elements of arrays, one level deep, and everything else. */
  private static List<JsonNode> elements(List<JsonNode> values) {
    List<JsonNode> elements = new ArrayList<>();
    for (JsonNode value : values) {
      if (value.isArray()) {
        value.forEach(elements::add);
      } else {
        elements.add(value);
      }
    }
    return elements;
  }

  static List<String> texts(List<JsonNode> values) {
    return elements(values).stream().filter(JsonNode::isTextual).map(JsonNode::textValue).toList();
  }

  private static boolean isEmptyValue(JsonNode value) {
    return value.isNull() || (value.isArray() && value.isEmpty());
  }

  private static boolean holdsNull(JsonNode value) {
    if (value.isArray()) {
      for (JsonNode element : value) {
        if (element.isNull()) {
          return true;
        }
      }
      return false;
    }
    return value.isNull();
  }

  private static long count(JsonNode value) {
    return value.isNull() ? 0 : value.isArray() ? value.size() : 1;
  }

  private static boolean inRange(Condition.ValuesCount range, long count) {
    return (range.lt() == null || count < range.lt())
        && (range.gt() == null || count > range.gt())
        && (range.lte() == null || count <= range.lte())
        && (range.gte() == null || count >= range.gte());
  }

  private static boolean inRange(Condition.DatetimeRange range, long micros) {
    return (range.lt() == null || micros < range.lt())
        && (range.gt() == null || micros > range.gt())
        && (range.lte() == null || micros <= range.lte())
        && (range.gte() == null || micros >= range.gte());
  }

  private static boolean inRange(Condition.Range range, double number) {
    return (range.lt() == null || compare(number, range.lt()) < 0)
        && (range.gt() == null || compare(number, range.gt()) > 0)
        && (range.lte() == null || compare(number, range.lte()) <= 0)
        && (range.gte() == null || compare(number, range.gte()) >= 0);
  }

  /** As numbers are ordered: both zeros are one, and NaN, which only gRPC can send, is largest. */
  private static int compare(double a, double b) {
    return Double.compare(a + 0.0, b + 0.0);
  }

  private List<JsonNode> values(String key, View view) {
    return path(key).valuesIn(view.object);
  }

  private PayloadPath path(String key) {
    PayloadPath path = paths.get(key);
    return path == null ? PayloadPath.parse(key) : path;
  }

  private void collectPaths(Condition condition) {
    switch (condition) {
      case Filter inner -> {
        inner.must().forEach(this::collectPaths);
        inner.should().forEach(this::collectPaths);
        inner.mustNot().forEach(this::collectPaths);
        if (inner.minShould() != null) {
          inner.minShould().conditions().forEach(this::collectPaths);
        }
      }
      case Condition.Field field -> paths.computeIfAbsent(field.key(), PayloadPath::parse);
      case Condition.IsEmpty(String key) -> paths.computeIfAbsent(key, PayloadPath::parse);
      case Condition.IsNull(String key) -> paths.computeIfAbsent(key, PayloadPath::parse);
      case Condition.Nested(String key, Filter inner) -> {
        paths.computeIfAbsent(key, PayloadPath::parse);
        collectPaths(inner);
      }
      case Condition.HasId _, Condition.HasVector _, Condition.Slice _ -> {
        // They name no path.
      }
    }
  }
}
