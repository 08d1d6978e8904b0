package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.index.CodesOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Qdrant's quantization settings do to graphs and searches. */
class QuantizationTest {
  // Below twice the threshold two segments are flushed, and settling makes one graph of both.
  private static final int GRAPH_FROM_POINTS = 2000;
  private static final int POINTS = 3000;
  private static final int DIMENSION = 24;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "null | null | MEASURED",
        "{\"scalar\":{\"type\":\"int8\"}} | null | INT8",
        "{\"binary\":{}} | null | BIT1",
        "{\"product\":{\"compression\":\"x16\"}} | null | INT4",
        "{\"scalar\":{\"type\":\"int8\"}} | {\"turbo\":{}} | INT4",
        "null | {\"scalar\":{\"type\":\"int8\"}} | INT8",
      })
  void theConfigurationChoosesTheCodes(String collection, String vector, CodesOption expected)
      throws Exception {
    ObjectNode document = Configs.of(4, "Cosine").document().deepCopy();
    document.set("quantization_config", Payload.JSON.readTree(collection));
    ((ObjectNode) document.path("params").path("vectors"))
        .set("quantization_config", Payload.JSON.readTree(vector));
    assertThat(CollectionConfig.fromDocument(document).vectors().get("").codes())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "Cosine, product, 570",
    "Euclid, product, 570",
    "Dot, product, 570",
    // So few bits tell little: three times as many candidates as results are not enough here.
    "Cosine, binary, 420",
    "Euclid, binary, 420",
  })
  void aSearchRanksByVectorsUnlessItIsToldNotTo(String distance, String kind, int keptMin) {
    EngineOptions options =
        EngineOptions.builder()
            .flushInterval(Duration.ofMillis(100))
            .fullScanThreshold(GRAPH_FROM_POINTS)
            .build();
    try (Engine engine = Engine.open(folder, options)) {
      ObjectNode document = Configs.of(DIMENSION, distance).document().deepCopy();
      document.putObject("quantization_config").putObject(kind).put("compression", "x16");
      engine.createCollection("c", CollectionConfig.fromDocument(document));
      Random random = new Random(5);
      List<Point> points = new ArrayList<>();
      for (int id = 0; id < POINTS; id++) {
        points.add(EngineTest.point(id, "{}", vector(random)));
      }
      engine.write("c", List.of(EngineTest.upsert(points.toArray(Point[]::new))), true, null);
      Awaitility.await("all in a graph")
          .atMost(Duration.ofMinutes(1))
          .until(() -> engine.collectionInfo("c").indexedVectors() == POINTS);
      int kept = 0;
      int differ = 0;
      for (int i = 0; i < 20; i++) {
        float[] query = vector(random);
        List<ScoredPoint> exact = search(engine, query, new SearchParams(null, true, false));
        List<ScoredPoint> ranked = search(engine, query, SearchParams.DEFAULT);
        List<ScoredPoint> ignored = search(engine, query, with(true, null, null));
        List<ScoredPoint> coarse = search(engine, query, with(false, false, null));
        List<ScoredPoint> sampled = search(engine, query, with(false, true, 3.0));
        kept += common(exact, ranked) + common(exact, ignored) + common(exact, sampled);
        for (ScoredPoint point : ranked) {
          // Scores of the default way are those of the vectors.
          exact.stream()
              .filter(other -> other.id().equals(point.id()))
              .forEach(other -> assertThat(point.score()).isEqualTo(other.score()));
        }
        differ += coarse.getFirst().score() == ranked.getFirst().score() ? 0 : 1;
      }
      assertThat(kept).isGreaterThan(keptMin);
      assertThat(differ).as("searches whose scores are those of the codes").isGreaterThan(15);
    }
  }

  private static SearchParams with(
      boolean ignore, @Nullable Boolean rescore, @Nullable Double oversampling) {
    return new SearchParams(
        null, false, false, new SearchParams.Quantization(ignore, rescore, oversampling));
  }

  private static List<ScoredPoint> search(Engine engine, float[] query, SearchParams params) {
    return engine.search(
        "c",
        new SearchRequest(
            "",
            new VectorValue.Dense(query),
            null,
            params,
            10,
            0,
            null,
            PayloadSelection.NONE,
            VectorSelection.NONE));
  }

  private static int common(List<ScoredPoint> a, List<ScoredPoint> b) {
    List<PointId> ids = b.stream().map(ScoredPoint::id).toList();
    return (int) a.stream().filter(point -> ids.contains(point.id())).count();
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  @Test
  void theDefaultIsMeasured() {
    assertThat(Configs.of(4, "Manhattan").vectors().get("").codes())
        .isEqualTo(CodesOption.MEASURED);
  }
}
