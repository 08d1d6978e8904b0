package dev.quiver.testkit;

import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.ConditionFactory.range;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.context;
import static io.qdrant.client.QueryFactory.discover;
import static io.qdrant.client.QueryFactory.formula;
import static io.qdrant.client.QueryFactory.fusion;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.QueryFactory.orderBy;
import static io.qdrant.client.QueryFactory.recommend;
import static io.qdrant.client.QueryFactory.rrf;
import static io.qdrant.client.QueryFactory.sample;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorInputFactory.vectorInput;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qdrant.client.ExpressionFactory;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.PrefetchQuery;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.ScoredPoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Qdrant's published Java client, unmodified, against a started server. */
class JavaClientTourTest {
  private static final String C = "tour-java";

  @TempDir static Path folder;
  private static TourServer server;
  private static QdrantClient client;

  @BeforeAll
  static void start() throws Exception {
    server = TourServer.start(Files.createDirectory(folder.resolve("data")), Map.of());
    client =
        new QdrantClient(
            QdrantGrpcClient.newBuilder("127.0.0.1", server.grpcPort(), false).build());
    client
        .createCollectionAsync(
            C,
            Collections.VectorParams.newBuilder()
                .setSize(2)
                .setDistance(Collections.Distance.Dot)
                .build())
        .get();
    List<PointStruct> points = new ArrayList<>();
    for (int i = 1; i <= 9; i++) {
      points.add(
          PointStruct.newBuilder()
              .setId(id(i))
              .setVectors(vectors(i, 10 - i))
              .putAllPayload(
                  Map.of("n", value(i), "kind", value(i % 3 == 0 ? "三" : i % 3 == 1 ? "a" : "b")))
              .build());
    }
    client.upsertAsync(C, points).get();
    client
        .createPayloadIndexAsync(
            C, "n", Collections.PayloadSchemaType.Integer, null, true, null, null)
        .get();
    client
        .createPayloadIndexAsync(
            C, "kind", Collections.PayloadSchemaType.Keyword, null, true, null, null)
        .get();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    server.close();
  }

  private static QueryPoints.Builder query(Points.Query query) {
    return QueryPoints.newBuilder().setCollectionName(C).setQuery(query).setLimit(3);
  }

  private static List<Long> ids(QueryPoints.Builder query) throws Exception {
    return client.queryAsync(query.build()).get().stream()
        .map(hit -> hit.getId().getNum())
        .toList();
  }

  private static PrefetchQuery prefetch(float... vector) {
    return PrefetchQuery.newBuilder().setQuery(nearest(vector)).setLimit(5).build();
  }

  @Test
  void everyKindOfQuery() throws Exception {
    assertThat(ids(query(nearest(1, 0)))).containsExactly(9L, 8L, 7L);
    assertThat(ids(query(nearest(id(9))))).containsExactly(8L, 7L, 6L);
    assertThat(
            ids(
                query(
                    recommend(
                        Points.RecommendInput.newBuilder()
                            .addPositive(vectorInput(id(9)))
                            .addNegative(vectorInput(id(1)))
                            .setStrategy(Points.RecommendStrategy.SumScores)
                            .build()))))
        .containsExactly(8L, 7L, 6L);
    Points.ContextInput pairs =
        Points.ContextInput.newBuilder()
            .addPairs(
                Points.ContextInputPair.newBuilder()
                    .setPositive(vectorInput(id(9)))
                    .setNegative(vectorInput(id(1))))
            .build();
    assertThat(
            ids(
                query(
                    discover(
                        Points.DiscoverInput.newBuilder()
                            .setTarget(vectorInput(1, 0))
                            .setContext(pairs)
                            .build()))))
        .containsExactly(8L, 7L, 6L);
    assertThat(ids(query(context(pairs)))).hasSize(3);
    assertThat(ids(query(orderBy("n")))).containsExactly(1L, 2L, 3L);
    assertThat(ids(query(sample(Points.Sample.Random)))).hasSize(3).doesNotHaveDuplicates();
    assertThat(
            ids(
                query(fusion(Points.Fusion.RRF))
                    .addPrefetch(prefetch(1, 0))
                    .addPrefetch(prefetch(1, 0.1f))))
        .containsExactly(9L, 8L, 7L);
    assertThat(
            ids(
                query(fusion(Points.Fusion.DBSF))
                    .addPrefetch(prefetch(1, 0))
                    .addPrefetch(prefetch(1, 0.1f))))
        .containsExactly(9L, 8L, 7L);
    assertThat(
            ids(
                query(rrf(Points.Rrf.newBuilder().setK(60).build()))
                    .addPrefetch(prefetch(1, 0))
                    .addPrefetch(prefetch(1, 0.1f))))
        .containsExactly(9L, 8L, 7L);
    List<ScoredPoint> scored =
        client
            .queryAsync(
                query(
                        formula(
                            Points.Formula.newBuilder()
                                .setExpression(
                                    ExpressionFactory.sum(
                                        Points.SumExpression.newBuilder()
                                            .addSum(ExpressionFactory.variable("$score"))
                                            .addSum(ExpressionFactory.variable("n"))
                                            .build()))
                                .build()))
                    .addPrefetch(prefetch(1, 0))
                    .build())
            .get();
    assertThat(scored.getFirst().getScore()).isEqualTo(18);
  }

