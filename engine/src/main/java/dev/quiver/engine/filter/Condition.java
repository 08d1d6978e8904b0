package dev.quiver.engine.filter;

import dev.quiver.engine.PointId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One condition of a {@link Filter}. */
public sealed interface Condition
    permits Filter,
        Condition.Field,
        Condition.IsEmpty,
        Condition.IsNull,
        Condition.HasId,
        Condition.HasVector,
        Condition.Slice,
        Condition.Nested {

  /**
   * A condition on the values at a payload path; at least one part is given, several are ORed as
   * Qdrant does.
   */
  record Field(
      String key,
      @Nullable Match match,
      @Nullable Range range,
      @Nullable DatetimeRange datetimeRange,
      @Nullable GeoBox geoBox,
      @Nullable GeoRadius geoRadius,
      @Nullable GeoPolygon geoPolygon,
      @Nullable ValuesCount valuesCount,
      @Nullable Boolean isEmpty,
      @Nullable Boolean isNull)
      implements Condition {}

  record IsEmpty(String key) implements Condition {}

  record IsNull(String key) implements Condition {}

  record HasId(Set<PointId> ids) implements Condition {}

  /**
   * @param name {@code ""} is the default vector
   */
  record HasVector(String name) implements Condition {}

  /** Points whose id's hash falls into slice {@code index} of {@code total}. */
  record Slice(int total, int index) implements Condition {}

  /** At least one object of the array at {@code key} satisfies the whole filter by itself. */
  record Nested(String key, Filter filter) implements Condition {}

  /** How a value is matched. */
  sealed interface Match {
    record Keyword(String value) implements Match {}

    record Int(long value) implements Match {}

    record Bool(boolean value) implements Match {}

    record Text(String text) implements Match {}

    record TextAny(String text) implements Match {}

    record Phrase(String phrase) implements Match {}

    record Prefix(String prefix) implements Match {}

    record AnyKeyword(List<String> values) implements Match {}

    record AnyInt(List<Long> values) implements Match {}

    record ExceptKeyword(List<String> values) implements Match {}

    record ExceptInt(List<Long> values) implements Match {}
  }

  record Range(
      @Nullable Double lt, @Nullable Double gt, @Nullable Double gte, @Nullable Double lte) {}

  /** Bounds in microseconds since 1970-01-01 UTC. */
  record DatetimeRange(
      @Nullable Long lt, @Nullable Long gt, @Nullable Long gte, @Nullable Long lte) {}

  record GeoPoint(double lon, double lat) {}

  /** May cross the antimeridian ({@code topLeft.lon > bottomRight.lon}); edges are exclusive. */
  record GeoBox(GeoPoint topLeft, GeoPoint bottomRight) {}

  /**
   * @param radius in metres, by the haversine formula
   */
  record GeoRadius(GeoPoint center, double radius) {}

  /** Closed rings (first point = last point, at least 4); interiors are holes. */
  record GeoPolygon(List<GeoPoint> exterior, List<List<GeoPoint>> interiors) {}

  record ValuesCount(
      @Nullable Long lt, @Nullable Long gt, @Nullable Long gte, @Nullable Long lte) {}
}
