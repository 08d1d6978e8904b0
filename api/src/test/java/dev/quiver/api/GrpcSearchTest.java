package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.qdrant.client.QueryFactory;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.WithVectorsSelectorFactory;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.BatchResult;
import io.qdrant.client.grpc.Points.CreateFieldIndexCollection;
import io.qdrant.client.grpc.Points.Document;
import io.qdrant.client.grpc.Points.FieldType;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.SearchParams;
import io.qdrant.client.grpc.Points.SearchPoints;
import io.qdrant.client.grpc.Points.UpsertPoints;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searching and querying, driven by Qdrant's own client. */
final class GrpcSearchTest {
  private static final String MODEL = "sentence-transformers/all-MiniLM-L6-v2";

  @TempDir static Path folder;
  private static GrpcFixture fixture;

  /** Ten points on a line: point i has score i against (1, 0, 0, 0). */
  @BeforeAll
  static void start() {
    fixture = new GrpcFixture(folder);
    fixture.createSmall("line");
    UpsertPoints.Builder upsert = UpsertPoints.newBuilder().setCollectionName("line").setWait(true);
    for (int i = 1; i <= 10; i++) {
      upsert.addPoints(
          PointStruct.newBuilder()
              .setId(id(i))
              .setVectors(vectors(i, 1, 0, 0))
              .putPayload("rank", value(i))
              .putPayload("parity", value(i % 2 == 0 ? "even" : "odd")));
    }
    await(fixture.client.upsertAsync(upsert.build()));
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static SearchPoints.Builder search() {
    return SearchPoints.newBuilder()
        .setCollectionName("line")
        .addAllVector(List.of(1f, 0f, 0f, 0f))
        .setLimit(3);
  }

  private static QueryPoints.Builder query() {
    return QueryPoints.newBuilder().setCollectionName("line");
  }

  private static List<Long> numbers(List<ScoredPoint> hits) {
    return hits.stream().map(hit -> hit.getId().getNum()).toList();
  }

  @Test
  void aSearchReturnsTheBestWithoutPayloadOrVectors() {
    List<ScoredPoint> hits = await(fixture.client.searchAsync(search().build()));

    assertThat(numbers(hits)).containsExactly(10L, 9L, 8L);
    assertThat(hits.getFirst().getScore()).isEqualTo(10f);
    assertThat(hits.getFirst().getPayloadMap()).isEmpty();
    assertThat(hits.getFirst().hasVectors()).isFalse();
  }

  @Test
  void offsetThresholdAndSelectionsAreHonoured() {
    List<ScoredPoint> hits =
        await(
            fixture.client.searchAsync(
                search()
                    .setOffset(1)
                    .setLimit(10)
                    .setScoreThreshold(7f)
                    .setWithPayload(WithPayloadSelectorFactory.include(List.of("rank")))
                    .setWithVectors(WithVectorsSelectorFactory.enable(true))
                    .setParams(SearchParams.newBuilder().setExact(true).setHnswEf(50))
                    .build()));

    // The threshold is strict: 7 itself is out.
    assertThat(numbers(hits)).containsExactly(9L, 8L);
    assertThat(hits.getFirst().getPayloadMap()).containsOnlyKeys("rank");
    assertThat(hits.getFirst().getVectors().getVector().getDense().getDataList())
        .containsExactly(9f, 1f, 0f, 0f);
  }

  @Test
  void aFilterRestrictsASearch() {
    List<ScoredPoint> hits =
        await(
            fixture.client.searchAsync(
                search()
                    .setFilter(Filter.newBuilder().addMustNot(matchKeyword("parity", "even")))
                    .build()));

    assertThat(numbers(hits)).containsExactly(9L, 7L, 5L);
  }

  @Test
  void aBatchAnswersInTheOrderOfItsSearches() {
    List<BatchResult> results =
        await(
            fixture.client.searchBatchAsync(
                "line",
                List.of(
                    search().setLimit(1).build(),
                    search().clearVector().addAllVector(List.of(-1f, 0f, 0f, 0f)).build(),
                    search().setLimit(2).build()),
                null));

    assertThat(results)
        .extracting(result -> numbers(result.getResultList()))
        .containsExactly(List.of(10L), List.of(1L, 2L, 3L), List.of(10L, 9L));
  }

  @Test
  void aQueryByIdLeavesThatPointOut() {
    List<ScoredPoint> hits =
        await(fixture.client.queryAsync(query().setQuery(nearest(10)).setLimit(3).build()));
    List<ScoredPoint> second =
        await(
            fixture.client.queryAsync(
                query().setQuery(nearest(10)).setLimit(2).setOffset(1).build()));

    assertThat(numbers(hits)).containsExactly(9L, 8L, 7L);
    assertThat(numbers(second)).containsExactly(8L, 7L);
    assertThat(
            failure(fixture.client.queryAsync(query().setQuery(nearest(99)).build()))
                .getStatus()
                .getDescription())
        .isEqualTo("Not found: No point with id 99 found");
  }

  @Test
  void aQueryByVectorTakesTheDefaultLimitOfTen() {
    List<ScoredPoint> hits =
        await(fixture.client.queryAsync(query().setQuery(nearest(1f, 0f, 0f, 0f)).build()));

    assertThat(numbers(hits)).containsExactly(10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
  }

  @Test
  void withoutAQueryPointsComeByIdAndScoreOne() {
    List<ScoredPoint> hits =
        await(fixture.client.queryAsync(query().setLimit(3).setOffset(2).build()));

    assertThat(numbers(hits)).containsExactly(3L, 4L, 5L);
    assertThat(hits).extracting(ScoredPoint::getScore).containsOnly(1f);
  }

  @Test
  void aQueryOrdersByAnIndexedValue() {
    await(
        fixture
            .client
            .grpcClient()
            .points()
            .createFieldIndex(
                CreateFieldIndexCollection.newBuilder()
                    .setCollectionName("line")
                    .setWait(true)
                    .setFieldName("rank")
                    .setFieldType(FieldType.FieldTypeInteger)
                    .build()));

    List<ScoredPoint> hits =
        await(
            fixture.client.queryAsync(
                query()
                    .setQuery(
                        QueryFactory.orderBy(
                            Points.OrderBy.newBuilder()
                                .setKey("rank")
                                .setDirection(Points.Direction.Desc)
                                .setStartFrom(Points.StartFrom.newBuilder().setInteger(4))
                                .build()))
                    .setLimit(2)
                    .build()));

    assertThat(numbers(hits)).containsExactly(4L, 3L);
    assertThat(hits.getFirst().getOrderValue().getInt()).isEqualTo(4);
    assertThat(hits.getFirst().getScore()).isEqualTo(1f);
  }

  @Test
  void aQueryBatchMixesKindsAndFailsAsAWhole() {
    List<BatchResult> results =
        await(
            fixture.client.queryBatchAsync(
                "line",
                List.of(
                    query().setQuery(nearest(1f, 0f, 0f, 0f)).setLimit(1).build(),
                    query().setQuery(nearest(1)).setLimit(1).build(),
                    query().setLimit(1).build())));

    assertThat(results)
        .extracting(result -> numbers(result.getResultList()))
        .containsExactly(List.of(10L), List.of(10L), List.of(1L));
    assertThat(
            failure(
                    fixture.client.queryBatchAsync(
                        "line",
                        List.of(
                            query().setLimit(1).build(),
                            query().setQuery(nearest(1f, 0f)).build())))
                .getStatus()
                .getDescription())
        .isEqualTo("Wrong input: Vector dimension error: expected dim: 4, got 2");
  }

  @Test
  void textsAreEmbeddedInUpsertsAndQueries() {
    await(
        fixture.client.createCollectionAsync(
            "texts", VectorParams.newBuilder().setSize(384).setDistance(Distance.Cosine).build()));
    List<String> texts = List.of("a small boat moved by oars", "a bird that cannot fly", "猫");
    UpsertPoints.Builder upsert =
        UpsertPoints.newBuilder().setCollectionName("texts").setWait(true);
    for (int i = 0; i < texts.size(); i++) {
      upsert.addPoints(
          PointStruct.newBuilder().setId(id(i)).setVectors(vectors(document(texts.get(i)))));
    }
    await(fixture.client.upsertAsync(upsert.build()));

    List<ScoredPoint> hits =
        await(
            fixture.client.queryAsync(
                QueryPoints.newBuilder()
                    .setCollectionName("texts")
                    .setQuery(nearest(document("rowing boat")))
                    .setLimit(1)
                    .build()));
    List<BatchResult> batch =
        await(
            fixture.client.queryBatchAsync(
                "texts",
                List.of(
                    QueryPoints.newBuilder()
                        .setCollectionName("texts")
                        .setQuery(nearest(document("penguin")))
                        .setLimit(1)
                        .build(),
                    QueryPoints.newBuilder()
                        .setCollectionName("texts")
                        .setQuery(nearest(document("rowing boat")))
                        .setLimit(1)
                        .build())));

    assertThat(numbers(hits)).containsExactly(0L);
    assertThat(batch)
        .extracting(result -> numbers(result.getResultList()))
        .containsExactly(List.of(1L), List.of(0L));
  }

  private static Document document(String text) {
    return Document.newBuilder().setText(text).setModel(MODEL).build();
  }

  @Test
  void aModelThatIsNotOnBoardIsRefusedWithTheNamesOfThoseThatAre() {
    var refused =
        failure(
            fixture.client.queryAsync(
                query()
                    .setQuery(
                        nearest(Document.newBuilder().setText("x").setModel("acme/huge").build()))
                    .build()));

    assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refused.getStatus().getDescription()).contains("acme/huge").contains(MODEL);
  }

  @Test
  void aPointReadBackByItsIdHasItsPayloadByDefault() {
    PointId tenth = id(10);

    Points.GetResponse found =
        await(
            fixture
                .client
                .grpcClient()
                .points()
                .get(
                    Points.GetPoints.newBuilder()
                        .setCollectionName("line")
                        .addIds(tenth)
                        .addIds(id(77))
                        .build()));

    assertThat(found.getResultList()).hasSize(1);
    assertThat(found.getResult(0).getPayloadOrThrow("rank")).isEqualTo(value(10));
    assertThat(found.getTime()).isPositive();
  }
}
