package dev.quiver.api;

import static dev.quiver.api.GrpcBadRequest.search;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import io.qdrant.client.grpc.Common;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.FieldCondition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.GeoPoint;
import io.qdrant.client.grpc.Common.Match;
import java.util.List;

/** Filters that cannot be read. */
final class GrpcBadFilters {
  private GrpcBadFilters() {}

  static List<GrpcBadRequest> all() {
    return List.of(
        filter("condition of no kind", "Malformed Condition", Condition.newBuilder()),
        filter(
            "condition of a kind unknown here",
            "Malformed Condition",
            Condition.newBuilder()
                .setUnknownFields(
                    UnknownFieldSet.newBuilder()
                        .addField(
                            77,
                            UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.EMPTY)
                                .build())
                        .build())),
        search(
            "filter with an unknown clause",
            "unknown field 9",
            search()
                .setFilter(
                    Filter.newBuilder()
                        .setUnknownFields(
                            UnknownFieldSet.newBuilder()
                                .addField(
                                    9, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                                .build()))),
        field(
            "field without a condition", "At least one field condition must be specified", field()),
        field(
            "match of no kind", "Malformed Match condition", field().setMatch(Match.newBuilder())),
        field(
            "empty path",
            "Invalid json path: ''",
            FieldCondition.newBuilder().setMatch(Match.newBuilder().setInteger(1))),
        filter(
            "nested without a filter",
            "Nested condition must have a filter",
            Condition.newBuilder().setNested(Common.NestedCondition.newBuilder().setKey("a"))),
        search(
            "min_should of zero",
            "min_count must be greater than 0",
            search()
                .setFilter(
                    Filter.newBuilder().setMinShould(Common.MinShould.getDefaultInstance()))),
        field(
            "half a box",
            "Malformed GeoBoundingBox type",
            field()
                .setGeoBoundingBox(
                    Common.GeoBoundingBox.newBuilder().setTopLeft(GeoPoint.getDefaultInstance()))),
        field(
            "radius without a centre",
            "Malformed GeoRadius type",
            field().setGeoRadius(Common.GeoRadius.newBuilder().setRadius(1))),
        field(
            "latitude out of range",
            "geo",
            field()
                .setGeoRadius(
                    Common.GeoRadius.newBuilder()
                        .setRadius(1)
                        .setCenter(GeoPoint.newBuilder().setLat(91)))),
        field(
            "open polygon",
            "the first and the last points should be same",
            field()
                .setGeoPolygon(
                    Common.GeoPolygon.newBuilder().setExterior(line(0, 0, 0, 1, 1, 1, 1, 0)))),
        field(
            "short polygon",
            "the size must be at least 4, got 2",
            field().setGeoPolygon(Common.GeoPolygon.newBuilder().setExterior(line(0, 0, 0, 0)))),
        field(
            "timestamp out of range",
            "Validation error in body: [datetime_range.gte",
            field()
                .setDatetimeRange(
                    Common.DatetimeRange.newBuilder()
                        .setGte(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)))),
        field("range of NaN", "NaN", field().setRange(Common.Range.newBuilder().setGt(Double.NaN))),
        search("deep filter", "deeper than", search().setFilter(deepFilter(150))),
        search("very deep filter", "failed to decode", search().setFilter(deepFilter(600))));
  }

  private static GrpcBadRequest filter(String what, String text, Condition.Builder condition) {
    return search(what, text, search().setFilter(Filter.newBuilder().addMust(condition)));
  }

  private static GrpcBadRequest field(String what, String text, FieldCondition.Builder field) {
    return filter(what, text, Condition.newBuilder().setField(field));
  }

  private static FieldCondition.Builder field() {
    return FieldCondition.newBuilder().setKey("a");
  }

  private static Common.GeoLineString line(double... lonLat) {
    Common.GeoLineString.Builder line = Common.GeoLineString.newBuilder();
    for (int i = 0; i < lonLat.length; i += 2) {
      line.addPoints(GeoPoint.newBuilder().setLon(lonLat[i]).setLat(lonLat[i + 1]));
    }
    return line.build();
  }

  private static Filter deepFilter(int levels) {
    Filter filter = Filter.getDefaultInstance();
    for (int i = 0; i < levels; i++) {
      filter = Filter.newBuilder().addMust(Condition.newBuilder().setFilter(filter)).build();
    }
    return filter;
  }
}
