package dev.quiver.api;

import dev.quiver.engine.QuiverException;
import dev.quiver.engine.filter.Condition;
import io.qdrant.client.grpc.Common;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions on a payload field, from their wire form. */
final class GrpcFieldConditions {
  private GrpcFieldConditions() {}

  static Condition.Field read(Common.FieldCondition field) {
    GrpcFilters.refuseUnknown(field.getUnknownFields(), "FieldCondition");
    if (field.hasRange() && field.hasDatetimeRange()) {
      throw QuiverException.badRequest(
          "range and datetime_range of `"
              + field.getKey()
              + "` exclude each other; use two conditions");
    }
    Condition.Field read =
        new Condition.Field(
            GrpcFilters.path(field.getKey()),
            field.hasMatch() ? match(field.getMatch()) : null,
            field.hasRange() ? range(field.getRange()) : null,
            field.hasDatetimeRange() ? datetimeRange(field.getDatetimeRange()) : null,
            field.hasGeoBoundingBox() ? box(field.getGeoBoundingBox()) : null,
            field.hasGeoRadius() ? radius(field.getGeoRadius()) : null,
            field.hasGeoPolygon() ? polygon(field.getGeoPolygon()) : null,
            field.hasValuesCount() ? valuesCount(field.getValuesCount()) : null,
            field.hasIsEmpty() ? field.getIsEmpty() : null,
            field.hasIsNull() ? field.getIsNull() : null);
    if (isWithoutCondition(read)) {
      throw GrpcFaults.invalid("match", "At least one field condition must be specified");
    }
    return read;
  }

  private static boolean isWithoutCondition(Condition.Field field) {
    return field.match() == null
        && field.range() == null
        && field.datetimeRange() == null
        && field.geoBox() == null
        && field.geoRadius() == null
        && field.geoPolygon() == null
        && field.valuesCount() == null
        && field.isEmpty() == null
        && field.isNull() == null;
  }

  private static Condition.Match match(Common.Match match) {
    return switch (match.getMatchValueCase()) {
      case KEYWORD -> new Condition.Match.Keyword(match.getKeyword());
      case INTEGER -> new Condition.Match.Int(match.getInteger());
      case BOOLEAN -> new Condition.Match.Bool(match.getBoolean());
      case TEXT -> new Condition.Match.Text(match.getText());
      case TEXT_ANY -> new Condition.Match.TextAny(match.getTextAny());
      case PHRASE -> new Condition.Match.Phrase(match.getPhrase());
      case KEYWORDS ->
          new Condition.Match.AnyKeyword(List.copyOf(match.getKeywords().getStringsList()));
      case INTEGERS ->
          new Condition.Match.AnyInt(List.copyOf(match.getIntegers().getIntegersList()));
      case EXCEPT_KEYWORDS ->
          new Condition.Match.ExceptKeyword(
              List.copyOf(match.getExceptKeywords().getStringsList()));
      case EXCEPT_INTEGERS ->
          new Condition.Match.ExceptInt(List.copyOf(match.getExceptIntegers().getIntegersList()));
      case MATCHVALUE_NOT_SET -> {
        String prefix = GrpcFilters.prefix(match.getUnknownFields());
        if (prefix == null) {
          throw GrpcFaults.malformed("Malformed Match condition");
        }
        yield new Condition.Match.Prefix(prefix);
      }
    };
  }

  private static Condition.Range range(Common.Range range) {
    return new Condition.Range(
        range.hasLt() ? bound(range.getLt()) : null,
        range.hasGt() ? bound(range.getGt()) : null,
        range.hasGte() ? bound(range.getGte()) : null,
        range.hasLte() ? bound(range.getLte()) : null);
  }

  private static double bound(double value) {
    if (Double.isNaN(value)) {
      throw QuiverException.badRequest("range bound: NaN (expected: a number)");
    }
    return value;
  }

  private static Condition.DatetimeRange datetimeRange(Common.DatetimeRange range) {
    return new Condition.DatetimeRange(
        range.hasLt() ? GrpcFilters.micros("datetime_range.lt", range.getLt()) : null,
        range.hasGt() ? GrpcFilters.micros("datetime_range.gt", range.getGt()) : null,
        range.hasGte() ? GrpcFilters.micros("datetime_range.gte", range.getGte()) : null,
        range.hasLte() ? GrpcFilters.micros("datetime_range.lte", range.getLte()) : null);
  }

  private static Condition.GeoBox box(Common.GeoBoundingBox box) {
    if (!box.hasTopLeft() || !box.hasBottomRight()) {
      throw GrpcFaults.malformed("Malformed GeoBoundingBox type");
    }
    return new Condition.GeoBox(
        GrpcFilters.geoPoint(box.getTopLeft()), GrpcFilters.geoPoint(box.getBottomRight()));
  }

  private static Condition.GeoRadius radius(Common.GeoRadius radius) {
    if (!radius.hasCenter()) {
      throw GrpcFaults.malformed("Malformed GeoRadius type");
    }
    if (!(radius.getRadius() >= 0) || Float.isInfinite(radius.getRadius())) {
      throw QuiverException.badRequest(
          "geo_radius.radius: " + radius.getRadius() + " (expected: metres, 0 or more)");
    }
    return new Condition.GeoRadius(GrpcFilters.geoPoint(radius.getCenter()), radius.getRadius());
  }

  private static Condition.GeoPolygon polygon(Common.GeoPolygon polygon) {
    if (!polygon.hasExterior()) {
      throw GrpcFaults.malformed("Malformed GeoPolygon type - field `exterior` is required");
    }
    List<List<Condition.GeoPoint>> interiors = new ArrayList<>();
    for (Common.GeoLineString interior : polygon.getInteriorsList()) {
      interiors.add(GrpcFilters.ring("geo_polygon.interiors", interior));
    }
    return new Condition.GeoPolygon(
        GrpcFilters.ring("geo_polygon.exterior", polygon.getExterior()), interiors);
  }

  private static Condition.ValuesCount valuesCount(Common.ValuesCount count) {
    return new Condition.ValuesCount(
        count.hasLt() ? saturated(count.getLt()) : null,
        count.hasGt() ? saturated(count.getGt()) : null,
        count.hasGte() ? saturated(count.getGte()) : null,
        count.hasLte() ? saturated(count.getLte()) : null);
  }

  private static @Nullable Long saturated(long unsigned) {
    return unsigned < 0 ? Long.MAX_VALUE : unsigned;
  }
}
