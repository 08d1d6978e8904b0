package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HnswRecallTest {
  private static final int QUERIES = 50;

  @ParameterizedTest
  @CsvSource({
    "COSINE, FLOAT32", "DOT, FLOAT32", "EUCLIDEAN, FLOAT32", "MANHATTAN, FLOAT32",
    "COSINE, FLOAT16", "EUCLIDEAN, UINT8", "COSINE, INT8", "MANHATTAN, UINT8"
  })
  void aGraphOfRandomVectorsFindsNearlyAllThatAnExactScanFinds(
      Distance distance, ElementType type) {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store = TestVectors.gaussianStore(random, 4000, 16, type)) {
      assertThat(meanRecall(store, distance, random, 0.5f)).isGreaterThan(0.97);
    }
  }

  @Test
  void aGraphOfClusteredVectorsFindsNearlyAllThatAnExactScanFinds() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store = TestVectors.clusteredStore(random, 5000, 24, 60)) {
      assertThat(meanRecall(store, Distance.EUCLIDEAN, random, 0.1f)).isGreaterThan(0.97);
    }
  }

  private static double meanRecall(
      VectorStore store, Distance distance, Random random, float share) {
    VectorScoring scoring = store.scoring(distance);
    double sum = 0;
    SearchScratch scratch = new SearchScratch();
    try (HnswGraph graph = HnswBuilder.over(scoring).threads(2).build()) {
      for (int i = 0; i < QUERIES; i++) {
        float[] query = TestVectors.between(store, random, share);
        SearchResult exact = ExactSearch.search(scoring, query, 10, null, scratch);
        SearchResult found =
            HnswSearcher.search(graph, scoring, query, SearchRequest.of(10), null, scratch);
        assertThat(found.size()).isEqualTo(10);
        sum += TestVectors.recall(found, exact);
      }
    }
    return sum / QUERIES;
  }
}
