package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a collection's segments when writing pauses. */
class SettlingTest {
  // A round is flushed as two segments, below twice the threshold, so that nothing but settling
  // merges them.
  private static final int GRAPH_FROM_POINTS = 1_100;
  private static final int ROUND = 2_100;

  @TempDir Path folder;

  private static EngineOptions options() {
    return EngineOptions.builder()
        .flushInterval(Duration.ofMillis(100))
        .fullScanThreshold(GRAPH_FROM_POINTS)
        .build();
  }

  private static void write(Engine engine, int from, int to) {
    Random random = new Random(from);
    List<Point> points = new ArrayList<>();
    for (int id = from; id < to; id++) {
      points.add(EngineTest.point(id, "{}", random.nextFloat(), random.nextFloat()));
    }
    engine.write("c", List.of(EngineTest.upsert(points.toArray(Point[]::new))), true, null);
  }

  @Test
  void becomesOneSegmentWithAGraphAndStaysThatOverARestart() {
    try (Engine engine = Engine.open(folder, options())) {
      engine.createCollection("c", Configs.of(2, "Euclid"));
      write(engine, 0, ROUND);
      awaitSettled(engine, ROUND);
      write(engine, ROUND, 2 * ROUND);
      awaitSettled(engine, 2 * ROUND);
    }
    try (Engine engine = Engine.open(folder, options())) {
      CollectionInfo info = engine.collectionInfo("c");
      assertThat(info.segments()).isEqualTo(1);
      assertThat(info.indexedVectors()).isEqualTo(2 * ROUND);
    }
  }

  private static void awaitSettled(Engine engine, int points) {
    Awaitility.await("one segment, all of it in a graph")
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              CollectionInfo info = engine.collectionInfo("c");
              return info.status() == CollectionInfo.Status.GREEN
                  && info.segments() == 1
                  && info.indexedVectors() == points;
            });
    assertThat(engine.collectionInfo("c").points()).isEqualTo(points);
  }

  @Test
  void aFewMorePointsAreLeftToBeScanned() {
    assertThat(GraphMergePolicy.wantsSettling(List.of(100_000, 900), 10_000)).isFalse();
    assertThat(GraphMergePolicy.wantsSettling(List.of(100_000, 1900), 10_000)).isFalse();
    assertThat(GraphMergePolicy.wantsSettling(List.of(100_000, 2500), 10_000)).isTrue();
    assertThat(GraphMergePolicy.wantsSettling(List.of(100_000, 20_000), 10_000)).isTrue();
    assertThat(GraphMergePolicy.wantsSettling(List.of(1_000_000, 200_000, 5_000), 10_000))
        .isFalse();
    assertThat(GraphMergePolicy.wantsSettling(List.of(3_000, 3_000), 10_000)).isFalse();
    assertThat(GraphMergePolicy.wantsSettling(List.of(100_000), 10_000)).isFalse();
  }
}
