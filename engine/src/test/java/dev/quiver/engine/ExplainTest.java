package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.engine.SegmentReport.Searched;
import dev.quiver.engine.SegmentReport.Strategy;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of an explain are true: they are counted here a second time. */
class ExplainTest {
  // Below twice the threshold two segments are flushed, and settling makes one graph of both.
  private static final int GRAPH_FROM_POINTS = 1_200;
  private static final int POINTS = 2_000;
  private static final int DIMENSION = 8;
  private static final int GROUPS = 10;

  @TempDir static Path folder;
  private static Engine engine;
  private static final Random RANDOM = new Random(3);

  @BeforeAll
  static void fill() {
    engine =
        Engine.open(
            folder,
            EngineOptions.builder()
                .fullScanThreshold(GRAPH_FROM_POINTS)
                .flushInterval(Duration.ofMillis(100))
                .build());
    for (String name : List.of("graph", "scan")) {
      engine.createCollection(name, Configs.of(DIMENSION, "Euclid"));
      int count = name.equals("graph") ? POINTS : 200;
      List<Point> points = new ArrayList<>();
      for (int id = 0; id < count; id++) {
        points.add(EngineTest.point(id, "{\"g\": " + id % GROUPS + "}", vector()));
      }
      engine.write(name, List.of(EngineTest.upsert(points.toArray(Point[]::new))), true, null);
    }
    Awaitility.await("all in a graph")
        .atMost(Duration.ofMinutes(1))
        .until(() -> engine.collectionInfo("graph").indexedVectors() == POINTS);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static float[] vector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = RANDOM.nextFloat();
    }
    return vector;
  }

  private static Filter group(long value) {
    return Filter.must(
        new Condition.Field(
            "g", new Condition.Match.Int(value), null, null, null, null, null, null, null, null));
  }

  private static QueryStage nearest(@Nullable Filter filter, SearchParams params, int limit) {
    Query query = new Query.Nearest(new VectorInput.Dense(vector()));
    return new QueryStage(List.of(), query, "", filter, params, null, limit, null);
  }

  private static final SearchParams EXACT = new SearchParams(null, true, false);

  private static StageReport explained(String collection, QueryStage root) {
    Explain explain = new Explain();
    QueryRequest request = new QueryRequest(root, 0, PayloadSelection.NONE, VectorSelection.NONE);
    List<ScoredPoint> points = explain.record(() -> engine.query(collection, request));
    assertThat(points).isEqualTo(engine.query(collection, request));
    assertThat(explain.reads()).hasSize(1);
    StageReport report = explain.reads().getFirst();
    assertThat(report.returned()).isEqualTo(points.size());
    assertThat(report.nanos()).isPositive();
    return report;
  }

  private static Searched only(StageReport report) {
    List<Searched> searches =
        report.segments().stream()
            .map(SegmentReport::search)
            .filter(s -> s.distances() > 0)
            .toList();
    assertThat(searches).hasSize(1);
    return searches.getFirst();
  }

  @Test
  void anExactScanComparesEveryPointThatMatchesOnce() {
    StageReport all = explained("graph", nearest(null, EXACT, 5));
    assertThat(all.totalDistances()).isEqualTo(POINTS);
    assertThat(only(all).why()).isEqualTo("exact search was asked for");
    StageReport some = explained("graph", nearest(group(3), EXACT, 5));
    assertThat(some.totalDistances()).isEqualTo(POINTS / GROUPS);
    assertThat(only(some).strategy()).isEqualTo(Strategy.SCAN);
    SegmentReport.Filtered filter = some.segments().getFirst().filter();
    assertThat(filter.matched()).isEqualTo(POINTS / GROUPS);
    assertThat(filter.estimated()).isBetween(1L, (long) POINTS);
    StageReport none = explained("graph", nearest(group(77), EXACT, 5));
    assertThat(none.totalDistances()).isZero();
    assertThat(none.segments().getFirst().filter().matched()).isZero();
  }

  @Test
  void aSegmentWithoutAGraphSaysSo() {
    Searched search = only(explained("scan", nearest(null, SearchParams.DEFAULT, 5)));
    assertThat(search.hasGraph()).isFalse();
    assertThat(search.strategy()).isEqualTo(Strategy.SCAN);
    assertThat(search.distances()).isEqualTo(200);
    assertThat(search.nodesVisited()).isZero();
    assertThat(search.bytes()).isGreaterThanOrEqualTo(200L * DIMENSION * Float.BYTES);
    assertThat(search.why()).isEqualTo("no graph: 200 vectors are fewer than " + GRAPH_FROM_POINTS);
  }

  @Test
  void aWalkComparesFewerPointsThanThereAreAndNamesItsCandidates() {
    StageReport report = explained("graph", nearest(null, new SearchParams(20, false, false), 5));
    Searched walk = only(report);
    assertThat(walk.strategy()).isEqualTo(Strategy.GRAPH);
    assertThat(walk.candidates()).isEqualTo(20);
    assertThat(walk.distances()).isBetween(20L, (long) POINTS - 1);
    assertThat(walk.nodesVisited()).isBetween(5L, walk.distances());
    assertThat(walk.byCodes()).isEqualTo(walk.reranked() > 0);
    assertThat(walk.why()).isEqualTo("no filter");
    assertThat(report.candidates()).isEqualTo(walk.returned());
    Searched everything =
        only(explained("graph", nearest(null, new SearchParams(POINTS, false, false), 5)));
    assertThat(everything.why())
        .isEqualTo("a walk with 2000 candidates would visit all 2000 vectors");
  }

  @Test
  void theEstimatesDecideBetweenScanAndWalk() {
    Searched few =
        only(explained("graph", nearest(group(1), new SearchParams(64, false, false), 5)));
    assertThat(few.strategy()).isEqualTo(Strategy.SCAN);
    assertThat(few.distances()).isEqualTo(POINTS / GROUPS);
    assertThat(few.why())
        .startsWith("200 of 2000 vectors are accepted, and a walk is estimated at ")
        .endsWith("scanning them costs less");
    Searched most =
        only(
            explained(
                "graph", nearest(Filter.mustNot(group(1)), new SearchParams(5, false, false), 5)));
    assertThat(most.strategy()).isEqualTo(Strategy.GRAPH);
    assertThat(most.why())
        .startsWith("1800 of 2000 vectors are accepted")
        .contains("it goes through all nodes");
  }

  @Test
  void indexedOnlyLeavesOutAndSaysWhy() {
    engine.createCollection("fresh", Configs.of(DIMENSION, "Euclid"));
    List<Point> points = new ArrayList<>();
    for (int id = 0; id < 200; id++) {
      points.add(EngineTest.point(id, "{}", vector()));
    }
    engine.write("fresh", List.of(EngineTest.upsert(points.toArray(Point[]::new))), true, null);
    StageReport report = explained("fresh", nearest(null, new SearchParams(null, false, true), 5));
    // Fewer than the threshold are scanned in any case.
    assertThat(report.totalDistances()).isEqualTo(200);
  }

  @Test
  void aTreeOfStagesIsExplainedStageByStageAndItsSumsAgree() {
    QueryStage first = nearest(null, EXACT, 30);
    QueryStage second = nearest(group(2), EXACT, 20);
    QueryStage fused =
        new QueryStage(
            List.of(first, second),
            new Query.Rrf(2, null),
            "",
            null,
            SearchParams.DEFAULT,
            null,
            40,
            null);
    QueryStage root =
        new QueryStage(
            List.of(fused),
            new Query.Nearest(new VectorInput.Dense(vector())),
            "",
            null,
            SearchParams.DEFAULT,
            null,
            7,
            null);
    StageReport report = explained("graph", root);
    assertThat(report.kind()).isEqualTo("nearest");
    StageReport middle = report.prefetch().getFirst();
    assertThat(middle.kind()).isEqualTo("rrf");
    assertThat(middle.prefetch()).extracting(StageReport::kind).containsOnly("nearest");
    assertThat(middle.prefetch()).extracting(StageReport::returned).containsExactly(30, 20);
    // The fusion ranks a union; the root compares what the fusion gave, each once.
    assertThat(middle.candidates()).isBetween(30L, 50L);
    assertThat(report.candidates()).isEqualTo(middle.returned());
    assertThat(report.distances()).isEqualTo(middle.returned());
    assertThat(report.totalDistances()).isEqualTo(POINTS + POINTS / GROUPS + middle.returned());
    assertThat(report.totalNanos())
        .isEqualTo(
            report.nanos()
                + middle.nanos()
                + middle.prefetch().get(0).nanos()
                + middle.prefetch().get(1).nanos());
  }

  @Test
  void examplesAreCountedAndAMeanIsOne() {
    Query.Strategy best = Query.Strategy.BEST_SCORE;
    Query.Strategy mean = Query.Strategy.AVERAGE_VECTOR;
    for (Query.Strategy strategy : List.of(best, mean)) {
      Query query =
          new Query.Recommend(
              List.of(new VectorInput.Dense(vector()), new VectorInput.Dense(vector())),
              List.of(new VectorInput.Dense(vector())),
              strategy);
      StageReport report =
          explained("scan", new QueryStage(List.of(), query, "", null, EXACT, null, 3, null));
      assertThat(report.examples()).isEqualTo(strategy == best ? 3 : 1);
      assertThat(report.kind()).isEqualTo("recommend " + strategy.name().toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void scrollsAndCountsShowTheirFilters() {
    Explain explain = new Explain();
    long count = explain.record(() -> engine.count("graph", group(4), true));
    ScrollRequest scroll =
        new ScrollRequest(null, 3, group(4), null, PayloadSelection.NONE, VectorSelection.NONE);
    ScrollPage page = explain.record(() -> engine.scroll("graph", scroll));
    assertThat(page.points()).hasSize(3);
    assertThat(explain.reads()).extracting(StageReport::kind).containsExactly("count", "scroll");
    for (StageReport report : explain.reads()) {
      assertThat(report.segments().stream().mapToLong(s -> s.filter().matched()).sum())
          .isEqualTo(count)
          .isEqualTo(POINTS / GROUPS);
    }
  }
}
