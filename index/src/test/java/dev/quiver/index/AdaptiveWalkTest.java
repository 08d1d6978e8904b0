package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Walks that end by the query: {@link SearchRequest#adaptive}. */
class AdaptiveWalkTest {
  private static final int QUERIES = 200;

  private final SearchScratch scratch = new SearchScratch();

  @ParameterizedTest
  @CsvSource({"EUCLIDEAN, 4", "EUCLIDEAN, 12", "MANHATTAN, 4"})
  void growthIsWhatTheDimensionOfTheDataMakesIt(Distance distance, int dimension) {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store = uniform(random, 20_000, dimension);
        HnswGraph graph = HnswBuilder.over(store.scoring(distance)).threads(2).build()) {
      double perDimension = distance == Distance.EUCLIDEAN ? 2 : 1;
      assertThat(graph.growth().base()).isZero();
      // Corners have less room, so that distances grow a little faster than inside.
      assertThat((double) graph.growth().exponent())
          .isBetween(0.7 * perDimension / dimension, 1.3 * perDimension / dimension);
    }
  }

  private static GrowableVectorStore uniform(Random random, int size, int dimension) {
    GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, dimension);
    for (int i = 0; i < size; i++) {
      float[] vector = new float[dimension];
      for (int j = 0; j < dimension; j++) {
        vector[j] = random.nextFloat();
      }
      store.append(vector);
    }
    return store;
  }

  @Test
  void growthIsUnknownOfDotProductsOfSmallGraphsAndOfEqualVectors() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, 2000, 8, ElementType.FLOAT32);
        GrowableVectorStore few = TestVectors.gaussianStore(random, 300, 8, ElementType.FLOAT32);
        GrowableVectorStore equal = GrowableVectorStore.create(ElementType.FLOAT32, 8)) {
      for (int i = 0; i < 2000; i++) {
        equal.append(new float[8]);
      }
      assertThat(growth(store, Distance.DOT)).isEqualTo(DistanceGrowth.UNKNOWN);
      assertThat(growth(few, Distance.EUCLIDEAN)).isEqualTo(DistanceGrowth.UNKNOWN);
      assertThat(growth(equal, Distance.EUCLIDEAN)).isEqualTo(DistanceGrowth.UNKNOWN);
      assertThat(growth(store, Distance.COSINE).known()).isTrue();
    }
  }

  private static DistanceGrowth growth(VectorStore store, Distance distance) {
    try (HnswGraph graph = HnswBuilder.over(store.scoring(distance)).threads(1).build()) {
      return graph.growth();
    }
  }

  @Test
  void growthIsKeptInTheFileAndWhatCannotBeIsIgnored() throws IOException {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, 1200, 8, ElementType.FLOAT32);
        HnswGraph graph = HnswBuilder.over(store.scoring(Distance.COSINE)).threads(1).build();
        Arena arena = Arena.ofConfined()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      HnswGraphFormat.write(graph, out);
      MemorySegment bytes = arena.allocate(out.size(), 64);
      MemorySegment.copy(MemorySegment.ofArray(out.toByteArray()), 0, bytes, 0, out.size());
      HnswGraph opened = HnswGraphFormat.open(bytes, "test");

      assertThat(opened.growth()).isEqualTo(graph.growth());
      assertThat(opened.growth().base()).isEqualTo(1);
    }
    assertThat(DistanceGrowth.of(0, 0)).isEqualTo(DistanceGrowth.UNKNOWN);
    assertThat(DistanceGrowth.of(0, Float.NaN)).isEqualTo(DistanceGrowth.UNKNOWN);
    assertThat(DistanceGrowth.of(-1, 0.5f)).isEqualTo(DistanceGrowth.UNKNOWN);
    assertThat(DistanceGrowth.of(1, 5)).isEqualTo(DistanceGrowth.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({"EUCLIDEAN, 16", "COSINE, 32", "MANHATTAN, 16"})
  void queriesLikeTheDataFindAsMuchByNoMoreDistances(Distance distance, int dimension) {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, dimension)) {
      // Places of different density, so that some queries are harder than others.
      for (int i = 0; i < 12_000; i++) {
        float[] vector = TestVectors.gaussian(random, dimension);
        float spread = 0.2f + (i % 7) * 0.3f;
        for (int j = 0; j < dimension; j++) {
          vector[j] = vector[j] * spread + (i % 7) * (j % 3 - 1);
        }
        store.append(vector);
      }
      VectorScoring scoring = store.scoring(distance);
      List<float[]> queries = new ArrayList<>();
      for (int i = 0; i < QUERIES; i++) {
        float[] query = new float[dimension];
        store.read(random.nextInt(store.size()), query);
        float[] noise = TestVectors.gaussian(random, dimension);
        for (int j = 0; j < dimension; j++) {
          query[j] += 0.1f * noise[j];
        }
        queries.add(query);
      }
      try (HnswGraph graph = HnswBuilder.over(scoring).threads(2).build()) {
        assertThat(graph.growth().known()).isTrue();
        SearchRequest request = new SearchRequest(10, 40, Long.MAX_VALUE);
        Outcome plain = run(graph, scoring, queries, request.withAdaptive(false));
        Outcome adaptive = run(graph, scoring, queries, request);
        // The mean of so few queries moves by half a point from one data set to the next.
        assertThat(adaptive.recall).isGreaterThan(plain.recall - 0.02);
        assertThat(adaptive.distances).isLessThan(1.35 * plain.distances);
      }
    }
  }

  /** Mean recall@k, and distances in all. */
  private record Outcome(double recall, double distances) {}

  private Outcome run(
      HnswGraph graph, VectorScoring scoring, List<float[]> queries, SearchRequest request) {
    double recall = 0;
    long distances = 0;
    for (float[] query : queries) {
      SearchResult exact = ExactSearch.search(scoring, query, request.k(), null, scratch);
      SearchResult found = HnswSearcher.search(graph, scoring, query, request, null, scratch);
      recall += TestVectors.recall(found, exact);
      distances += found.stats().distances();
    }
    return new Outcome(recall / queries.size(), distances);
  }

  @ParameterizedTest
  @CsvSource({"0.1", "0.5"})
  void queriesOutsideTightClustersFindAsMuchAsWithout(float share) {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store = TestVectors.clusteredStore(random, 6000, 24, 30)) {
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      List<float[]> queries = new ArrayList<>();
      for (int i = 0; i < QUERIES; i++) {
        queries.add(TestVectors.between(store, random, share));
      }
      try (HnswGraph graph = HnswBuilder.over(scoring).threads(2).build()) {
        SearchRequest request = new SearchRequest(10, 60, Long.MAX_VALUE);
        Outcome plain = run(graph, scoring, queries, request.withAdaptive(false));
        Outcome adaptive = run(graph, scoring, queries, request);
        assertThat(adaptive.recall).isGreaterThan(plain.recall - 0.01);
      }
    }
  }

  @Test
  void vectorsCloserThanTheirCodesTellAreFoundAllTheSame() {
    Random random = new Random(TestVectors.seed());
    try (VectorIndex.Builder builder =
        VectorIndex.builder(32, Distance.COSINE).codes(CodesOption.INT4).threads(2)) {
      // Each vector is there thirty times, with differences that four bits do not tell.
      List<float[]> queries = new ArrayList<>();
      for (int group = 0; group < 300; group++) {
        float[] centre = TestVectors.gaussian(random, 32);
        queries.add(centre);
        for (int i = 0; i < 30; i++) {
          float[] noise = TestVectors.gaussian(random, 32);
          for (int j = 0; j < 32; j++) {
            noise[j] = centre[j] + 0.01f * noise[j];
          }
          builder.add(noise);
        }
      }
      try (VectorIndex index = builder.build()) {
        double plain = 0;
        double adaptive = 0;
        for (float[] query : queries) {
          SearchRequest request = new SearchRequest(10, 64, Long.MAX_VALUE);
          SearchResult exact = index.searchExactly(query, 10, null);
          plain +=
              TestVectors.recall(index.search(query, request.withAdaptive(false), null), exact);
          adaptive += TestVectors.recall(index.search(query, request, null), exact);
        }
        assertThat(adaptive / queries.size()).isGreaterThan(plain / queries.size() - 0.01);
      }
    }
  }

  @Test
  void aLimitedPoolHoldsWhatIsWithinItsRadiusAndNothingElse() {
    Random random = new Random(TestVectors.seed());
    CandidatePool pool = new CandidatePool();
    for (int round = 0; round < 200; round++) {
      int rank = 1 + random.nextInt(8);
      int capacity = rank + random.nextInt(40);
      float factor = 1 + random.nextFloat();
      pool.clear(capacity, rank, 0.5f, factor, 0);
      List<Float> added = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        float distance = random.nextFloat() * 4;
        added.add(distance);
        pool.add(Scored.of(distance, i));
        if (random.nextInt(3) == 0) {
          pool.expandNext();
        }
      }
      added.sort(null);
      float radius = factor * (0.5f + added.get(rank - 1)) - 0.5f;
      List<Float> expected =
          added.stream().filter(distance -> distance <= radius).limit(capacity).toList();
      List<Float> held = new ArrayList<>();
      for (int i = 0; i < pool.size(); i++) {
        held.add(Scored.distance(pool.get(i)));
      }
      assertThat(held).isEqualTo(expected);
    }
  }
}
