package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sparse search over enough postings that blocks and windows of them are skipped: it is exact all
 * the same.
 */
class SparseSearchTest {
  private static final int POINTS = 15_000;
  private static final int VOCABULARY = 600;

  @TempDir Path folder;

  private record Scored(long id, float score) {}

  private final Map<Long, VectorValue.Sparse> model = new TreeMap<>();

  private static CollectionConfig config(String datatype, String modifier) {
    return Configs.parse(
        "{\"params\":{\"vectors\":{},\"sparse_vectors\":{\"s\":{\"modifier\":\"%s\",\"index\":{\"datatype\":\"%s\"}}}}}"
            .formatted(modifier, datatype));
  }

  /** Indices as words are in texts: few are everywhere, most are rare. */
  private static VectorValue.Sparse vector(Random random, int count, boolean signed) {
    Map<Integer, Float> entries = new HashMap<>();
    for (int i = 0; i < count; i++) {
      int index = (int) (VOCABULARY * Math.pow(random.nextDouble(), 3));
      float value = (float) Math.exp(random.nextGaussian() * 2);
      entries.put(index * 7_919, signed && random.nextInt(3) == 0 ? -value : value);
    }
    int[] indices = entries.keySet().stream().mapToInt(Integer::intValue).toArray();
    float[] values = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      values[i] = entries.get(indices[i]);
    }
    return VectorValue.Sparse.of(indices, values);
  }

  private void write(Engine engine, Random random, boolean signed) {
    for (int batch = 0; batch < 4; batch++) {
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < POINTS / 4; i++) {
        long id = random.nextInt(POINTS);
        VectorValue.Sparse vector = vector(random, 1 + random.nextInt(25), signed);
        model.put(id, vector);
        points.add(new Point(PointId.of(id), Map.of("s", vector), Payload.EMPTY));
      }
      engine.write(
          "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
      List<PointId> dropped = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        long id = random.nextInt(POINTS);
        dropped.add(PointId.of(id));
        model.remove(id);
      }
      engine.write(
          "c", List.of(new WriteOp.DeletePoints(new PointSelector.ByIds(dropped))), true, null);
      search(engine, vector(random, 3, false), null, 1);
    }
  }

  private static List<Scored> search(
      Engine engine, VectorValue.Sparse query, Filter filter, int limit) {
    QueryStage root =
        new QueryStage(
            List.of(),
            new Query.Nearest(new VectorInput.Sparse(query)),
            "s",
            filter,
            SearchParams.DEFAULT,
            null,
            limit,
            null);
    return engine
        .query("c", new QueryRequest(root, 0, PayloadSelection.NONE, VectorSelection.NONE))
        .stream()
        .map(hit -> new Scored(((PointId.Num) hit.id()).value(), hit.score()))
        .toList();
  }

  private List<Scored> expected(VectorValue.Sparse query, Set<Long> among, int limit) {
    List<Scored> all = new ArrayList<>();
    model.forEach(
        (id, vector) -> {
          double sum = 0;
          for (int i = 0; i < query.indices().length; i++) {
            for (int j = 0; j < vector.indices().length; j++) {
              if (query.indices()[i] == vector.indices()[j]) {
                sum += (double) query.values()[i] * vector.values()[j];
              }
            }
          }
          if ((float) sum != 0 && (among == null || among.contains(id))) {
            all.add(new Scored(id, (float) sum));
          }
        });
    all.sort(Comparator.comparing(Scored::score).reversed().thenComparing(Scored::id));
    return all.subList(0, Math.min(limit, all.size()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"float32", "float16", "uint8"})
  void theBestAreFoundWithTheirExactScores(String datatype) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config(datatype, "none"));
      write(engine, random, false);
      for (int i = 0; i < 60; i++) {
        VectorValue.Sparse query = vector(random, 1 + random.nextInt(30), false);
        int limit = i % 10 == 0 ? POINTS : 1 + random.nextInt(20);
        assertThat(search(engine, query, null, limit))
            .as("seed " + seed + ", query " + query)
            .isEqualTo(expected(query, null, limit));
      }
    }
  }

  @Test
  void negativeComponentsCountOnBothSides() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config("float32", "none"));
      write(engine, random, true);
      for (int i = 0; i < 60; i++) {
        VectorValue.Sparse query = vector(random, 1 + random.nextInt(20), i % 2 == 0);
        int limit = i % 10 == 0 ? POINTS : 1 + random.nextInt(20);
        assertThat(search(engine, query, null, limit))
            .as("seed " + seed + ", query " + query)
            .isEqualTo(expected(query, null, limit));
      }
    }
  }

  @Test
  void aFilterOfAnySizeLeavesTheSamePoints() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config("float32", "none"));
      write(engine, random, false);
      for (int share : new int[] {1, 2, 20, 400}) {
        Set<Long> among = new HashSet<>();
        Set<PointId> ids = new HashSet<>();
        for (long id = 0; id < POINTS; id++) {
          if (random.nextInt(share) == 0) {
            among.add(id);
            ids.add(PointId.of(id));
          }
        }
        Filter filter = Filter.must(new Condition.HasId(ids));
        for (int i = 0; i < 15; i++) {
          VectorValue.Sparse query = vector(random, 1 + random.nextInt(15), false);
          assertThat(search(engine, query, filter, 10))
              .as("seed " + seed + ", 1 of " + share + ", query " + query)
              .isEqualTo(expected(query, among, 10));
        }
      }
    }
  }

  @Test
  void equalScoresComeInTheOrderOfIdsHoweverManyThereAre() {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config("float32", "none"));
      VectorValue.Sparse same = VectorValue.Sparse.of(new int[] {3}, new float[] {0.1f});
      for (long first = 1_500; first >= 0; first -= 500) {
        List<Point> points = new ArrayList<>();
        for (long id = first + 499; id >= first; id--) {
          points.add(new Point(PointId.of(id), Map.of("s", same), Payload.EMPTY));
        }
        engine.write(
            "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
        search(engine, same, null, 1);
      }
      assertThat(search(engine, same, null, 5))
          .extracting(Scored::id)
          .containsExactly(0L, 1L, 2L, 3L, 4L);
    }
  }

  @Test
  void aPointWhoseProductsCancelOutIsNotFoundHoweverItIsLookedFor() {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config("float32", "none"));
      List<Point> points = new ArrayList<>();
      for (long id = 0; id < 100; id++) {
        float[] values = id == 7 ? new float[] {0.5f, 0} : new float[] {0.5f, -0.5f};
        VectorValue.Sparse vector = VectorValue.Sparse.of(new int[] {1, 2}, values);
        points.add(new Point(PointId.of(id), Map.of("s", vector), Payload.EMPTY));
      }
      engine.write(
          "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
      VectorValue.Sparse query = VectorValue.Sparse.of(new int[] {1, 2}, new float[] {1, 1});
      Filter few = Filter.must(new Condition.HasId(Set.of(PointId.of(7), PointId.of(8))));
      assertThat(search(engine, query, null, 10)).containsExactly(new Scored(7, 0.5f));
      assertThat(search(engine, query, few, 10)).containsExactly(new Scored(7, 0.5f));
    }
  }

  @Test
  void aQueryOfThousandsOfIndicesIsAnswered() {
    Random random = new Random(5);
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config("float32", "none"));
      List<Point> points = new ArrayList<>();
      for (long id = 0; id < 200; id++) {
        int[] indices = new int[60];
        float[] values = new float[60];
        for (int i = 0; i < 60; i++) {
          indices[i] = i * 50 + random.nextInt(50);
          values[i] = random.nextFloat();
        }
        VectorValue.Sparse vector = VectorValue.Sparse.of(indices, values);
        model.put(id, vector);
        points.add(new Point(PointId.of(id), Map.of("s", vector), Payload.EMPTY));
      }
      engine.write(
          "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
      int[] all = new int[3_000];
      float[] weights = new float[3_000];
      for (int i = 0; i < all.length; i++) {
        all[i] = i;
        weights[i] = random.nextFloat();
      }
      VectorValue.Sparse query = VectorValue.Sparse.of(all, weights);
      assertThat(search(engine, query, null, 10)).isEqualTo(expected(query, null, 10));
    }
  }

  @Test
  void rareIndicesWeighMoreAndFollowWhatIsWritten() {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", config("float32", "idf"));
      List<Point> points = new ArrayList<>();
      for (long id = 0; id < 10; id++) {
        int[] indices = id == 7 ? new int[] {1, 2} : new int[] {1};
        float[] values = new float[indices.length];
        java.util.Arrays.fill(values, 1);
        points.add(
            new Point(
                PointId.of(id),
                Map.of("s", VectorValue.Sparse.of(indices, values)),
                Payload.EMPTY));
      }
      engine.write(
          "c", List.of(new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT)), true, null);
      VectorValue.Sparse query = VectorValue.Sparse.of(new int[] {1, 2}, new float[] {1, 1});
      float common = (float) Math.log((10 - 10 + 0.5f) / (10 + 0.5f) + 1);
      float rare = (float) Math.log((10 - 1 + 0.5f) / (1 + 0.5f) + 1);
      assertThat(search(engine, query, null, 2))
          .containsExactly(new Scored(7, common + rare), new Scored(0, common));
      engine.write(
          "c",
          List.of(
              new WriteOp.DeletePoints(
                  new PointSelector.ByIds(List.of(PointId.of(0), PointId.of(1))))),
          true,
          null);
      float rareOfEight = (float) Math.log((8 - 1 + 0.5f) / (1 + 0.5f) + 1);
      assertThat(search(engine, VectorValue.Sparse.of(new int[] {2}, new float[] {1}), null, 2))
          .containsExactly(new Scored(7, rareOfEight));
    }
  }

  @Test
  void codesNeverUnderestimateAndKeepTheOrder() {
    Random random = new Random(3);
    for (SparseCode code : SparseCode.values()) {
      float before = 0;
      int codeBefore = 0;
      List<Float> sizes =
          new ArrayList<>(List.of(Float.MIN_VALUE, 1e-30f, 1f, 1e30f, Float.MAX_VALUE));
      for (int i = 0; i < 10_000; i++) {
        sizes.add((float) Math.exp(random.nextGaussian() * 20));
      }
      sizes.sort(Comparator.naturalOrder());
      for (float size : sizes) {
        int encoded = code.encode(size);
        assertThat(encoded).isBetween(Math.max(1, codeBefore), SparseCode.CODE_MAX);
        assertThat(code.decode(encoded)).as("code of " + size).isGreaterThanOrEqualTo(size);
        assertThat(size).isGreaterThanOrEqualTo(before);
        before = size;
        codeBefore = encoded;
      }
    }
  }
}
