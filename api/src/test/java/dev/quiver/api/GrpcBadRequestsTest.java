package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.VectorFactory;
import io.qdrant.client.VectorInputFactory;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Collections.VectorsConfig;
import io.qdrant.client.grpc.Common;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.FieldCondition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.GeoPoint;
import io.qdrant.client.grpc.Common.Match;
import io.qdrant.client.grpc.JsonWithInt.ListValue;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.SearchParams;
import io.qdrant.client.grpc.Points.SearchPoints;
import io.qdrant.client.grpc.Points.UpsertPoints;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Bad requests: each gets its status and its text, and leaves nothing behind. */
final class GrpcBadRequestsTest {
  @TempDir static Path folder;
  private static GrpcFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new GrpcFixture(folder);
    fixture.createSmall("good");
    await(
        fixture.client.upsertAsync(
            UpsertPoints.newBuilder()
                .setCollectionName("good")
                .setWait(true)
                .addPoints(point(1, 1, 2, 3, 4))
                .build()));
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /**
   * @param text what the status' description contains
   */
  private record Bad(
      String what, Code code, String text, Function<QdrantGrpcClient, Future<?>> call) {}

  private static PointStruct point(long number, float... values) {
    return PointStruct.newBuilder().setId(id(number)).setVectors(vectors(values)).build();
  }

  private static Bad invalid(String what, String text, Function<QdrantGrpcClient, Future<?>> call) {
    return new Bad(what, Code.INVALID_ARGUMENT, text, call);
  }

  private static Bad later(String what, String text, Function<QdrantGrpcClient, Future<?>> call) {
    return new Bad(what, Code.UNIMPLEMENTED, text, call);
  }

  private static Collections.SparseVectorConfig sparse(String name) {
    return Collections.SparseVectorConfig.newBuilder()
        .putMap(name, Collections.SparseVectorParams.getDefaultInstance())
        .build();
  }

  private static Bad upsert(String what, String text, PointStruct.Builder point) {
    return invalid(
        what,
        text,
        client ->
            client
                .points()
                .upsert(
                    UpsertPoints.newBuilder()
                        .setCollectionName("good")
                        .setWait(true)
                        .addPoints(point)
                        .build()));
  }

  private static Bad search(String what, String text, SearchPoints.Builder search) {
    return invalid(what, text, client -> client.points().search(search.build()));
  }

  private static SearchPoints.Builder search() {
    return SearchPoints.newBuilder()
        .setCollectionName("good")
        .addAllVector(List.of(1f, 0f, 0f, 0f))
        .setLimit(1);
  }

  private static Bad filter(String what, String text, Condition.Builder condition) {
    return search(what, text, search().setFilter(Filter.newBuilder().addMust(condition)));
  }

  private static Bad field(String what, String text, FieldCondition.Builder field) {
    return filter(what, text, Condition.newBuilder().setField(field));
  }

  private static FieldCondition.Builder field() {
    return FieldCondition.newBuilder().setKey("a");
  }

  private static Bad create(String what, String text, CreateCollection.Builder create) {
    return invalid(what, text, client -> client.collections().create(create.build()));
  }

  private static CreateCollection.Builder create(VectorParams.Builder vector) {
    return CreateCollection.newBuilder()
        .setCollectionName("bad")
        .setVectorsConfig(VectorsConfig.newBuilder().setParams(vector));
  }

  private static VectorParams.Builder vector() {
    return VectorParams.newBuilder().setSize(4).setDistance(Distance.Dot);
  }

  private static QueryPoints.Builder query() {
    return QueryPoints.newBuilder().setCollectionName("good");
  }

  private static Common.GeoLineString line(double... lonLat) {
    Common.GeoLineString.Builder line = Common.GeoLineString.newBuilder();
    for (int i = 0; i < lonLat.length; i += 2) {
      line.addPoints(GeoPoint.newBuilder().setLon(lonLat[i]).setLat(lonLat[i + 1]));
    }
    return line.build();
  }

  private static Value nested(int levels) {
    Value value = value(1);
    for (int i = 0; i < levels; i++) {
      value = Value.newBuilder().setListValue(ListValue.newBuilder().addValues(value)).build();
    }
    return value;
  }

