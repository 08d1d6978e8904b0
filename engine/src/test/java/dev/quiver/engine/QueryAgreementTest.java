package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import dev.quiver.index.Distance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random trees of queries over random collections are answered as {@link ReferenceQueries} answers
 * them: the same points, the same scores, the same order.
 *
 * <p>{@code -Dquiver.query.seed=N} replays one round, {@code -Dquiver.query.rounds=N} runs longer.
 */
class QueryAgreementTest {
  private static final int QUERIES = 12;
  private static final int VALUES = 400;
  private static final Map<String, Integer> DIMENSIONS = new TreeMap<>(Map.of("", 4, "b", 3));
  private static final Map<Distance, String> NAMES =
      Map.of(
          Distance.COSINE,
          "Cosine",
          Distance.DOT,
          "Dot",
          Distance.EUCLIDEAN,
          "Euclid",
          Distance.MANHATTAN,
          "Manhattan");

  @TempDir Path folder;
  private Engine engine;
  private int compared;
  private int leftOut;
  private int found;

  @BeforeEach
  void open() {
    // Every other segment gets a graph; graphs this small are walked over all their nodes.
    engine = Engine.open(folder, EngineOptions.builder().fullScanThreshold(16).build());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void theEngineAnswersAsAPlainModelDoes() {
    Long replayed = Long.getLong("quiver.query.seed");
    int rounds = replayed != null ? 1 : Integer.getInteger("quiver.query.rounds", 100);
    long first = replayed != null ? replayed : System.nanoTime();
    System.out.println("quiver.query.seed=" + first + " and the " + (rounds - 1) + " after it");
    for (int round = 0; round < rounds; round++) {
      round(first + round);
    }
    if (rounds > 1) {
      assertThat(leftOut).as("left out for rounding").isLessThan(compared / 4);
      assertThat(found).as("results in all").isGreaterThan(2 * compared);
    }
  }

  private void round(long seed) {
    Random random = new Random(seed);
    List<Distance> all = List.of(Distance.values());
    Map<String, Distance> distances = new TreeMap<>();
    DIMENSIONS.keySet().forEach(name -> distances.put(name, all.get(random.nextInt(all.size()))));
    for (String name : List.of("c", "elsewhere")) {
      engine.createCollection(name, config(distances));
    }
    engine.write(
        "c",
        List.of(
            new WriteOp.CreateFieldIndex(new PayloadIndex("n", PayloadIndex.Type.INTEGER, null))),
        true,
        null);
    Map<PointId, ReferencePoint> points = filled("c", random, distances);
    Map<PointId, ReferencePoint> elsewhere = filled("elsewhere", random, distances);
    for (int i = 0; i < QUERIES; i++) {
      ReferenceQueries reference = new ReferenceQueries(points, elsewhere, distances);
      QueryStage root =
          new RandomQueries(random, points, elsewhere, DIMENSIONS, reference).stage(3);
      String where = "quiver.query.seed=" + seed + ", query " + i + ": " + root;
      compare(root, random.nextInt(3) == 0 ? random.nextInt(5) : 0, reference, where);
    }
    engine.deleteCollection("c");
    engine.deleteCollection("elsewhere");
  }

  private static CollectionConfig config(Map<String, Distance> distances) {
    List<String> vectors = new ArrayList<>();
    distances.forEach(
        (name, distance) ->
            vectors.add(
                "\"%s\": {\"size\": %d, \"distance\": \"%s\"}"
                    .formatted(name, DIMENSIONS.get(name), NAMES.get(distance))));
    return Configs.parse("{\"params\": {\"vectors\": {" + String.join(", ", vectors) + "}}}");
  }

  /** Writes points, overwrites and deletes some; searches in between make segments. */
  private Map<PointId, ReferencePoint> filled(
      String collection, Random random, Map<String, Distance> distances) {
    Map<PointId, ReferencePoint> points = new TreeMap<>();
    List<Integer> values = new ArrayList<>();
    for (int i = 0; i < VALUES; i++) {
      values.add(i);
    }
    Collections.shuffle(values, random);
    int batches = 1 + random.nextInt(3);
    for (int batch = 0; batch < batches; batch++) {
      List<WriteOp> operations = new ArrayList<>();
      int count = random.nextInt(40);
      for (int i = 0; i < count; i++) {
        PointId id = id(random);
        if (random.nextInt(6) == 0) {
          points.remove(id);
          operations.add(new WriteOp.DeletePoints(new PointSelector.ByIds(List.of(id))));
        } else {
          operations.add(upsert(id, random, values, distances, points));
        }
      }
      if (!operations.isEmpty()) {
        engine.write(collection, operations, true, null);
      }
      engine.query(
          collection,
          new QueryRequest(
              QueryStage.of(new Query.None(), 1), 0, PayloadSelection.NONE, VectorSelection.NONE));
    }
    return points;
  }

  private static PointId id(Random random) {
    int number = random.nextInt(60);
    return number % 5 == 0
        ? PointId.of(new java.util.UUID(number, number))
        : PointId.of(number - 3L);
  }

  private static WriteOp upsert(
      PointId id,
      Random random,
      List<Integer> values,
      Map<String, Distance> distances,
      Map<PointId, ReferencePoint> points) {
    Map<String, double[]> known = new LinkedHashMap<>();
    Map<String, VectorValue> written = new LinkedHashMap<>();
    DIMENSIONS.forEach(
        (name, dimension) -> {
          if (random.nextInt(6) > 0) {
            float[] vector = new float[dimension];
            double[] precise = new double[dimension];
            for (int i = 0; i < dimension; i++) {
              vector[i] = (float) random.nextGaussian();
              precise[i] = vector[i];
            }
            // Some points share one place.
            List<double[]> taken =
                points.values().stream()
                    .map(point -> point.vectors().get(name))
                    .filter(other -> other != null)
                    .toList();
            if (!taken.isEmpty()
                && distances.get(name) != Distance.COSINE
                && random.nextInt(60) == 0) {
              precise = taken.get(random.nextInt(taken.size()));
              for (int i = 0; i < dimension; i++) {
                vector[i] = (float) precise[i];
              }
            }
            written.put(name, new VectorValue.Dense(vector));
            known.put(
                name,
                distances.get(name) == Distance.COSINE ? ReferenceQueries.unit(precise) : precise);
          }
        });
    ObjectNode payload = Payload.JSON.createObjectNode();
    switch (random.nextInt(4)) {
      case 0 -> payload.putArray("n").add(values.removeLast()).add(values.removeLast());
      case 1 -> payload.put("other", 1);
      default -> payload.put("n", values.removeLast());
    }
    if (random.nextBoolean()) {
      payload.put("f", random.nextGaussian());
    }
    if (random.nextBoolean()) {
      payload.putObject("g").put("lon", random.nextInt(20)).put("lat", random.nextInt(20));
    }
    if (random.nextBoolean()) {
      payload.put(
          "t", "20%02d-0%d-11T10:00:00Z".formatted(10 + random.nextInt(20), 1 + random.nextInt(9)));
    }
    points.put(id, new ReferencePoint(id, known, payload));
    return new WriteOp.Upsert(
        List.of(new Point(id, written, Payload.of(payload))), null, WriteOp.UpdateMode.UPSERT);
  }

  private void compare(QueryStage root, int offset, ReferenceQueries reference, String where) {
    List<ReferenceQueries.Ranked> expected = reference.run(root, root.limit() + offset);
    expected = expected.subList(Math.min(offset, expected.size()), expected.size());
    List<ScoredPoint> actual =
        engine.query(
            "c", new QueryRequest(root, offset, PayloadSelection.ALL, VectorSelection.NONE));
    compared++;
    if (reference.ambiguous()) {
      leftOut++;
      return;
    }
    found += actual.size();
    assertThat(actual)
        .as(where)
        .extracting(ScoredPoint::id)
        .containsExactlyElementsOf(expected.stream().map(hit -> hit.point().id()).toList());
    for (int i = 0; i < actual.size(); i++) {
      double score = expected.get(i).score();
      assertThat((double) actual.get(i).score())
          .as(where + ", score " + i)
          .isCloseTo(score, within(1e-4 * ReferenceQueries.scale(score)));
      assertThat(actual.get(i).orderValue()).as(where).isEqualTo(expected.get(i).orderValue());
      assertThat(actual.get(i).payload())
          .as(where)
          .isEqualTo(Payload.of(expected.get(i).point().payload()));
    }
  }

  @Test
  void aSampleHasDifferentPointsThatMatch() {
    Random random = new Random(7);
    Map<String, Distance> distances = new TreeMap<>(Map.of("", Distance.DOT, "b", Distance.COSINE));
    engine.createCollection("c", config(distances));
    Map<PointId, ReferencePoint> points = filled("c", random, distances);
    ReferenceQueries reference = new ReferenceQueries(points, Map.of(), distances);
    RandomQueries queries = new RandomQueries(random, points, Map.of(), DIMENSIONS, reference);
    Map<PointId, Integer> drawn = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      QueryStage all = QueryStage.of(new Query.None(), 1_000);
      QueryStage filtered =
          new QueryStage(
              List.of(), all.query(), "", queries.filter(), all.params(), null, 1_000, null);
      QueryStage source = random.nextBoolean() ? all : filtered;
      int limit = 1 + random.nextInt(8);
      boolean asPrefetch = random.nextBoolean();
      QueryStage root =
          new QueryStage(
              asPrefetch ? List.of(source) : List.of(),
              new Query.Sample(),
              "",
              asPrefetch ? null : source.filter(),
              all.params(),
              null,
              limit,
              null);
      List<PointId> matching =
          reference.run(source, 1_000).stream().map(hit -> hit.point().id()).toList();
      List<ScoredPoint> sample =
          engine.query("c", new QueryRequest(root, 0, PayloadSelection.NONE, VectorSelection.NONE));
      assertThat(sample).hasSize(Math.min(limit, matching.size()));
      assertThat(sample).extracting(ScoredPoint::id).doesNotHaveDuplicates().isSubsetOf(matching);
      assertThat(sample).extracting(ScoredPoint::score).allMatch(score -> score == 1f);
      sample.forEach(hit -> drawn.merge(hit.id(), 1, Integer::sum));
    }
    assertThat(drawn.keySet()).as("each point is drawn at some time").isEqualTo(points.keySet());
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
    Await.until("a graph", () -> engine.collectionInfo("c").indexedVectors() == 4_000);
    int same = 0;
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
