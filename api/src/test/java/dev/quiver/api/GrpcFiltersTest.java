package dev.quiver.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.quiver.engine.Payload;
import dev.quiver.engine.filter.FilterJson;
import io.qdrant.client.ConditionFactory;
import io.qdrant.client.PointIdFactory;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.DatetimeRange;
import io.qdrant.client.grpc.Common.FieldCondition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.GeoLineString;
import io.qdrant.client.grpc.Common.GeoPoint;
import io.qdrant.client.grpc.Common.Match;
import io.qdrant.client.grpc.Common.MinShould;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.Common.ValuesCount;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each condition means over gRPC what its JSON means over REST. */
final class GrpcFiltersTest {
  private static final UUID UUID_ONE = UUID.fromString("f47ac10b-58cc-4372-a567-0e02b2c3d479");

  private record Same(String json, Condition condition) {}

  private static Condition field(FieldCondition.Builder field) {
    return Condition.newBuilder().setField(field.setKey("a")).build();
  }

  private static Condition unknown(int number, UnknownFieldSet content) {
    return Condition.newBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(
                    number,
                    UnknownFieldSet.Field.newBuilder()
                        .addLengthDelimited(content.toByteString())
                        .build())
                .build())
        .build();
  }

  private static UnknownFieldSet varints(int first, int second) {
    return UnknownFieldSet.newBuilder()
        .addField(1, UnknownFieldSet.Field.newBuilder().addVarint(first).build())
        .addField(2, UnknownFieldSet.Field.newBuilder().addVarint(second).build())
        .build();
  }

  private static GeoLineString ring() {
    return GeoLineString.newBuilder()
        .addPoints(GeoPoint.newBuilder().setLon(0).setLat(0))
        .addPoints(GeoPoint.newBuilder().setLon(0).setLat(1))
        .addPoints(GeoPoint.newBuilder().setLon(1).setLat(1))
        .addPoints(GeoPoint.newBuilder().setLon(0).setLat(0))
        .build();
  }

  private static List<Same> all() {
    return List.of(
        new Same("{'key': 'a', 'match': {'value': 'Ж'}}", ConditionFactory.matchKeyword("a", "Ж")),
        new Same("{'key': 'a', 'match': {'value': -3}}", ConditionFactory.match("a", -3)),
        new Same("{'key': 'a', 'match': {'value': true}}", ConditionFactory.match("a", true)),
        new Same("{'key': 'a', 'match': {'text': 'x y'}}", ConditionFactory.matchText("a", "x y")),
        new Same(
            "{'key': 'a', 'match': {'text_any': 'x y'}}",
            ConditionFactory.matchTextAny("a", "x y")),
        new Same(
            "{'key': 'a', 'match': {'phrase': 'x y'}}", ConditionFactory.matchPhrase("a", "x y")),
        new Same(
            "{'key': 'a', 'match': {'prefix': 'pre'}}",
            field(
                FieldCondition.newBuilder()
                    .setMatch(
                        Match.newBuilder()
                            .setUnknownFields(
                                UnknownFieldSet.newBuilder()
                                    .addField(
                                        11,
                                        UnknownFieldSet.Field.newBuilder()
                                            .addLengthDelimited(ByteString.copyFromUtf8("pre"))
                                            .build())
                                    .build())))),
        new Same(
            "{'key': 'a', 'match': {'any': ['x', 'y']}}",
            ConditionFactory.matchKeywords("a", List.of("x", "y"))),
        new Same(
            "{'key': 'a', 'match': {'any': [1, 2]}}",
            ConditionFactory.matchValues("a", List.of(1L, 2L))),
        new Same(
            "{'key': 'a', 'match': {'except': ['x']}}",
            ConditionFactory.matchExceptKeywords("a", List.of("x"))),
        new Same(
            "{'key': 'a', 'match': {'except': [1]}}",
            ConditionFactory.matchExceptValues("a", List.of(1L))),
        new Same(
            "{'key': 'a', 'range': {'gt': 1.5, 'lte': 3}}",
            ConditionFactory.range("a", Range.newBuilder().setGt(1.5).setLte(3).build())),
        new Same(
            "{'key': 'a', 'range': {'gte': '1969-12-31T23:59:59.999999Z', 'lt': '2024-02-29T12:00:00Z'}}",
            ConditionFactory.datetimeRange(
                "a",
                DatetimeRange.newBuilder()
                    .setGte(Timestamp.newBuilder().setSeconds(-1).setNanos(999_999_999))
                    .setLt(Timestamp.newBuilder().setSeconds(1_709_208_000))
                    .build())),
        new Same(
            "{'key': 'a', 'geo_radius': {'center': {'lon': 2, 'lat': 1}, 'radius': 10.5}}",
            ConditionFactory.geoRadius("a", 1, 2, 10.5f)),
        new Same(
            "{'key': 'a', 'geo_bounding_box': {'top_left': {'lon': 2, 'lat': 4},"
                + " 'bottom_right': {'lon': 3, 'lat': 1}}}",
            ConditionFactory.geoBoundingBox("a", 4, 2, 1, 3)),
        new Same(
            "{'key': 'a', 'geo_polygon': {'exterior': {'points': [{'lon': 0, 'lat': 0},"
                + " {'lon': 0, 'lat': 1}, {'lon': 1, 'lat': 1}, {'lon': 0, 'lat': 0}]},"
                + " 'interiors': [{'points': [{'lon': 0, 'lat': 0}, {'lon': 0, 'lat': 1},"
                + " {'lon': 1, 'lat': 1}, {'lon': 0, 'lat': 0}]}]}}",
            ConditionFactory.geoPolygon("a", ring(), List.of(ring()))),
        new Same(
            "{'key': 'a', 'values_count': {'gte': 1, 'lt': 5}}",
            ConditionFactory.valuesCount("a", ValuesCount.newBuilder().setGte(1).setLt(5).build())),
        new Same(
            "{'key': 'a', 'is_empty': false}",
            field(FieldCondition.newBuilder().setIsEmpty(false))),
        new Same(
            "{'key': 'a', 'is_null': true}", field(FieldCondition.newBuilder().setIsNull(true))),
        new Same("{'is_empty': {'key': 'a[].b'}}", ConditionFactory.isEmpty("a[].b")),
        new Same("{'is_null': {'key': 'a'}}", ConditionFactory.isNull("a")),
        new Same(
            "{'has_id': [18446744073709551615, '" + UUID_ONE + "']}",
            ConditionFactory.hasId(List.of(PointIdFactory.id(-1L), PointIdFactory.id(UUID_ONE)))),
        new Same("{'has_vector': ''}", ConditionFactory.hasVector("")),
        new Same("{'slice': {'total': 7, 'index': 3}}", unknown(8, varints(7, 3))),
        new Same(
            "{'nested': {'key': 'a', 'filter': {'must': [{'key': 'b', 'match': {'value': 1}}]}}}",
            ConditionFactory.nested("a", ConditionFactory.match("b", 1))),
        new Same(
            "{'should': [{'is_null': {'key': 'a'}}], 'must_not': [{'is_null': {'key': 'b'}}],"
                + " 'min_should': {'conditions': [{'is_null': {'key': 'c'}}], 'min_count': 1}}",
            ConditionFactory.filter(
                Filter.newBuilder()
                    .addShould(ConditionFactory.isNull("a"))
                    .addMustNot(ConditionFactory.isNull("b"))
                    .setMinShould(
                        MinShould.newBuilder()
                            .addConditions(ConditionFactory.isNull("c"))
                            .setMinCount(1))
                    .build())));
  }

  @TestFactory
  Stream<DynamicTest> eachConditionEqualsItsJson() {
    return all().stream()
        .map(
            same ->
                DynamicTest.dynamicTest(
                    same.json,
                    () ->
                        assertThat(
                                GrpcFilters.read(
                                    Filter.newBuilder().addMust(same.condition).build()))
                            .isEqualTo(parsed("{'must': [" + same.json + "]}"))));
  }

  private static dev.quiver.engine.filter.Filter parsed(String json) throws IOException {
    return FilterJson.parse(Payload.JSON.readTree(json.replace('\'', '"')));
  }
}
