package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HnswBuilderTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void everyNodeIsReachableAndItsListsAreValidWhateverTheNumberOfThreads(int threads) {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store = TestVectors.clusteredStore(random, 3000, 8, 40);
        HnswGraph graph =
            HnswBuilder.over(store.scoring(Distance.EUCLIDEAN))
                .params(new HnswParams(4, 20, random.nextLong()))
                .threads(threads)
                .build()) {
      Graphs.assertValid(graph);
      assertThat(graph.size()).isEqualTo(3000);
      assertThat(new Connectivity(graph).countUnreached()).isZero();
    }
  }

  @Test
  void oneThreadAndOneSeedGiveTheSameBytes() throws IOException {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, 1500, 12, ElementType.FLOAT32)) {
      byte[] first = build(store, 7);
      assertThat(build(store, 7)).isEqualTo(first);
      assertThat(build(store, 8)).isNotEqualTo(first);
    }
  }

  private static byte[] build(VectorStore store, long seed) throws IOException {
    try (HnswGraph graph =
        HnswBuilder.over(store.scoring(Distance.EUCLIDEAN))
            .params(HnswParams.DEFAULT.withSeed(seed))
            .build()) {
      return HnswGraphFormatTest.bytesOf(graph);
    }
  }

  @Test
  void identicalVectorsAreAllReachable() {
    try (GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, 4)) {
      for (int i = 0; i < 2000; i++) {
        store.append(new float[] {1, 2, 3, 4});
      }
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      try (HnswGraph graph = HnswBuilder.over(scoring).threads(2).build()) {
        Graphs.assertValid(graph);
        assertThat(new Connectivity(graph).countUnreached()).isZero();
        SearchResult result =
            HnswSearcher.search(
                graph,
                scoring,
                new float[] {1, 2, 3, 4},
                SearchRequest.of(1500),
                null,
                new SearchScratch());
        assertThat(result.size()).isEqualTo(1500);
      }
    }
  }

  @Test
  void progressIsToldForEachVectorAndCancellingEndsTheBuild() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, 2000, 4, ElementType.FLOAT32)) {
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      Told all = new Told(Integer.MAX_VALUE, Integer.MAX_VALUE);
      HnswBuilder.over(scoring).threads(2).listener(all).build().close();
      assertThat(all.inserted).hasValue(2000);

      Told some = new Told(700, Integer.MAX_VALUE);
      assertThatThrownBy(() -> HnswBuilder.over(scoring).threads(2).listener(some).build())
          .isInstanceOf(CancellationException.class);
      assertThat(some.inserted.get()).isBetween(700, 1000);
    }
  }

  @Test
  void theFirstHalfIsLinkedOnceMoreWhichIsToldAndCanBeCancelled() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, 2000, 4, ElementType.FLOAT32)) {
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      Told all = new Told(Integer.MAX_VALUE, Integer.MAX_VALUE);
      HnswBuilder.over(scoring).threads(2).listener(all).build().close();
      assertThat(all.inserted).hasValue(2000);
      assertThat(all.relinked).hasValue(1000);

      Told some = new Told(Integer.MAX_VALUE, 300);
      assertThatThrownBy(() -> HnswBuilder.over(scoring).threads(2).listener(some).build())
          .isInstanceOf(CancellationException.class);
      assertThat(some.inserted).hasValue(2000);
      assertThat(some.relinked.get()).isBetween(300, 400);
    }
  }

  /** What was told of a build, which is cancelled after so much. */
  private static final class Told implements BuildListener {
    final AtomicInteger inserted = new AtomicInteger();
    final AtomicInteger relinked = new AtomicInteger();
    private final int insertedMax;
    private final int relinkedMax;

    Told(int insertedMax, int relinkedMax) {
      this.insertedMax = insertedMax;
      this.relinkedMax = relinkedMax;
    }

    @Override
    public void onProgress(int done, int total) {
      inserted.accumulateAndGet(done, Math::max);
    }

    @Override
    public void onRelinked(int done, int total) {
      assertThat(total).isEqualTo(1000);
      relinked.accumulateAndGet(done, Math::max);
    }

    @Override
    public boolean cancelled() {
      return inserted.get() >= insertedMax || relinked.get() >= relinkedMax;
    }
  }

  @Test
  void aNodeThatIsLinkedOnceMoreKeepsWhatHasChosenItAndForgetsWhatHasNot() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, 3000, 8, ElementType.FLOAT32)) {
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      try (HnswGraph graph = HnswBuilder.over(scoring).build()) {
        Inserter inserter = new Inserter(new GraphInsertion(graph, scoring, HnswParams.DEFAULT));
        int max = graph.neighbourCountMax(0);
        int tried = 0;
        for (int ordinal = 0; ordinal < 1000; ordinal++) {
          int far = farthestFrom(scoring, ordinal);
          List<Integer> before = list(graph, ordinal);
          if (before.size() == max || list(graph, far).contains(ordinal)) {
            continue;
          }
          // An edge that only this node has, to where it would never link.
          graph.appendNeighbour(0, ordinal, before.size(), far);
          inserter.relink(ordinal);

          List<Integer> after = list(graph, ordinal);
          assertThat(after).doesNotContain(far);
          for (int neighbour : before) {
            if (after.size() < max && list(graph, neighbour).contains(ordinal)) {
              assertThat(after).contains(neighbour);
            }
          }
          tried++;
        }
        assertThat(tried).isGreaterThan(500);
        Graphs.assertValid(graph);
      }
    }
  }

  private static int farthestFrom(VectorScoring scoring, int ordinal) {
    OrdinalScorer scorer = scoring.ordinalScorer();
    scorer.select(ordinal);
    int farthest = ordinal;
    for (int other = 0; other < scoring.size(); other++) {
      if (scorer.distance(other) > scorer.distance(farthest)) {
        farthest = other;
      }
    }
    return farthest;
  }

  private static List<Integer> list(HnswGraph graph, int ordinal) {
    int[] list = new int[graph.neighbourCountMax(0)];
    int count = graph.neighbours(0, ordinal, list);
    return Arrays.stream(list, 0, count).boxed().toList();
  }

  @Test
  void aBuildThatDoesNotFitItsBudgetSaysSoBeforeItStarts() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, 1000, 4, ElementType.FLOAT32)) {
      HnswBuilder builder = HnswBuilder.over(store.scoring(Distance.EUCLIDEAN));
      long needed = builder.estimateBytes();
      assertThatThrownBy(() -> builder.budgetBytes(needed - 1).build())
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageContaining(Long.toString(needed))
          .hasMessageContaining(Long.toString(needed - 1));
      builder.budgetBytes(needed).build().close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 20_000})
  void theEstimateCoversWhatTheGraphTakes(int size) {
    try (GrowableVectorStore store = GrowableVectorStore.create(ElementType.UINT8, 1)) {
      for (int i = 0; i < size; i++) {
        store.append(new float[] {i & 255});
      }
      HnswParams cheap = new HnswParams(8, 4, 1);
      try (HnswGraph graph =
          HnswBuilder.over(store.scoring(Distance.EUCLIDEAN)).params(cheap).build()) {
        long estimate = HnswGraph.estimateBytes(size, 8);
        assertThat(graph.memoryBytes()).isLessThanOrEqualTo(estimate);
        assertThat(estimate).isLessThanOrEqualTo(graph.memoryBytes() + (3L << 20));
        assertThat(HnswBuilder.estimateBytes(size, cheap, 2)).isGreaterThan(estimate);
      }
    }
  }
}
