package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a collection that the off-heap budget is far too small for. */
class OffHeapBudgetTest {
  private static final int POINTS = 2_000;
  private static final int SIZE = 64;

  /** Less than the vectors of one flush, and than the graph of any merge. */
  private static final long TINY_BYTES = 64 << 10;

  @TempDir Path folder;

  private static EngineOptions options(long offHeapBytes) {
    return EngineOptions.builder()
        .flushInterval(Duration.ofMillis(100))
        .fullScanThreshold(500)
        .offHeapBytes(offHeapBytes)
        .build();
  }

  private static float[] vector(int id) {
    Random random = new Random(id);
    float[] vector = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      vector[i] = random.nextFloat();
    }
    return vector;
  }

  private static void write(Engine engine, int from, int to) {
    List<Point> points = new ArrayList<>();
    for (int id = from; id < to; id++) {
      points.add(EngineTest.point(id, "{}", vector(id)));
    }
    engine.write("c", List.of(EngineTest.upsert(points.toArray(Point[]::new))), true, null);
  }

  @Test
  void aTinyBudgetLosesNothingAndSearchesStayRightOverARestart() {
    try (Engine engine = Engine.open(folder, options(TINY_BYTES))) {
      engine.createCollection("c", Configs.of(SIZE, "Euclid"));
      for (int from = 0; from < POINTS; from += 400) {
        write(engine, from, from + 400);
      }
      // Overwriting: what did not fit must not leave the old point or both.
      write(engine, 0, 400);
      assertThat(engine.stats().offHeapRefusals()).isPositive();
      assertThat(engine.stats().offHeapBudgetBytes()).isEqualTo(TINY_BYTES);
      assertThat(engine.stats().offHeapUsedBytes()).isBetween(0L, TINY_BYTES);
      assertAllThere(engine);
    }
    try (Engine engine = Engine.open(folder, options(TINY_BYTES))) {
      assertAllThere(engine);
    }
    // With enough memory the graph comes by itself.
    try (Engine engine = Engine.open(folder, options(256L << 20))) {
      write(engine, 0, 1);
      Awaitility.await("all in a graph")
          .atMost(Duration.ofMinutes(1))
          .until(() -> engine.collectionInfo("c").indexedVectors() >= POINTS - 500);
      assertAllThere(engine);
      assertThat(engine.stats().offHeapRefusals()).isZero();
    }
  }

  private static void assertAllThere(Engine engine) {
    assertThat(engine.count("c", null, true)).isEqualTo(POINTS);
    for (int query : new int[] {POINTS + 1, POINTS + 2, POINTS + 3}) {
      float[] wanted = vector(query);
      List<PointId> nearest =
          IntStream.range(0, POINTS)
              .boxed()
              .sorted(Comparator.comparingDouble(id -> distance(wanted, vector(id))))
              .limit(20)
              .map(PointId::of)
              .toList();
      List<ScoredPoint> hits = engine.search("c", EngineTest.search(10, wanted));
      assertThat(hits).hasSize(10);
      assertThat(hits.getFirst().id()).isEqualTo(nearest.getFirst());
      assertThat(nearest).containsAll(hits.stream().map(ScoredPoint::id).toList());
    }
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }
}
