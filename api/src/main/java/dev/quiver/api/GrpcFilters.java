package dev.quiver.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterJson;
import dev.quiver.engine.filter.PayloadPath;
import io.qdrant.client.grpc.Common;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Filters from their wire form. A field that these wire classes do not know is refused rather than
 * dropped: dropping a condition would select more points, also for a deletion. Two conditions that
 * are newer than the wire classes are read from their unknown fields.
 */
final class GrpcFilters {
  private static final int SLICE_FIELD = 8;
  private static final int SLICE_TOTAL_FIELD = 1;
  private static final int SLICE_INDEX_FIELD = 2;
  private static final int PREFIX_FIELD = 11;
  private static final long TIMESTAMP_MIN_SECONDS = -62_135_596_800L;
  private static final long TIMESTAMP_MAX_SECONDS = 253_402_300_799L;
  private static final int NANOS_MAX = 999_999_999;
  private static final int RING_POINTS_MIN = 4;

  private int conditions;

  /** Counts one filter's conditions, so each filter needs its own. */
  private GrpcFilters() {}

  /** Reads a filter, with the limits of its JSON form. */
  static Filter read(Common.Filter filter) {
    return new GrpcFilters().read(filter, 1);
  }

  static @Nullable Filter readIf(boolean present, Common.Filter filter) {
    return present ? read(filter) : null;
  }

  private Filter read(Common.Filter filter, int depth) {
    if (depth > FilterJson.MAX_DEPTH) {
      throw QuiverException.badRequest(
          "filters stand deeper than " + FilterJson.MAX_DEPTH + " levels; flatten them");
    }
    refuseUnknown(filter.getUnknownFields(), "Filter");
    Filter.MinShould minShould = null;
    if (filter.hasMinShould()) {
      Common.MinShould given = filter.getMinShould();
      if (given.getMinCount() == 0) {
        throw GrpcFaults.invalid("filter.min_should.min_count", "min_count must be greater than 0");
      }
      minShould =
          new Filter.MinShould(
              conditions(given.getConditionsList(), depth), saturated(given.getMinCount()));
    }
    return new Filter(
        conditions(filter.getMustList(), depth),
        conditions(filter.getShouldList(), depth),
        conditions(filter.getMustNotList(), depth),
        minShould);
  }

  private List<Condition> conditions(List<Common.Condition> conditions, int depth) {
    List<Condition> read = new ArrayList<>(conditions.size());
    for (Common.Condition condition : conditions) {
      read.add(condition(condition, depth));
    }
    return read;
  }

  private Condition condition(Common.Condition condition, int depth) {
    if (++conditions > FilterJson.MAX_CONDITIONS) {
      throw QuiverException.badRequest(
          "filter with more than " + FilterJson.MAX_CONDITIONS + " conditions; split the request");
    }
    return switch (condition.getConditionOneOfCase()) {
      case FIELD -> GrpcFieldConditions.read(condition.getField());
      case IS_EMPTY -> new Condition.IsEmpty(path(condition.getIsEmpty().getKey()));
      case IS_NULL -> new Condition.IsNull(path(condition.getIsNull().getKey()));
      case HAS_ID -> {
        Set<PointId> ids = new LinkedHashSet<>(GrpcIds.read(condition.getHasId().getHasIdList()));
        yield new Condition.HasId(ids);
      }
      case HAS_VECTOR -> new Condition.HasVector(condition.getHasVector().getHasVector());
      case FILTER -> read(condition.getFilter(), depth + 1);
      case NESTED -> {
        Common.NestedCondition nested = condition.getNested();
        if (!nested.hasFilter()) {
          throw GrpcFaults.malformed("Nested condition must have a filter");
        }
        yield new Condition.Nested(path(nested.getKey()), read(nested.getFilter(), depth + 1));
      }
      case CONDITIONONEOF_NOT_SET -> slice(condition.getUnknownFields());
    };
  }

