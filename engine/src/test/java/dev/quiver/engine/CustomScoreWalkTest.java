package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs are walked by scores that are no distance to one vector. */
class CustomScoreWalkTest {
  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open(folder, EngineOptions.builder().fullScanThreshold(16).build());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void aWalkByACustomScoreFindsWhatAnExactSearchFinds() {
    Random random = new Random(11);
    engine.createCollection("c", Configs.of(8, "Cosine"));
    List<Point> written = new ArrayList<>();
    for (int id = 0; id < 4_000; id++) {
      written.add(
          new Point(
              PointId.of(id), Map.of("", new VectorValue.Dense(gaussian(random))), Payload.EMPTY));
    }
    engine.write(
        "c", List.of(new WriteOp.Upsert(written, null, WriteOp.UpdateMode.UPSERT)), true, null);
    Awaitility.await("most points are in a graph")
        .atMost(Duration.ofMinutes(1))
        .until(() -> engine.collectionInfo("c").indexedVectors() > 3_000);
    long same = 0;
    int wanted = 0;
    for (int i = 0; i < 40; i++) {
      for (Query.OfVectors query : customQueries(random)) {
        same += common(query, 10);
        wanted += 10;
      }
    }
    System.out.println("recall@10 of walks by custom scores: " + (double) same / wanted);
    assertThat((double) same / wanted).isGreaterThan(0.95);
  }

  private static List<Query.OfVectors> customQueries(Random random) {
    VectorInput[] inputs = new VectorInput[4];
    Arrays.setAll(inputs, _ -> new VectorInput.Dense(gaussian(random)));
    List<VectorInput> positive = List.of(inputs[0], inputs[1]);
    List<VectorInput> negative = List.of(inputs[2]);
    return List.of(
        new Query.Recommend(positive, negative, Query.Strategy.BEST_SCORE),
        new Query.Recommend(positive, negative, Query.Strategy.SUM_SCORES),
        new Query.Discover(inputs[3], List.of(new Query.Pair(inputs[0], inputs[1]))),
        new Query.Feedback(
            inputs[3],
            List.of(new Query.Judged(inputs[0], 0.9f), new Query.Judged(inputs[1], 0.1f)),
            1,
            1,
            0.5f));
  }

  private static float[] gaussian(Random random) {
    float[] vector = new float[8];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private long common(Query.OfVectors query, int limit) {
    List<PointId> exact = ids(query, limit, true);
    return ids(query, limit, false).stream().filter(exact::contains).count();
  }

  private List<PointId> ids(Query query, int limit, boolean exact) {
    QueryStage root =
        new QueryStage(
            List.of(), query, "", null, new SearchParams(null, exact, false), null, limit, null);
    return engine
        .query("c", new QueryRequest(root, 0, PayloadSelection.NONE, VectorSelection.NONE))
        .stream()
        .map(ScoredPoint::id)
        .toList();
  }
}