  @Test
  void groupsFacetsMatrixAndCounts() throws Exception {
    List<Points.PointGroup> groups =
        client
            .queryGroupsAsync(
                Points.QueryPointGroups.newBuilder()
                    .setCollectionName(C)
                    .setQuery(nearest(1, 0))
                    .setGroupBy("kind")
                    .setGroupSize(2)
                    .setLimit(3)
                    .build())
            .get();
    assertThat(groups).hasSize(3);
    assertThat(groups.getFirst().getId().getStringValue()).isEqualTo("三");
    assertThat(groups.getFirst().getHits(1).getId().getNum()).isEqualTo(6);
    assertThat(
            client
                .facetAsync(
                    Points.FacetCounts.newBuilder()
                        .setCollectionName(C)
                        .setKey("kind")
                        .setExact(true)
                        .build())
                .get())
        .hasSize(3)
        .allMatch(hit -> hit.getCount() == 3);
    assertThat(
            client
                .searchMatrixPairsAsync(
                    Points.SearchMatrixPoints.newBuilder()
                        .setCollectionName(C)
                        .setSample(9)
                        .setLimit(2)
                        .build())
                .get()
                .getPairsList())
        .isNotEmpty();
    Filter few =
        Filter.newBuilder()
            .addMust(matchKeyword("kind", "三"))
            .addMust(range("n", Range.newBuilder().setGt(3).build()))
            .build();
    assertThat(client.countAsync(C, few, true).get()).isEqualTo(2);
  }

  @Test
  void aBatchOfEveryOperation() throws Exception {
    String name = "tour-java-batch";
    client
        .createCollectionAsync(
            name,
            Map.of(
                "a",
                Collections.VectorParams.newBuilder()
                    .setSize(1)
                    .setDistance(Collections.Distance.Dot)
                    .build()))
        .get();
    Points.PointsSelector one = selector(1);
    List<Points.PointsUpdateOperation> operations =
        List.of(
            operation()
                .setUpsert(
                    Points.PointsUpdateOperation.PointStructList.newBuilder()
                        .addPoints(point(1))
                        .addPoints(point(2))
                        .addPoints(point(3)))
                .build(),
            operation()
                .setSetPayload(
                    Points.PointsUpdateOperation.SetPayload.newBuilder()
                        .putPayload("x", value(1))
                        .setPointsSelector(one))
                .build(),
            operation()
                .setOverwritePayload(
                    Points.PointsUpdateOperation.OverwritePayload.newBuilder()
                        .putPayload("only", value("this"))
                        .setPointsSelector(selector(2)))
                .build(),
            operation()
                .setDeletePayload(
                    Points.PointsUpdateOperation.DeletePayload.newBuilder()
                        .addKeys("n")
                        .setPointsSelector(one))
                .build(),
            operation()
                .setUpdateVectors(
                    Points.PointsUpdateOperation.UpdateVectors.newBuilder()
                        .addPoints(
                            Points.PointVectors.newBuilder()
                                .setId(id(1))
                                .setVectors(
                                    io.qdrant.client.VectorsFactory.namedVectors(
                                        Map.of("a", io.qdrant.client.VectorFactory.vector(7))))))
                .build(),
            operation()
                .setDeleteVectors(
                    Points.PointsUpdateOperation.DeleteVectors.newBuilder()
                        .setPointsSelector(selector(2))
                        .setVectors(Points.VectorsSelector.newBuilder().addNames("a")))
                .build(),
            operation()
                .setClearPayload(
                    Points.PointsUpdateOperation.ClearPayload.newBuilder().setPoints(selector(3)))
                .build(),
            operation()
                .setDeletePoints(
                    Points.PointsUpdateOperation.DeletePoints.newBuilder().setPoints(selector(3)))
                .build());
    assertThat(client.batchUpdateAsync(name, operations, true, null, null).get()).hasSize(8);

    List<Points.RetrievedPoint> found =
        client.retrieveAsync(name, List.of(id(1), id(2), id(3)), true, true, null).get();
    assertThat(found).hasSize(2);
    assertThat(found.getFirst().getPayloadMap()).isEqualTo(Map.of("x", value(1)));
    assertThat(found.getLast().getPayloadMap()).isEqualTo(Map.of("only", value("this")));
    assertThat(found.getLast().getVectors().getVectors().getVectorsCount()).isZero();
    client.deleteCollectionAsync(name).get();
  }

  private static Points.PointsUpdateOperation.Builder operation() {
    return Points.PointsUpdateOperation.newBuilder();
  }

  private static PointStruct point(int number) {
    return PointStruct.newBuilder()
        .setId(id(number))
        .setVectors(
            io.qdrant.client.VectorsFactory.namedVectors(
                Map.of("a", io.qdrant.client.VectorFactory.vector(number))))
        .putPayload("n", value(number))
        .build();
  }

  private static Points.PointsSelector selector(long number) {
    PointId id = id(number);
    return Points.PointsSelector.newBuilder()
        .setPoints(Points.PointsIdsList.newBuilder().addIds(id))
        .build();
  }

  @Test
  void strictModeIsObeyed() throws Exception {
    client
        .updateCollectionAsync(
            Collections.UpdateCollection.newBuilder()
                .setCollectionName(C)
                .setStrictModeConfig(
                    Collections.StrictModeConfig.newBuilder()
                        .setEnabled(true)
                        .setMaxQueryLimit(100))
                .build())
        .get();
    assertThatThrownBy(() -> client.queryAsync(query(nearest(1, 0)).setLimit(101).build()).get())
        .hasMessageContaining("Limit exceeded 101 > 100");
  }
}
