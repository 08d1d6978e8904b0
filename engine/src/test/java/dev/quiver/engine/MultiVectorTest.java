package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Multivectors with graphs, in every datatype, added to and dropped from live collections. */
class MultiVectorTest {
  private static final int POINTS = 3_000;
  private static final int DIMENSION = 8;
  private static final SearchParams EXACT = new SearchParams(null, true, false);

  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open(folder, EngineOptions.builder().fullScanThreshold(200).build());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void create(String distance, String more) {
    engine.createCollection(
        "c",
        Configs.parse(
            "{\"params\":{\"vectors\":{\"size\":%d,\"distance\":\"%s\",\"multivector_config\":{\"comparator\":\"max_sim\"}%s}}}"
                .formatted(DIMENSION, distance, more)));
  }

  private void upsert(List<Point> points) {
    engine.write(
        "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
  }

  /** Until most points are in a graph; a few that were flushed apart may stay to be scanned. */
  private void awaitGraph() {
    Awaitility.await("a graph")
        .atMost(Duration.ofMinutes(1))
        .until(() -> engine.collectionInfo("c").indexedVectors() > POINTS / 2);
  }

  private static Point point(long id, String name, VectorValue vector) {
    return new Point(PointId.of(id), Map.of(name, vector), Payload.EMPTY);
  }

  /** Rows around a place, 0 to 255; spread 1 is as wide as the places are. */
  private static VectorValue.Multi rows(Random random, double spread) {
    int count = 1 + random.nextInt(6);
    double[] place = random.doubles(DIMENSION, 60, 200).toArray();
    float[] values = new float[count * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      double value = place[i % DIMENSION] + random.nextGaussian() * 40 * spread;
      values[i] = (float) Math.clamp(value, 0, 255);
    }
    return new VectorValue.Multi(count, DIMENSION, values);
  }

  private List<ScoredPoint> search(VectorValue to, SearchParams params, Filter filter) {
    return engine.search(
        "c",
        new SearchRequest(
            "", to, filter, params, 10, 0, null, PayloadSelection.NONE, VectorSelection.NONE));
  }

  private double recall(Random random, double spread, Filter filter) {
    int right = 0;
    int wanted = 0;
    for (int i = 0; i < 40; i++) {
      VectorValue query = rows(random, spread);
      List<PointId> exact = search(query, EXACT, filter).stream().map(ScoredPoint::id).toList();
      wanted += exact.size();
      right +=
          (int)
              search(query, SearchParams.DEFAULT, filter).stream()
                  .filter(hit -> exact.contains(hit.id()))
                  .count();
    }
    return (double) right / wanted;
  }

  @ParameterizedTest
  @CsvSource({
    "Cosine, float32",
    "Dot, float32",
    "Euclid, float16",
    "Manhattan, float32",
    "Euclid, uint8",
    "Cosine, uint8",
    "Euclid, turbo4"
  })
  void aWalkFindsWhatAnExactSearchFinds(String distance, String datatype) {
    Random random = new Random(3);
    create(distance, ",\"datatype\":\"" + datatype + "\"");
    List<Point> points = new ArrayList<>();
    for (int id = 0; id < POINTS; id++) {
      points.add(point(id, "", rows(random, 0.5)));
    }
    upsert(points);
    upsert(points.subList(0, 300));
    engine.write(
        "c",
        List.of(
            new WriteOp.DeletePoints(
                new PointSelector.ByIds(
                    points.subList(300, 400).stream().map(Point::id).toList()))),
        true,
        null);
    awaitGraph();

    double recall = recall(random, 0.5, null);
    Filter half = Filter.must(new Condition.HasId(java.util.Set.copyOf(even(points))));
    double filtered = recall(random, 0.5, half);
    System.out.println(distance + " " + datatype + ": recall@10 " + recall + ", " + filtered);
    assertThat(recall).isGreaterThan(0.95);
    assertThat(filtered).isGreaterThan(0.95);
  }

  private static List<PointId> even(List<Point> points) {
    List<PointId> even = new ArrayList<>();
    for (int i = 0; i < points.size(); i += 2) {
      even.add(points.get(i).id());
    }
    return even;
  }

  @Test
  void rowsThatHaveNothingInCommonAreFoundToo() {
    Random random = new Random(4);
    create("Euclid", "");
    List<Point> points = new ArrayList<>();
    for (int id = 0; id < POINTS; id++) {
      // Every row has a place of its own.
      float[] values = new float[6 * DIMENSION];
      for (int row = 0; row < 6; row++) {
        System.arraycopy(rows(random, 0).row(0), 0, values, row * DIMENSION, DIMENSION);
      }
      points.add(point(id, "", new VectorValue.Multi(6, DIMENSION, values)));
    }
    upsert(points);
    awaitGraph();
    assertThat(recall(random, 1, null)).isEqualTo(1);
  }

  @Test
  void scoresAreSumsOfTheBestRows() {
    create("Dot", "");
    float[] two = {1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0};
    upsert(List.of(point(1, "", new VectorValue.Multi(2, DIMENSION, two))));
    float[] query = {2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0};
    assertThat(search(new VectorValue.Multi(2, DIMENSION, query), EXACT, null).getFirst().score())
        .as("2 by the first row, 3 by the second")
        .isCloseTo(5, within(1e-6f));
    assertThat(search(VectorValue.dense(0, 1, 0, 0, 0, 0, 0, 0), EXACT, null).getFirst().score())
        .as("one row as a dense vector")
        .isCloseTo(3, within(1e-6f));
  }

  @Test
  void withoutAGraphTheyAreForRescoring() {
    Random random = new Random(5);
    create("Cosine", ",\"hnsw_config\":{\"m\":0}");
    List<Point> points = new ArrayList<>();
    for (int id = 0; id < 500; id++) {
      points.add(point(id, "", rows(random, 0.5)));
    }
    upsert(points);
    assertThat(search(rows(random, 0.5), SearchParams.DEFAULT, null)).hasSize(10);
    assertThat(engine.collectionInfo("c").indexedVectors()).isZero();
  }

  @Test
  void namesComeAndGoOnALiveCollection() throws Exception {
    Random random = new Random(6);
    engine.createCollection("c", Configs.of(DIMENSION, "Dot"));
    String json =
        "{\"size\":8,\"distance\":\"Dot\",\"multivector_config\":{\"comparator\":\"max_sim\"}}";
    WriteOp made = new WriteOp.CreateVector("m", (ObjectNode) Payload.JSON.readTree(json));
    for (int round = 0; round < 2; round++) {
      engine.write("c", List.of(made), true, null);
      assertThat(having("m")).as("an added name is empty").isZero();
      upsert(List.of(point(1, "m", rows(random, 1)), point(2, "", VectorValue.dense(one()))));
      assertThat(having("m")).isEqualTo(1);
      engine.close();
      open();
      assertThat(having("m")).as("after a restart").isEqualTo(1);
      engine.write("c", List.of(new WriteOp.DeleteVector("m")), true, null);
      assertThatThrownBy(() -> upsert(List.of(point(3, "m", rows(random, 1)))))
          .hasMessageContaining("Not existing vector name error: m");
    }
  }

  private static float[] one() {
    return new float[] {1, 0, 0, 0, 0, 0, 0, 0};
  }

  private long having(String vector) {
    return engine.count("c", Filter.must(new Condition.HasVector(vector)), true);
  }
}
