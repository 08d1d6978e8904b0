package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.query.LookupLocation;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a random tree does not show: limits, names, and extremes. */
class QueryTest {
  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open(folder, EngineOptions.defaults());
    engine.createCollection("c", Configs.of(2, "Euclid"));
    engine.write(
        "c",
        List.of(
            EngineTest.upsert(
                EngineTest.point(1, "{}", 0, 0),
                EngineTest.point(2, "{}", 3e30f, 0),
                EngineTest.point(3, "{}", 1, 1))),
        true,
        null);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private List<ScoredPoint> run(QueryStage root) {
    return engine.query(
        "c", new QueryRequest(root, 0, PayloadSelection.NONE, VectorSelection.NONE));
  }

  private static QueryStage over(List<QueryStage> prefetch, Query query, LookupLocation lookup) {
    return new QueryStage(prefetch, query, "", null, SearchParams.DEFAULT, null, 10, lookup);
  }

  private static VectorInput at(long id) {
    return new VectorInput.ById(PointId.of(id));
  }

  @Test
  void prefetchesGoSixtyFourLevelsDeep() {
    QueryStage stage = QueryStage.of(new Query.None(), 3);
    for (int level = 0; level < QueryStage.DEPTH_MAX; level++) {
      stage = over(List.of(stage), new Query.Dbsf(), null);
    }
    assertThat(run(stage)).hasSize(3);
    QueryStage deeper = over(List.of(stage), new Query.Dbsf(), null);
    assertThatThrownBy(() -> run(deeper))
        .hasMessage("Wrong input: Validation failed: prefetches depth 65 exceeds max depth 64");
  }

  @Test
  void aQueryComparesWithABoundedNumberOfExamples() {
    List<VectorInput> many = Collections.nCopies(QueryRules.INPUTS_MAX + 1, at(1));
    assertThatThrownBy(
            () ->
                run(
                    QueryStage.of(
                        new Query.Recommend(many, List.of(), Query.Strategy.BEST_SCORE), 1)))
        .hasMessage(
            "Bad request: a query with 10001 vectors and ids to compare with"
                + " (expected: at most 10000)");
  }

  @Test
  void examplesThatALookUpElsewhereNamesAreFoundAndThoseOfAnAliasHereAreNot() {
    engine.createCollection("elsewhere", Configs.of(2, "Dot"));
    engine.write(
        "elsewhere", List.of(EngineTest.upsert(EngineTest.point(1, "{}", 1, 1))), true, null);
    engine.updateAliases(List.of(new Alias.Action.Create("c", "alias")));
    Query query = new Query.Nearest(at(1));

    assertThat(run(over(List.of(), query, new LookupLocation("elsewhere", null))))
        .extracting(ScoredPoint::id)
        .containsExactly(PointId.of(3), PointId.of(1), PointId.of(2));
    assertThat(run(over(List.of(), query, new LookupLocation("alias", null))))
        .extracting(ScoredPoint::id)
        .containsExactly(PointId.of(3), PointId.of(2));
  }

  @Test
  void scoresBeyondSinglePrecisionAreTheLastInTheRanking() {
    for (Query.Strategy strategy : List.of(Query.Strategy.BEST_SCORE, Query.Strategy.SUM_SCORES)) {
      Query query = new Query.Recommend(List.of(at(1)), List.of(), strategy);
      List<ScoredPoint> ranked = run(QueryStage.of(query, 10));
      assertThat(ranked).extracting(ScoredPoint::id).containsExactly(PointId.of(3), PointId.of(2));
      assertThat(ranked).extracting(ScoredPoint::score).allMatch(Float::isFinite);
    }
  }

  @Test
  void mmrOfNoCandidatesIsEmpty() {
    Query query = new Query.Nearest(at(1), new Query.Mmr(0.5f, 0));
    assertThat(run(QueryStage.of(query, 10))).isEmpty();
    assertThat(run(over(List.of(QueryStage.of(new Query.None(), 3)), query, null))).isEmpty();
  }
}