  private static Filter deepFilter(int levels) {
    Filter filter = Filter.getDefaultInstance();
    for (int i = 0; i < levels; i++) {
      filter = Filter.newBuilder().addMust(Condition.newBuilder().setFilter(filter)).build();
    }
    return filter;
  }

  private static List<Bad> collections() {
    return List.of(
        create(
            "size zero", "value 0 invalid, must be from 1 to 65536", create(vector().setSize(0))),
        create(
            "size too large",
            "value 65537 invalid, must be from 1 to 65536",
            create(vector().setSize(65_537))),
        create(
            "size beyond 63 bits",
            "value 18446744073709551615 invalid, must be from 1 to 65536",
            create(vector().setSize(-1))),
        create(
            "no distance",
            "Malformed distance parameter: UnknownDistance",
            create(vector().clearDistance())),
        create("unknown distance", "unexpected value: 99", create(vector().setDistanceValue(99))),
        create(
            "empty name",
            "Validation error in body: [collection_name",
            create(vector()).clearCollectionName()),
        create(
            "name with a slash",
            "collection name cannot contain \"/\" char",
            create(vector()).setCollectionName("a/b")),
        create(
            "name too long",
            "Validation error in body: [collection_name",
            create(vector()).setCollectionName("n".repeat(256))),
        create(
            "ef_construct too small",
            "value 3 invalid, must be 4 or larger",
            create(vector())
                .setHnswConfig(Collections.HnswConfigDiff.newBuilder().setEfConstruct(3))),
        create(
            "quantile out of range",
            "must be from 0.5 to 1",
            create(vector())
                .setQuantizationConfig(
                    Collections.QuantizationConfig.newBuilder()
                        .setScalar(
                            Collections.ScalarQuantization.newBuilder()
                                .setType(Collections.QuantizationType.Int8)
                                .setQuantile(0.1f)))),
        create(
            "unknown quantization type",
            "Unknown quantization type",
            create(vector())
                .setQuantizationConfig(
                    Collections.QuantizationConfig.newBuilder()
                        .setScalar(Collections.ScalarQuantization.getDefaultInstance()))),
        create(
            "quantization of no kind",
            "Unable to convert quantization config",
            create(vector())
                .setQuantizationConfig(Collections.QuantizationConfig.getDefaultInstance())),
        create(
            "no shards",
            "value 0 invalid, must be 1 or larger",
            create(vector()).setShardNumber(0)),
        create(
            "a sparse vector named like a dense one",
            "Dense and sparse vector names must be unique - duplicate found with 's'",
            Collections.CreateCollection.newBuilder()
                .setCollectionName("sparse")
                .setVectorsConfig(
                    Collections.VectorsConfig.newBuilder()
                        .setParamsMap(
                            Collections.VectorParamsMap.newBuilder().putMap("s", vector().build())))
                .setSparseVectorsConfig(sparse("s"))),
        create(
            "a sparse vector without a name",
            "Sparse vector name cannot be empty",
            create(vector()).setSparseVectorsConfig(sparse(""))),
        new Bad(
            "a taken name",
            Code.ALREADY_EXISTS,
            "Wrong input: Collection `good` already exists!",
            client ->
                client.collections().create(create(vector()).setCollectionName("good").build())),
        new Bad(
            "info of a missing collection",
            Code.NOT_FOUND,
            "Not found: Collection `never` doesn't exist!",
            client ->
                client
                    .collections()
                    .get(
                        Collections.GetCollectionInfoRequest.newBuilder()
                            .setCollectionName("never")
                            .build())),
        invalid(
            "alias action of no kind",
            "Malformed AliasOperation type",
            client ->
                client
                    .collections()
                    .updateAliases(
                        Collections.ChangeAliases.newBuilder()
                            .addActions(Collections.AliasOperations.getDefaultInstance())
                            .build())),
        invalid(
            "timeout of zero",
            "Validation error in body: [timeout: value 0 invalid, must be 1 or larger]",
            client ->
                client
                    .collections()
                    .delete(
                        Collections.DeleteCollection.newBuilder()
                            .setCollectionName("good")
                            .setTimeout(0)
                            .build())));
  }

