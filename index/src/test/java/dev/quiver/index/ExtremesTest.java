package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtremesTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void anIndexOfHardlyAnyVectorsIsBuiltSavedAndSearched(int size) throws IOException {
    Path file = directory.resolve("tiny");
    try (VectorIndex.Builder builder = VectorIndex.builder(5, Distance.DOT)) {
      for (int i = 0; i < size; i++) {
        builder.add(new float[] {i, 1, 0, 0, 0});
      }
      try (VectorIndex index = builder.build()) {
        index.save(file);
      }
    }
    try (VectorIndex index = VectorIndex.open(file)) {
      assertThat(index.size()).isEqualTo(size);
      assertThat(index.search(new float[] {1, 0, 0, 0, 0}, 10)).hasSize(size);
      if (size == 2) {
        assertThat(index.search(new float[] {1, 0, 0, 0, 0}, 1).getFirst().ordinal()).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 65_536})
  void theSmallestAndTheLargestDimensionWork(int dimension) {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, 100, dimension, ElementType.FLOAT32)) {
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      SearchScratch scratch = new SearchScratch();
      try (HnswGraph graph = HnswBuilder.over(scoring).build()) {
        float[] query = TestVectors.between(store, random);
        SearchResult found =
            HnswSearcher.search(graph, scoring, query, SearchRequest.of(5), null, scratch);
        SearchResult exact = ExactSearch.search(scoring, query, 5, null, scratch);
        assertThat(found.ordinals()).isEqualTo(exact.ordinals());
      }
    }
  }

  @Test
  void impossibleDimensionsAndQueriesAreRefused() {
    assertThatThrownBy(() -> GrowableVectorStore.create(ElementType.FLOAT32, 0))
        .hasMessageContaining("dimension: 0 (expected: 1 to 65536)");
    assertThatThrownBy(() -> GrowableVectorStore.create(ElementType.FLOAT32, 65_537))
        .isInstanceOf(IllegalArgumentException.class);
    try (GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, 3)) {
      assertThatThrownBy(() -> store.scoring(Distance.DOT).queryScorer(new float[2]))
          .hasMessageContaining("2 components (expected: 3)");
      assertThatThrownBy(() -> store.append(new float[4]))
          .hasMessageContaining("4 components (expected: 3)");
      assertThatThrownBy(() -> store.read(0, new float[3]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void zeroVectorsHaveCosineZero() {
    try (VectorIndex.Builder builder = VectorIndex.builder(2, Distance.COSINE)) {
      builder.add(new float[] {0, 0}).add(new float[] {-1, 0}).add(new float[] {1, 0});
      try (VectorIndex index = builder.build()) {
        assertThat(index.search(new float[] {1, 0}, 3))
            .containsExactly(new Hit(2, 1f), new Hit(0, 0f), new Hit(1, -1f));
        assertThat(index.search(new float[] {0, 0}, 3)).extracting(Hit::score).containsOnly(0f);
      }
    }
  }

  @Test
  void infiniteAndUndefinedDistancesBreakNothing() {
    try (GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, 2)) {
      for (int i = 0; i < 300; i++) {
        float huge = i % 3 == 0 ? Float.MAX_VALUE : i % 3 == 1 ? -Float.MAX_VALUE : i;
        store.append(new float[] {huge, i % 2 == 0 ? huge : -huge});
      }
      for (Distance distance : Distance.values()) {
        VectorScoring scoring = store.scoring(distance);
        try (HnswGraph graph = HnswBuilder.over(scoring).build()) {
          Graphs.assertValid(graph);
          assertThat(new Connectivity(graph).countUnreached()).isZero();
          SearchResult found =
              HnswSearcher.search(
                  graph,
                  scoring,
                  new float[] {Float.MAX_VALUE, 1},
                  SearchRequest.of(300),
                  null,
                  new SearchScratch());
          assertThat(found.size()).isEqualTo(300);
        }
      }
    }
  }
}
