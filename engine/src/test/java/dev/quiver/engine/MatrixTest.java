package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distance matrix against all pairs. {@code -Dquiver.seed=S} replays a run. */
class MatrixTest {
  private static final int POINTS = 300;

  @TempDir Path folder;

  private static Engine filled(Path folder, Random random, float[][] vectors) {
    Engine engine = Engine.open(folder, EngineOptions.builder().fullScanThreshold(60).build());
    engine.createCollection(
        "c",
        Configs.parse(
            """
            {"params": {"vectors": {
              "": {"size": 1, "distance": "Dot"},
              "v": {"size": 2, "distance": "Euclid"}}}}"""));
    for (int i = 0; i < POINTS; i++) {
      // Every third point lacks the vector.
      Map<String, VectorValue> vector = Map.of();
      if (i % 3 > 0) {
        vectors[i] = new float[] {random.nextInt(20), random.nextInt(20)};
        vector = Map.of("v", VectorValue.dense(vectors[i]));
      }
      engine.write(
          "c",
          List.of(
              new WriteOp.Upsert(
                  List.of(new Point(PointId.of(i), vector, Payload.EMPTY)),
                  null,
                  WriteOp.UpdateMode.UPSERT)),
          i % 10 == 0,
          null);
    }
    engine.write(
        "c",
        List.of(new WriteOp.DeletePoints(new PointSelector.ByIds(List.of(PointId.of(1))))),
        true,
        null);
    vectors[1] = null;
    return engine;
  }

  private static float distance(float[] a, float[] b) {
    return (float) Math.hypot(a[0] - b[0], a[1] - b[1]);
  }

  @Test
  void everyChosenPointHasItsNearestAmongTheChosen() {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    float[][] vectors = new float[POINTS][];
    try (Engine engine = filled(folder, random, vectors)) {
      Set<PointId> some = new HashSet<>();
      for (int i = 0; i < 40; i++) {
        some.add(PointId.of(random.nextInt(POINTS)));
      }
      Filter filter = Filter.must(new Condition.HasId(some));
      Set<PointId> everChosen = new HashSet<>();
      for (int round = 0; round < 60; round++) {
        String where = "seed " + seed + ", round " + round;
        boolean filtered = random.nextBoolean();
        int sample = 2 + random.nextInt(round % 4 == 0 ? 400 : 50);
        int limit = 1 + random.nextInt(9);
        DistanceMatrix matrix =
            engine.matrix("c", new MatrixRequest("v", filtered ? filter : null, sample, limit));
        List<PointId> ids = matrix.ids();
        long choosable = 0;
        for (int i = 0; i < POINTS; i++) {
          choosable += vectors[i] != null && (!filtered || some.contains(PointId.of(i))) ? 1 : 0;
        }
        assertThat(ids).as(where).hasSize((int) Math.min(sample, choosable)).isSorted();
        assertThat(ids).as(where).doesNotHaveDuplicates();
        everChosen.addAll(ids);
        for (int i = 0; i < ids.size(); i++) {
          float[] own = vectors[(int) ((PointId.Num) ids.get(i)).value()];
          List<DistanceMatrix.Neighbour> expected = new ArrayList<>();
          for (int j = 0; j < ids.size(); j++) {
            if (j != i) {
              float[] other = vectors[(int) ((PointId.Num) ids.get(j)).value()];
              expected.add(new DistanceMatrix.Neighbour(j, distance(own, other)));
            }
          }
          expected.sort(Comparator.comparingDouble(DistanceMatrix.Neighbour::score));
          assertThat(matrix.neighbours().get(i))
              .as(where)
              .isEqualTo(expected.subList(0, Math.min(limit, expected.size())));
        }
      }
      assertThat(everChosen).as("seed %d: all are chosen some time", seed).hasSize(199);
    }
  }

  @Test
  void fewerThanTwoPointsMakeNoMatrix() {
    try (Engine engine = filled(folder, new Random(1), new float[POINTS][])) {
      Filter one = Filter.must(new Condition.HasId(Set.of(PointId.of(2))));
      assertThat(engine.matrix("c", new MatrixRequest("v", one, 10, 3)).ids()).isEmpty();
      assertThat(engine.matrix("c", new MatrixRequest("", null, 10, 3)).ids()).isEmpty();
      assertThatThrownBy(() -> engine.matrix("c", new MatrixRequest("no", null, 10, 3)))
          .hasMessage("Wrong input: Not existing vector name error: no");
    }
  }
}