  private static List<Bad> points() {
    return List.of(
        upsert(
            "wrong dimension",
            "Wrong input: Vector dimension error: expected dim: 4, got 3",
            point(9, 1, 2, 3).toBuilder()),
        upsert("empty vector", "expected dim: 4, got 0", point(9).toBuilder()),
        upsert("NaN", "NaN", point(9, 1, Float.NaN, 3, 4).toBuilder()),
        upsert("infinity", "Infinity", point(9, 1, 2, 3, Float.POSITIVE_INFINITY).toBuilder()),
        upsert("no id", "Empty ID is not allowed", point(9, 1, 2, 3, 4).toBuilder().clearId()),
        upsert(
            "id of no kind",
            "No ID options provided",
            point(9, 1, 2, 3, 4).toBuilder().setId(Common.PointId.getDefaultInstance())),
        upsert(
            "broken uuid",
            "Unable to parse UUID: not-a-uuid",
            point(9, 1, 2, 3, 4).toBuilder()
                .setId(Common.PointId.newBuilder().setUuid("not-a-uuid"))),
        upsert("no vectors", "Expected some vectors", point(9, 1).toBuilder().clearVectors()),
        upsert(
            "vectors of no kind",
            "No Vector Provided",
            point(9, 1).toBuilder().setVectors(Points.Vectors.getDefaultInstance())),
        upsert(
            "unknown vector name",
            "Wrong input: Not existing vector name error: other",
            point(9, 1).toBuilder()
                .setVectors(
                    io.qdrant.client.VectorsFactory.namedVectors(
                        Map.of("other", VectorFactory.vector(1, 2, 3, 4))))),
        upsert(
            "infinite payload number",
            "cannot convert to json number",
            point(9, 1, 2, 3, 4).toBuilder().putPayload("x", value(Double.NEGATIVE_INFINITY))),
        upsert(
            "deep payload",
            "nested deeper than",
            point(9, 1, 2, 3, 4).toBuilder().putPayload("x", nested(130))),
        upsert(
            "payload deeper than the reader goes",
            "failed to decode Protobuf message",
            point(9, 1, 2, 3, 4).toBuilder().putPayload("x", nested(1_000))),
        upsert(
            "document without a model",
            "Document without a model",
            point(9, 1).toBuilder()
                .setVectors(vectors(Points.Document.newBuilder().setText("x").build()))),
        invalid(
            "no points",
            "Bad request: Empty update request",
            client ->
                client
                    .points()
                    .upsert(
                        UpsertPoints.newBuilder().setCollectionName("good").setWait(true).build())),
        new Bad(
            "missing collection",
            Code.NOT_FOUND,
            "Not found: Collection `never` doesn't exist!",
            client ->
                client
                    .points()
                    .upsert(
                        UpsertPoints.newBuilder()
                            .setCollectionName("never")
                            .addPoints(point(1, 1, 2, 3, 4))
                            .build())),
        invalid(
            "unknown ordering",
            "Unknown write ordering: 7",
            client ->
                client
                    .points()
                    .upsert(
                        UpsertPoints.newBuilder()
                            .setCollectionName("good")
                            .addPoints(point(9, 1, 2, 3, 4))
                            .setOrdering(Points.WriteOrdering.newBuilder().setTypeValue(7))
                            .build())),
        invalid(
            "shard key",
            "Shard key \"k\" not found",
            client ->
                client
                    .points()
                    .upsert(
                        UpsertPoints.newBuilder()
                            .setCollectionName("good")
                            .addPoints(point(9, 1, 2, 3, 4))
                            .setShardKeySelector(
                                io.qdrant.client.ShardKeySelectorFactory.shardKeySelector("k"))
                            .build())),
        upsert(
            "sparse vector for a dense one",
            "Wrong input: Conversion between sparse and regular vectors failed",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.vector(List.of(1f), List.of(1))))),
        upsert(
            "multivector for a dense one",
            "Wrong input: Conversion between multi and regular vectors failed",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.multiVector(new float[][] {{1, 2, 3, 4}})))),
        upsert(
            "rows of different dimensions",
            "data: all vectors must have the same dimension, found vector with dimension 1",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.multiVector(new float[][] {{1, 2}, {3}})))),
        upsert(
            "no rows",
            "data: multi vector must not be empty",
            point(9, 1).toBuilder().setVectors(vectors(VectorFactory.multiVector(new float[0][])))),
        upsert(
            "an index twice",
            "indices: must be unique",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.vector(List.of(1f, 2f), List.of(1, 1))))),
        upsert(
            "more values than indices",
            "values: must be the same length as indices",
            point(9, 1).toBuilder()
                .setVectors(vectors(VectorFactory.vector(List.of(1f, 2f), List.of(1))))),
        invalid(
            "deletion without a selector",
            "PointSelector is missing",
            client ->
                client
                    .points()
                    .delete(Points.DeletePoints.newBuilder().setCollectionName("good").build())),
        invalid(
            "selector of no kind",
            "Malformed PointsSelector type",
            client ->
                client
                    .points()
                    .delete(
                        Points.DeletePoints.newBuilder()
                            .setCollectionName("good")
                            .setPoints(Points.PointsSelector.getDefaultInstance())
                            .build())),
        invalid(
            "payload without a selector",
            "points_selector is expected",
            client ->
                client
                    .points()
                    .setPayload(
                        Points.SetPayloadPoints.newBuilder()
                            .setCollectionName("good")
                            .putPayload("a", value(1))
                            .build())),
        invalid(
            "vectors to delete not named",
            "must specify vector names to delete",
            client ->
                client
                    .points()
                    .deleteVectors(
                        Points.DeletePointVectors.newBuilder()
                            .setCollectionName("good")
                            .setPointsSelector(
                                Points.PointsSelector.newBuilder()
                                    .setPoints(Points.PointsIdsList.newBuilder().addIds(id(1))))
                            .setVectors(Points.VectorsSelector.getDefaultInstance())
                            .build())),
        invalid(
            "empty batch",
            "operations",
            client ->
                client
                    .points()
                    .updateBatch(
                        Points.UpdateBatchPoints.newBuilder().setCollectionName("good").build())),
        invalid(
            "operation of no kind",
            "Operation is missing",
            client ->
                client
                    .points()
                    .updateBatch(
                        Points.UpdateBatchPoints.newBuilder()
                            .setCollectionName("good")
                            .addOperations(Points.PointsUpdateOperation.getDefaultInstance())
                            .build())),
        invalid(
            "index without a field",
            "field_name",
            client ->
                client
                    .points()
                    .createFieldIndex(
                        Points.CreateFieldIndexCollection.newBuilder()
                            .setCollectionName("good")
                            .setFieldType(Points.FieldType.FieldTypeKeyword)
                            .build())),
        invalid(
            "index of mixed kinds",
            "do not match",
            client ->
                client
                    .points()
                    .createFieldIndex(
                        Points.CreateFieldIndexCollection.newBuilder()
                            .setCollectionName("good")
                            .setFieldName("a")
                            .setFieldType(Points.FieldType.FieldTypeKeyword)
                            .setFieldIndexParams(
                                Collections.PayloadIndexParams.newBuilder()
                                    .setBoolIndexParams(
                                        Collections.BoolIndexParams.getDefaultInstance()))
                            .build())));
  }

  private static List<Bad> searches() {
    return List.of(
        search(
            "limit zero",
            "Validation error in body: [limit: value 0 invalid, must be 1 or larger]",
            search().setLimit(0)),
        search("absurd limit", "limit + offset", search().setLimit(Long.MAX_VALUE)),
        search("limit beyond 63 bits", "limit + offset", search().setLimit(-1)),
        search("absurd offset", "limit + offset", search().setOffset(1L << 40)),
        search("timeout zero", "[timeout: value 0 invalid", search().setTimeout(0)),
        search(
            "wrong dimension",
            "Wrong input: Vector dimension error: expected dim: 4, got 2",
            search().clearVector().addAllVector(List.of(1f, 2f))),
        search("NaN", "NaN", search().setVector(2, Float.NaN)),
        search(
            "unknown vector name",
            "Wrong input: Not existing vector name error: x",
            search().setVectorName("x")),
        search("NaN threshold", "score_threshold: NaN", search().setScoreThreshold(Float.NaN)),
        search(
            "ef zero",
            "[params.hnsw_ef: value 0 invalid, must be 1 or larger]",
            search().setParams(SearchParams.newBuilder().setHnswEf(0))),
        search(
            "oversampling below one",
            "must be 1.0 or larger",
            search()
                .setParams(
                    SearchParams.newBuilder()
                        .setQuantization(
                            Points.QuantizationSearchParams.newBuilder().setOversampling(0.5)))),
        search(
            "payload selector of no kind",
            "No PayloadSelector",
            search().setWithPayload(Points.WithPayloadSelector.getDefaultInstance())),
        search(
            "consistency of zero replicas",
            "Read consistency factor can't be zero",
            search().setReadConsistency(Points.ReadConsistency.newBuilder().setFactor(0))),
        invalid(
            "scroll of nothing",
            "[limit: value 0 invalid",
            client ->
                client
                    .points()
                    .scroll(
                        ScrollPoints.newBuilder().setCollectionName("good").setLimit(0).build())),
        invalid(
            "offset with order",
            "Cannot use an `offset` when using `order_by`",
            client ->
                client
                    .points()
                    .scroll(
                        ScrollPoints.newBuilder()
                            .setCollectionName("good")
                            .setOffset(id(1))
                            .setOrderBy(Points.OrderBy.newBuilder().setKey("a"))
                            .build())),
        invalid(
            "query of no kind",
            "Query variant is missing",
            client ->
                client.points().query(query().setQuery(Points.Query.getDefaultInstance()).build())),
        invalid(
            "nearest to nothing",
            "VectorInput variant is missing",
            client ->
                client
                    .points()
                    .query(
                        query()
                            .setQuery(nearest(Points.VectorInput.getDefaultInstance()))
                            .build())),
        invalid(
            "threshold without a query",
            "score_threshold",
            client -> client.points().query(query().setScoreThreshold(0.5f).build())),
        invalid(
            "inner collection of a batch",
            "expected: the batch's collection",
            client ->
                client
                    .points()
                    .queryBatch(
                        Points.QueryBatchPoints.newBuilder()
                            .setCollectionName("good")
                            .addQueryPoints(query().setCollectionName("other"))
                            .build())),
        invalid(
            "multivector query",
            "Vector dimension error: expected dim: 4, got 1",
            client ->
                client
                    .points()
                    .query(
                        query()
                            .setQuery(
                                nearest(
                                    VectorInputFactory.multiVectorInput(new float[][] {{1}, {2}})))
                            .build())),
        invalid(
            "BM25 of a dense vector",
            "Conversion between sparse and regular vectors failed",
            client ->
                client
                    .points()
                    .query(
                        query()
                            .setQuery(
                                nearest(
                                    Points.Document.newBuilder()
                                        .setText("x")
                                        .setModel("Qdrant/bm25")
                                        .build()))
                            .build())));
  }

  private static List<Bad> filters() {
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

  @TestFactory
  Stream<DynamicTest> eachIsAnsweredWithItsStatusAndText() {
    List<Bad> all =
        Stream.of(collections(), points(), searches(), filters()).flatMap(List::stream).toList();
    assertThat(all).hasSizeGreaterThan(80);
    return Stream.concat(
        all.stream().map(bad -> DynamicTest.dynamicTest(bad.what, () -> check(bad))),
        Stream.of(
            DynamicTest.dynamicTest("the server is unharmed", GrpcBadRequestsTest::checkUnharmed)));
  }

  private static void check(Bad bad) {
    StatusRuntimeException refused = failure(bad.call.apply(fixture.client.grpcClient()));

    assertThat(refused.getStatus().getDescription()).contains(bad.text);
    assertThat(refused.getStatus().getCode()).isEqualTo(bad.code);
    assertThat(GrpcFixture.trailer(refused, "quiver-code")).matches("[1-3]\\d{3}");
  }

  private static void checkUnharmed() {
    assertThat(await(fixture.client.listCollectionsAsync())).containsExactly("good");
    assertThat(await(fixture.client.countAsync("good"))).isEqualTo(1);
    assertThat(await(fixture.client.searchAsync(search().build())).getFirst().getScore())
        .isEqualTo(1f);
    // The last request's bytes are given back just after its answer.
    GrpcFixture.until(() -> fixture.api.requestBytesInWork() == 0);
  }
}
