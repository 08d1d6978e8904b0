package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Walks of the same graph that end by the query, and walks that end after ef candidates. */
class AdaptiveSearchTest {
  // Below twice the threshold two segments are flushed, and settling makes one graph of both.
  private static final int GRAPH_FROM_POINTS = 3_000;
  private static final int POINTS = 5_000;
  private static final int DIMENSION = 8;
  private static final int QUERIES = 50;
  private static final int EF = 40;

  @TempDir Path folder;

  private static EngineOptions options(boolean adaptive) {
    return EngineOptions.builder()
        .fullScanThreshold(GRAPH_FROM_POINTS)
        .flushInterval(Duration.ofMillis(100))
        .adaptiveSearch(adaptive)
        .build();
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextFloat();
    }
    return vector;
  }

  @Test
  void withoutItEveryWalkExpandsAsManyCandidatesAsItWasAsked() {
    try (Engine engine = Engine.open(folder, options(true))) {
      engine.createCollection("points", Configs.of(DIMENSION, "Euclid"));
      Random random = new Random(7);
      List<Point> points = new ArrayList<>();
      for (int id = 0; id < POINTS; id++) {
        points.add(EngineTest.point(id, "{}", vector(random)));
      }
      engine.write("points", List.of(EngineTest.upsert(points.toArray(Point[]::new))), true, null);
      Awaitility.await("all in one graph")
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                CollectionInfo info = engine.collectionInfo("points");
                return info.indexedVectors() == POINTS && info.segments() == 1;
              });
      assertThat(nodesVisited(engine)).anyMatch(nodes -> nodes < EF).anyMatch(nodes -> nodes > EF);
    }
    try (Engine engine = Engine.open(folder, options(false))) {
      // And those on the way down to the lowest level.
      assertThat(nodesVisited(engine)).allMatch(nodes -> nodes >= EF && nodes < 2 * EF);
    }
  }

  private static List<Long> nodesVisited(Engine engine) {
    Random random = new Random(11);
    List<Long> nodes = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      Query query = new Query.Nearest(new VectorInput.Dense(vector(random)));
      SearchParams params = new SearchParams(EF, false, false);
      QueryStage root = new QueryStage(List.of(), query, "", null, params, null, 10, null);
      QueryRequest request = new QueryRequest(root, 0, PayloadSelection.NONE, VectorSelection.NONE);
      Explain explain = new Explain();
      explain.record(() -> engine.query("points", request));
      long visited = 0;
      for (SegmentReport segment : explain.reads().getFirst().segments()) {
        visited += segment.search().nodesVisited();
      }
      nodes.add(visited);
    }
    return nodes;
  }
}