  private static Condition slice(UnknownFieldSet unknown) {
    List<ByteString> messages = unknown.getField(SLICE_FIELD).getLengthDelimitedList();
    if (messages.isEmpty()) {
      throw GrpcFaults.malformed("Malformed Condition: empty, or of a kind that is not known here");
    }
    UnknownFieldSet slice;
    try {
      slice = UnknownFieldSet.parseFrom(messages.getLast());
    } catch (InvalidProtocolBufferException e) {
      throw GrpcFaults.malformed("Malformed SliceCondition: " + e.getMessage());
    }
    int total = (int) lastVarint(slice, SLICE_TOTAL_FIELD);
    int index = (int) lastVarint(slice, SLICE_INDEX_FIELD);
    if (total == 0) {
      throw GrpcFaults.malformed("Slice total must be greater than 0");
    }
    if (total < 0) {
      throw GrpcFaults.malformed("Slice total must be at most " + Integer.MAX_VALUE);
    }
    if (Integer.compareUnsigned(index, total) >= 0) {
      throw GrpcFaults.malformed("Slice index must be less than the total number of slices");
    }
    return new Condition.Slice(total, index);
  }

  private static long lastVarint(UnknownFieldSet message, int field) {
    List<Long> values = message.getField(field).getVarintList();
    return values.isEmpty() ? 0 : values.getLast();
  }

  /** The prefix of a match whose wire classes do not know that kind yet. */
  static @Nullable String prefix(UnknownFieldSet unknown) {
    List<ByteString> texts = unknown.getField(PREFIX_FIELD).getLengthDelimitedList();
    return texts.isEmpty() ? null : texts.getLast().toStringUtf8();
  }

  static void refuseUnknown(UnknownFieldSet unknown, String message) {
    Set<Integer> fields = unknown.asMap().keySet();
    if (!fields.isEmpty()) {
      throw GrpcFaults.malformed(
          message + ": unknown field " + fields.iterator().next() + " cannot be ignored");
    }
  }

  /** A payload path that has been checked; stays as it was written. */
  static String path(String key) {
    PayloadPath.parse(key);
    return key;
  }

  static int saturated(long unsigned) {
    return Long.compareUnsigned(unsigned, Integer.MAX_VALUE) > 0
        ? Integer.MAX_VALUE
        : (int) unsigned;
  }

  /** Microseconds since 1970, rounded down. */
  static long micros(String field, Timestamp timestamp) {
    long seconds = timestamp.getSeconds();
    if (seconds < TIMESTAMP_MIN_SECONDS || seconds > TIMESTAMP_MAX_SECONDS) {
      throw GrpcFaults.invalid(
          field, "must be from " + TIMESTAMP_MIN_SECONDS + " to " + TIMESTAMP_MAX_SECONDS);
    }
    int nanos = timestamp.getNanos();
    if (nanos < 0 || nanos > NANOS_MAX) {
      throw GrpcFaults.invalid(field, "must be from 0 to " + NANOS_MAX);
    }
    return seconds * 1_000_000 + nanos / 1_000;
  }

  /** A closed ring of a polygon. */
  static List<Condition.GeoPoint> ring(String field, Common.GeoLineString line) {
    List<Common.GeoPoint> points = line.getPointsList();
    if (points.size() < RING_POINTS_MIN) {
      throw GrpcFaults.invalid(
          field,
          "value invalid, the size must be at least " + RING_POINTS_MIN + ", got " + points.size());
    }
    if (!points.getFirst().equals(points.getLast())) {
      throw GrpcFaults.invalid(
          field,
          "value invalid, the first and the last points should be same to form a closed line");
    }
    List<Condition.GeoPoint> ring = new ArrayList<>(points.size());
    for (Common.GeoPoint point : points) {
      ring.add(geoPoint(point));
    }
    return ring;
  }

  static Condition.GeoPoint geoPoint(Common.GeoPoint point) {
    double lon = point.getLon();
    double lat = point.getLat();
    // Written so that NaN fails as well.
    if (!(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90)) {
      throw GrpcFaults.invalid(
          "geo",
          "Latitude and longitude should be in range [-90, 90] and [-180, 180], got lat: "
              + lat
              + ", lon: "
              + lon);
    }
    return new Condition.GeoPoint(lon, lat);
  }
}
