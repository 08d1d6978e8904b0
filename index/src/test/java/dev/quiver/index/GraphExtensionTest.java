package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphExtensionTest {
  private static final int DIMENSION = 12;

  @ParameterizedTest
  @CsvSource({"0, 1", "20, 1", "20, 3", "70, 2", "100, 1"})
  void anExtendedGraphFindsAsMuchAsAFreshOneWhateverWasDeleted(int percentGone, int threads) {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore old =
            TestVectors.gaussianStore(random, 2500, DIMENSION, ElementType.FLOAT32);
        HnswGraph oldGraph = HnswBuilder.over(old.scoring(Distance.EUCLIDEAN)).threads(2).build();
        GrowableVectorStore merged = GrowableVectorStore.create(ElementType.FLOAT32, DIMENSION)) {
      int[] mapping = merge(old, merged, random, percentGone, 1000);
      VectorScoring scoring = merged.scoring(Distance.EUCLIDEAN);
      AtomicProgress progress = new AtomicProgress();
      try (HnswGraph graph =
          HnswBuilder.over(scoring)
              .extending(oldGraph, mapping)
              .threads(threads)
              .listener(progress)
              .build()) {
        assertThat(graph.size()).isEqualTo(merged.size());
        assertThat(progress.calls.get()).isEqualTo(1000);
        Graphs.assertValid(graph);
        assertThat(new Connectivity(graph).countUnreached()).isZero();
        assertThat(meanRecall(graph, merged, scoring, random)).isGreaterThan(0.97);
      }
    }
  }

  /** Survivors and new vectors in mixed order, as merged segments may have them. */
  private static int[] merge(
      VectorStore old, GrowableVectorStore merged, Random random, int percentGone, int added) {
    int[] mapping = new int[old.size()];
    float[] row = new float[DIMENSION];
    int addedSoFar = 0;
    for (int i = 0; i < mapping.length; i++) {
      if (addedSoFar < added && random.nextInt(3) == 0) {
        merged.append(TestVectors.gaussian(random, DIMENSION));
        addedSoFar++;
      }
      if (random.nextInt(100) < percentGone) {
        mapping[i] = -1;
      } else {
        old.read(i, row);
        mapping[i] = merged.append(row);
      }
    }
    for (; addedSoFar < added; addedSoFar++) {
      merged.append(TestVectors.gaussian(random, DIMENSION));
    }
    return mapping;
  }

  private static double meanRecall(
      HnswGraph graph, VectorStore store, VectorScoring scoring, Random random) {
    SearchScratch scratch = new SearchScratch();
    double sum = 0;
    for (int i = 0; i < 50; i++) {
      float[] query = TestVectors.between(store, random);
      SearchResult exact = ExactSearch.search(scoring, query, 10, null, scratch);
      sum +=
          TestVectors.recall(
              HnswSearcher.search(graph, scoring, query, SearchRequest.of(10), null, scratch),
              exact);
    }
    return sum / 50;
  }

  @Test
  void aWholeNeighbourhoodMayBeDeleted() {
    Random random = new Random(TestVectors.seed());
    double extended = 0;
    double fresh = 0;
    for (int round = 0; round < 10; round++) {
      double[] recall = recallWithoutANeighbourhood(random);
      extended += recall[0];
      fresh += recall[1];
    }
    // Queries half way between tight clusters are hard for any graph, and one round says little.
    assertThat(extended / 10).isGreaterThan(fresh / 10 - 0.06);
  }

  /** Recall after the 900 vectors around the entry point are gone: extended graph, fresh graph. */
  private static double[] recallWithoutANeighbourhood(Random random) {
    try (GrowableVectorStore old = TestVectors.clusteredStore(random, 2000, DIMENSION, 10);
        HnswGraph oldGraph = HnswBuilder.over(old.scoring(Distance.EUCLIDEAN)).build();
        GrowableVectorStore merged = GrowableVectorStore.create(ElementType.FLOAT32, DIMENSION)) {
      float[] centre = new float[DIMENSION];
      old.read(oldGraph.entryPoint(), centre);
      VectorScoring oldScoring = old.scoring(Distance.EUCLIDEAN);
      OrdinalBitSet gone = new OrdinalBitSet(old.size());
      for (int ordinal :
          ExactSearch.search(oldScoring, centre, 900, null, new SearchScratch()).ordinals()) {
        gone.add(ordinal);
      }
      int[] mapping = new int[old.size()];
      float[] row = new float[DIMENSION];
      for (int i = 0; i < mapping.length; i++) {
        old.read(i, row);
        mapping[i] = gone.accepts(i) ? -1 : merged.append(row);
      }
      VectorScoring scoring = merged.scoring(Distance.EUCLIDEAN);
      try (HnswGraph graph = HnswBuilder.over(scoring).extending(oldGraph, mapping).build();
          HnswGraph fresh = HnswBuilder.over(scoring).build()) {
        Graphs.assertValid(graph);
        assertThat(new Connectivity(graph).countUnreached()).isZero();
        long seed = random.nextLong();
        return new double[] {
          meanRecall(graph, merged, scoring, new Random(seed)),
          meanRecall(fresh, merged, scoring, new Random(seed))
        };
      }
    }
  }

  @Test
  void nodesThatLostNeighboursAreLinkedOnceMoreByTheShareThatTheyLost() {
    Random random = new Random(TestVectors.seed());
    // A graph that becomes a little smaller: none is linked again because the graph has grown.
    assertThat(shareWorn(random, 0, 0)).isZero();
    assertThat(shareWorn(random, 10, 0)).isBetween(0.25, 0.35);
    assertThat(shareWorn(random, 60, 0)).isGreaterThan(0.97);
    // 4,000 become 6,000: from the 2,000th to the 3,000th they had been among the latter half.
    assertThat(shareWorn(random, 0, 2000)).isEqualTo(0.25);
    assertThat(shareWorn(random, 0, 8000)).isEqualTo(1);
  }

  @Test
  void whatLostNeighboursIsLinkedOnceMoreByABuild() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore old =
            TestVectors.gaussianStore(random, 4000, DIMENSION, ElementType.FLOAT32);
        HnswGraph from = HnswBuilder.over(old.scoring(Distance.EUCLIDEAN)).threads(2).build();
        GrowableVectorStore merged = GrowableVectorStore.create(ElementType.FLOAT32, DIMENSION)) {
      int[] mapping = merge(old, merged, random, 10, 0);
      AtomicProgress progress = new AtomicProgress();
      HnswBuilder.over(merged.scoring(Distance.EUCLIDEAN))
          .extending(from, mapping)
          .threads(2)
          .listener(progress)
          .build()
          .close();
      assertThat(progress.relinked.get() / (double) merged.size()).isBetween(0.25, 0.35);
    }
  }

  private static double shareWorn(Random random, int percentGone, int added) {
    try (GrowableVectorStore old =
            TestVectors.gaussianStore(random, 4000, DIMENSION, ElementType.FLOAT32);
        HnswGraph from = HnswBuilder.over(old.scoring(Distance.EUCLIDEAN)).threads(2).build();
        GrowableVectorStore merged = GrowableVectorStore.create(ElementType.FLOAT32, DIMENSION);
        HnswGraph to = HnswGraph.growable(HnswParams.DEFAULT.m())) {
      int[] mapping = merge(old, merged, random, percentGone, added);
      to.ensureSize(merged.size());
      int survivors = merged.size() - added;
      GraphExtension extension = new GraphExtension(from, mapping, to);
      extension.createNodes(survivors);
      GraphExtension.Worker worker =
          extension.worker(
              new Inserter(
                  new GraphInsertion(to, merged.scoring(Distance.EUCLIDEAN), HnswParams.DEFAULT)));
      int worn = 0;
      for (int ordinal = 0; ordinal < from.size(); ordinal++) {
        worker.takeOver(ordinal);
      }
      for (int ordinal = 0; ordinal < merged.size(); ordinal++) {
        worn += extension.isWorn(ordinal) ? 1 : 0;
      }
      return worn / (double) survivors;
    }
  }

  @Test
  void extendingWithOneThreadIsDeterministicAndCanChangeM() throws IOException {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, 1000, DIMENSION, ElementType.FLOAT32);
        GrowableVectorStore half = GrowableVectorStore.create(ElementType.FLOAT32, DIMENSION)) {
      float[] row = new float[DIMENSION];
      int[] mapping = new int[500];
      for (int i = 0; i < 500; i++) {
        store.read(i, row);
        mapping[i] = half.append(row);
      }
      try (HnswGraph from = HnswBuilder.over(half.scoring(Distance.EUCLIDEAN)).build()) {
        byte[] first = extend(store, from, mapping);
        assertThat(extend(store, from, mapping)).isEqualTo(first);
      }
    }
  }

  private static byte[] extend(VectorStore store, HnswGraph from, int[] mapping)
      throws IOException {
    try (HnswGraph graph =
        HnswBuilder.over(store.scoring(Distance.EUCLIDEAN))
            .params(HnswParams.DEFAULT.withM(5))
            .extending(from, mapping)
            .build()) {
      Graphs.assertValid(graph);
      return HnswGraphFormatTest.bytesOf(graph);
    }
  }

  @Test
  void aMappingThatDoesNotFitIsRefused() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, 10, DIMENSION, ElementType.FLOAT32);
        HnswGraph graph = HnswBuilder.over(store.scoring(Distance.DOT)).build()) {
      HnswBuilder builder = HnswBuilder.over(store.scoring(Distance.DOT));
      int[] twice = new int[10];
      int[] beyond = new int[10];
      Arrays.fill(beyond, -1);
      beyond[3] = 10;
      assertThatThrownBy(() -> builder.extending(graph, new int[9]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("9");
      assertThatThrownBy(() -> builder.extending(graph, twice))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("twice");
      assertThatThrownBy(() -> builder.extending(graph, beyond))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("10");
    }
  }

  private static final class AtomicProgress implements BuildListener {
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger relinked = new AtomicInteger();

    @Override
    public void onProgress(int inserted, int total) {
      calls.incrementAndGet();
    }

    @Override
    public void onRelinked(int done, int total) {
      relinked.incrementAndGet();
    }
  }
}
