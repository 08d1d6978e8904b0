package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorInputFactory.vectorInput;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.qdrant.client.QueryFactory;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Common;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.Points.Expression;
import io.qdrant.client.grpc.Points.PrefetchQuery;
import io.qdrant.client.grpc.Points.Query;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.VectorInput;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of query through Qdrant's Java client: east, north, west, south and in between. */
final class GrpcQueryKindsTest {
  @TempDir private static Path folder;

  private static GrpcFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new GrpcFixture(folder);
    await(
        fixture.client.createCollectionAsync(
            "sky", VectorParams.newBuilder().setSize(2).setDistance(Distance.Dot).build()));
    float[][] places = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {0.8f, 0.6f}};
    for (int i = 0; i < places.length; i++) {
      await(
          fixture.client.upsertAsync(
              Points.UpsertPoints.newBuilder()
                  .setCollectionName("sky")
                  .setWait(true)
                  .addPoints(
                      Points.PointStruct.newBuilder()
                          .setId(id(i + 1))
                          .setVectors(vectors(places[i]))
                          .putPayload("n", value(i + 1L)))
                  .build()));
    }
    await(
        fixture.client.createPayloadIndexAsync(
            "sky", "n", PayloadSchemaType.Integer, null, true, null, null));
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static QueryPoints.Builder query() {
    return QueryPoints.newBuilder().setCollectionName("sky");
  }

  private static VectorInput at(long number) {
    return vectorInput(id(number));
  }

  private static Points.ContextInput context() {
    return Points.ContextInput.newBuilder()
        .addPairs(Points.ContextInputPair.newBuilder().setPositive(at(1)).setNegative(at(3)))
        .build();
  }

  private static Points.RecommendInput recommend(Points.RecommendStrategy strategy) {
    return Points.RecommendInput.newBuilder()
        .addPositive(at(1))
        .addPositive(at(2))
        .addNegative(at(4))
        .setStrategy(strategy)
        .build();
  }

  private static PrefetchQuery towards(float x, float y) {
    return PrefetchQuery.newBuilder().setQuery(nearest(x, y)).setLimit(2).build();
  }

  private static QueryPoints.Builder fused(Query fusion) {
    return query().addPrefetch(towards(1, 0)).addPrefetch(towards(0, 1)).setQuery(fusion);
  }

  private static Expression constant(float value) {
    return Expression.newBuilder().setConstant(value).build();
  }

  private static Expression variable(String name) {
    return Expression.newBuilder().setVariable(name).build();
  }

  private static QueryPoints.Builder boosted(Expression expression) {
    return query()
        .addPrefetch(towards(1, 0))
        .setQuery(
            QueryFactory.formula(Points.Formula.newBuilder().setExpression(expression).build()));
  }

  private static Points.RelevanceFeedbackInput.Builder feedback() {
    return Points.RelevanceFeedbackInput.newBuilder()
        .setTarget(vectorInput(1f, 0f))
        .addFeedback(Points.FeedbackItem.newBuilder().setExample(vectorInput(0f, 1f)).setScore(1))
        .addFeedback(Points.FeedbackItem.newBuilder().setExample(vectorInput(0f, -1f)).setScore(0))
        .setStrategy(
            Points.FeedbackStrategy.newBuilder()
                .setNaive(Points.NaiveFeedbackStrategy.newBuilder().setA(0.5f).setB(1).setC(1)));
  }

  private static Points.NearestInputWithMmr.Builder diverse(float diversity) {
    return Points.NearestInputWithMmr.newBuilder()
        .setNearest(vectorInput(1f, 0f))
        .setMmr(Points.Mmr.newBuilder().setDiversity(diversity).setCandidatesLimit(5));
  }

  private static List<Long> ids(List<ScoredPoint> points) {
    return points.stream().map(point -> point.getId().getNum()).toList();
  }

  @TestFactory
  Stream<DynamicTest> eachKindFindsItsPointsInItsOrder() {
    Expression score = variable("$score");
    Expression byNumber =
        Expression.newBuilder()
            .setMult(
                Points.MultExpression.newBuilder().addMult(variable("n")).addMult(constant(10)))
            .build();
    Map<QueryPoints.Builder, List<Long>> expected =
        Map.ofEntries(
            Map.entry(
                query().setQuery(Query.newBuilder().setNearestWithMmr(diverse(1))).setLimit(2),
                List.of(1L, 3L)),
            Map.entry(
                query()
                    .setQuery(
                        QueryFactory.recommend(
                            Points.RecommendInput.newBuilder()
                                .addPositive(at(1))
                                .addNegative(at(3))
                                .build())),
                List.of(5L, 2L, 4L)),
            Map.entry(
                query()
                    .setQuery(
                        QueryFactory.recommend(recommend(Points.RecommendStrategy.BestScore))),
                List.of(5L, 3L)),
            Map.entry(
                query()
                    .setQuery(
                        QueryFactory.recommend(recommend(Points.RecommendStrategy.SumScores))),
                List.of(5L, 3L)),
            Map.entry(
                query()
                    .setQuery(
                        QueryFactory.discover(
                            Points.DiscoverInput.newBuilder()
                                .setTarget(at(2))
                                .setContext(context())
                                .build())),
                List.of(5L, 4L)),
            Map.entry(query().setQuery(QueryFactory.context(context())).setLimit(1), List.of(5L)),
            Map.entry(
                query().setQuery(Query.newBuilder().setRelevanceFeedback(feedback())),
                List.of(2L, 5L, 1L, 3L, 4L)),
            Map.entry(query().setQuery(QueryFactory.orderBy("n")).setOffset(3), List.of(4L, 5L)),
            Map.entry(fused(QueryFactory.fusion(Points.Fusion.RRF)), List.of(5L, 1L, 2L)),
            Map.entry(
                fused(
                    Query.newBuilder()
                        .setRrf(Points.Rrf.newBuilder().setK(1).addWeights(1).addWeights(4))
                        .build()),
                List.of(2L, 5L, 1L)),
            Map.entry(fused(QueryFactory.fusion(Points.Fusion.DBSF)).setLimit(1), List.of(5L)),
            Map.entry(
                boosted(
                    Expression.newBuilder()
                        .setSum(Points.SumExpression.newBuilder().addSum(score).addSum(byNumber))
                        .build()),
                List.of(5L, 1L)),
            Map.entry(
                query()
                    .addPrefetch(
                        PrefetchQuery.newBuilder()
                            .addPrefetch(towards(1, 0))
                            .addPrefetch(towards(0, 1))
                            .setQuery(QueryFactory.fusion(Points.Fusion.RRF)))
                    .setQuery(nearest(0f, -1f)),
                List.of(1L, 5L, 2L)),
            Map.entry(
                query()
                    .setQuery(nearest(3))
                    .setLookupFrom(Points.LookupLocation.newBuilder().setCollectionName("sky"))
                    .setLimit(1),
                List.of(2L)));
    return expected.entrySet().stream()
        .map(
            entry ->
                dynamicTest(
                    entry.getKey().getQuery().getVariantCase() + " " + entry.getValue(),
                    () ->
                        assertThat(ids(await(fixture.client.queryAsync(entry.getKey().build()))))
                            .isEqualTo(entry.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> eachFormOfAFormulaHasItsValue() {
    Function<Expression.Builder, Expression> of = Expression.Builder::build;
    Common.GeoPoint origin = Common.GeoPoint.newBuilder().setLon(0).setLat(0).build();
    Points.DecayParamsExpression decay =
        Points.DecayParamsExpression.newBuilder()
            .setX(variable("n"))
            .setTarget(constant(2))
            .setMidpoint(0.25f)
            .build();
    Map<Expression, Double> expected =
        Map.ofEntries(
            Map.entry(constant(1.5f), 1.5),
            Map.entry(variable("$score[3]"), 0.0),
            Map.entry(
                of.apply(
                    Expression.newBuilder()
                        .setCondition(
                            Common.Condition.newBuilder()
                                .setHasId(Common.HasIdCondition.newBuilder().addHasId(id(1))))),
                1.0),
            Map.entry(
                of.apply(
                    Expression.newBuilder()
                        .setGeoDistance(
                            Points.GeoDistance.newBuilder().setOrigin(origin).setTo("place"))),
                111_195.08),
            Map.entry(of.apply(Expression.newBuilder().setDatetime("1970-01-01T00:01:00Z")), 60.0),
            Map.entry(of.apply(Expression.newBuilder().setDatetimeKey("when")), 86_400.0),
            Map.entry(
                of.apply(
                    Expression.newBuilder()
                        .setDiv(
                            Points.DivExpression.newBuilder()
                                .setLeft(constant(1))
                                .setRight(constant(0))
                                .setByZeroDefault(7))),
                7.0),
            Map.entry(
                of.apply(
                    Expression.newBuilder()
                        .setPow(
                            Points.PowExpression.newBuilder()
                                .setBase(constant(2))
                                .setExponent(constant(10)))),
                1024.0),
            Map.entry(of.apply(Expression.newBuilder().setNeg(constant(2))), -2.0),
            Map.entry(of.apply(Expression.newBuilder().setAbs(constant(-2))), 2.0),
            Map.entry(of.apply(Expression.newBuilder().setSqrt(constant(9))), 3.0),
            Map.entry(of.apply(Expression.newBuilder().setExp(constant(0))), 1.0),
            Map.entry(of.apply(Expression.newBuilder().setLog10(constant(1000))), 3.0),
            Map.entry(of.apply(Expression.newBuilder().setLn(constant(1))), 0.0),
            Map.entry(of.apply(Expression.newBuilder().setLinDecay(decay)), 0.25),
            Map.entry(of.apply(Expression.newBuilder().setExpDecay(decay)), 0.25),
            Map.entry(of.apply(Expression.newBuilder().setGaussDecay(decay)), 0.25));
    return expected.entrySet().stream()
        .map(
            entry ->
                dynamicTest(
                    entry.getKey().getVariantCase().toString(),
                    () -> {
                      Points.Formula formula =
                          Points.Formula.newBuilder()
                              .setExpression(entry.getKey())
                              .putDefaults("when", value("1970-01-02T00:00:00Z"))
                              .putDefaults(
                                  "place", value(Map.of("lon", value(1.0), "lat", value(0.0))))
                              .build();
                      ScoredPoint east =
                          await(
                                  fixture.client.queryAsync(
                                      query()
                                          .addPrefetch(towards(1, 0))
                                          .setQuery(QueryFactory.formula(formula))
                                          .build()))
                              .stream()
                              .filter(point -> point.getId().getNum() == 1)
                              .findFirst()
                              .orElseThrow();
                      assertThat((double) east.getScore())
                          .isCloseTo(
                              entry.getValue(), within(1e-5 * Math.max(1, entry.getValue())));
                    }));
  }

  @Test
  void aSampleIsOfDifferentPoints() {
    List<ScoredPoint> sample =
        await(
            fixture.client.queryAsync(
                query().setQuery(QueryFactory.sample(Points.Sample.Random)).setLimit(4).build()));
    assertThat(ids(sample)).hasSize(4).doesNotHaveDuplicates();
  }

  @Test
  void theOlderCallsAreQueriesAsWell() {
    Points.RecommendPoints recommend =
        Points.RecommendPoints.newBuilder()
            .setCollectionName("sky")
            .addPositive(id(1))
            .addNegative(id(3))
            .setLimit(2)
            .build();
    Points.DiscoverPoints discover =
        Points.DiscoverPoints.newBuilder()
            .setCollectionName("sky")
            .setTarget(
                Points.TargetVector.newBuilder()
                    .setSingle(Points.VectorExample.newBuilder().setId(id(2))))
            .addContext(
                Points.ContextExamplePair.newBuilder()
                    .setPositive(Points.VectorExample.newBuilder().setId(id(1)))
                    .setNegative(Points.VectorExample.newBuilder().setId(id(3))))
            .setLimit(10)
            .build();
    assertThat(ids(await(fixture.client.recommendAsync(recommend)))).containsExactly(5L, 2L);
    assertThat(ids(await(fixture.client.discoverAsync(discover)))).containsExactly(5L, 4L);
    assertThat(
            await(fixture.client.recommendBatchAsync("sky", List.of(recommend, recommend), null)))
        .extracting(batch -> ids(batch.getResultList()))
        .containsExactly(List.of(5L, 2L), List.of(5L, 2L));
    assertThat(await(fixture.client.discoverBatchAsync("sky", List.of(discover), null)))
        .extracting(batch -> ids(batch.getResultList()))
        .containsExactly(List.of(5L, 4L));
  }

  private record Bad(String text, QueryPoints.Builder query) {}

  @TestFactory
  Stream<DynamicTest> eachWrongQueryIsRefusedWithItsText() {
    Query rrf = QueryFactory.fusion(Points.Fusion.RRF);
    return Stream.of(
            new Bad("cannot apply Fusion without prefetches", query().setQuery(rrf)),
            new Bad(
                "cannot apply Formula without prefetches",
                query()
                    .setQuery(
                        QueryFactory.formula(
                            Points.Formula.newBuilder().setExpression(constant(1)).build()))),
            new Bad(
                "A query is needed to merge the prefetches", query().addPrefetch(towards(1, 0))),
            new Bad(
                "Fusion queries cannot be combined with the 'using' field",
                fused(rrf).setUsing("x")),
            new Bad(
                "RRF weights length (1) does not match number of prefetches (2)",
                fused(Query.newBuilder().setRrf(Points.Rrf.newBuilder().addWeights(1)).build())),
            new Bad(
                "[query.rrf.k: value 0 invalid, must be 1 or larger]",
                fused(Query.newBuilder().setRrf(Points.Rrf.newBuilder().setK(0)).build())),
            new Bad(
                "[query.nearest_with_mmr.mmr.diversity: value 2.0 invalid, must be from 0.0 to 1.0]",
                query().setQuery(Query.newBuilder().setNearestWithMmr(diverse(2)))),
            new Bad(
                "[query.nearest_with_mmr.mmr.candidates_limit: value 20000 invalid, must be 16384 or smaller]",
                query()
                    .setQuery(
                        Query.newBuilder()
                            .setNearestWithMmr(
                                Points.NearestInputWithMmr.newBuilder()
                                    .setNearest(vectorInput(1f, 0f))
                                    .setMmr(Points.Mmr.newBuilder().setCandidatesLimit(20_000))))),
            new Bad(
                "mmr is missing",
                query()
                    .setQuery(
                        Query.newBuilder()
                            .setNearestWithMmr(
                                Points.NearestInputWithMmr.newBuilder()
                                    .setNearest(vectorInput(1f, 0f))))),
            new Bad(
                "At least one positive or negative vector/id must be provided",
                query()
                    .setQuery(QueryFactory.recommend(Points.RecommendInput.getDefaultInstance()))),
            new Bad(
                "Positive vectors should not be empty with `average` strategy",
                query()
                    .setQuery(
                        QueryFactory.recommend(
                            Points.RecommendInput.newBuilder().addNegative(at(1)).build()))),
            new Bad(
                "DiscoverInput context is missing",
                query()
                    .setQuery(
                        QueryFactory.discover(
                            Points.DiscoverInput.newBuilder().setTarget(at(1)).build()))),
            new Bad(
                "ContextPair negative is missing",
                query()
                    .setQuery(
                        QueryFactory.context(
                            Points.ContextInput.newBuilder()
                                .addPairs(Points.ContextInputPair.newBuilder().setPositive(at(1)))
                                .build()))),
            new Bad(
                "strategy is missing",
                query()
                    .setQuery(Query.newBuilder().setRelevanceFeedback(feedback().clearStrategy()))),
            new Bad(
                "feedback elements must be non-empty",
                query()
                    .setQuery(Query.newBuilder().setRelevanceFeedback(feedback().clearFeedback()))),
            new Bad(
                "invalid fusion type value 9", fused(Query.newBuilder().setFusionValue(9).build())),
            new Bad("missing field: variant", boosted(Expression.getDefaultInstance())),
            new Bad("Invalid reserved word: $rank", boosted(variable("$rank"))),
            new Bad(
                "Expected number value for x in the payload and/or in the formula defaults",
                boosted(variable("x"))),
            new Bad(
                "missing field: right",
                boosted(
                    Expression.newBuilder()
                        .setDiv(Points.DivExpression.newBuilder().setLeft(constant(1)))
                        .build())),
            new Bad(
                "[limit: value 0 invalid, must be 1 or larger]",
                query()
                    .addPrefetch(PrefetchQuery.newBuilder().setLimit(0))
                    .setQuery(nearest(1f, 0f))),
            new Bad(
                "Vector dimension error: expected dim: 2, got 1",
                query()
                    .addPrefetch(PrefetchQuery.newBuilder().setQuery(nearest(1f)))
                    .setQuery(nearest(1f, 0f))))
        .map(
            bad ->
                dynamicTest(
                    bad.text,
                    () -> {
                      StatusRuntimeException refused =
                          failure(fixture.client.queryAsync(bad.query.build()));
                      assertThat(refused.getStatus().getDescription()).contains(bad.text);
                      assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
                    }));
  }

  @Test
  void whatIsNotThereIsNotFound() {
    for (QueryPoints.Builder query :
        List.of(
            query()
                .setQuery(
                    QueryFactory.context(
                        Points.ContextInput.newBuilder()
                            .addPairs(
                                Points.ContextInputPair.newBuilder()
                                    .setPositive(at(1))
                                    .setNegative(at(77)))
                            .build())),
            query()
                .setQuery(nearest(1))
                .setLookupFrom(Points.LookupLocation.newBuilder().setCollectionName("nowhere")))) {
      assertThat(failure(fixture.client.queryAsync(query.build())).getStatus().getCode())
          .isEqualTo(Code.NOT_FOUND);
    }
  }
}
