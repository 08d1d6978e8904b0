package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a search says of its own work. */
class SearchStatsTest {
  private static final int DIMENSION = 48;
  private static final int SIZE = 2000;

  @Test
  void anExactSearchTouchesEveryRowOnce() {
    Random random = new Random(TestVectors.seed());
    try (VectorIndex index = index(random, CodesOption.NONE)) {
      SearchStats stats =
          index.searchExactly(TestVectors.gaussian(random, DIMENSION), 10, null).stats();
      assertThat(stats.distances()).isEqualTo(SIZE);
      assertThat(stats.bytesTouched()).isEqualTo((long) SIZE * DIMENSION * Float.BYTES);
    }
  }

  @Test
  void aWalkByCodesTouchesLinksAndCodesAndTheVectorsThatItRanksAgain() {
    Random random = new Random(TestVectors.seed());
    try (VectorIndex index = index(random, CodesOption.INT4)) {
      SearchRequest request = SearchRequest.of(10).withEfSearch(50).withRerank(20);
      SearchStats stats =
          index.search(TestVectors.gaussian(random, DIMENSION), request, null).stats();
      CodedVectors codes = java.util.Objects.requireNonNull(index.codes());
      long codeBytes = codes.quantiser().bytes(1);
      long rows = stats.distances() * codeBytes + 20L * DIMENSION * Float.BYTES;
      int m = index.graph().m();
      assertThat(stats.reranked()).isEqualTo(20);
      assertThat(stats.bytesTouched() - rows)
          .isBetween(
              stats.nodesVisited() * 4L * HnswGraph.upperSlots(m),
              stats.nodesVisited() * 4L * HnswGraph.baseSlots(m));
    }
  }

  private static VectorIndex index(Random random, CodesOption codes) {
    try (VectorIndex.Builder builder =
        VectorIndex.builder(DIMENSION, Distance.EUCLIDEAN).codes(codes)) {
      for (int i = 0; i < SIZE; i++) {
        builder.add(TestVectors.gaussian(random, DIMENSION));
      }
      return builder.build();
    }
  }
}
