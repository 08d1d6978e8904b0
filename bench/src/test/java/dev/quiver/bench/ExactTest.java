package dev.quiver.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.index.Distance;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ExactTest {
  private static final float[][] BASE = {{0, 0}, {3, 4}, {1, 0}, {0, 1}, {-5, -5}};

  @Test
  void ordersByDistanceThenByRow() {
    assertThat(Exact.nearest(BASE, new float[] {0, 0}, Distance.EUCLIDEAN, 4, null))
        .containsExactly(0, 2, 3, 1);
  }

  @Test
  void comparesAcceptedRowsOnly() {
    BitSet accepted = new BitSet();
    accepted.set(1);
    accepted.set(4);
    assertThat(Exact.nearest(BASE, new float[] {0, 0}, Distance.EUCLIDEAN, 4, accepted))
        .containsExactly(1, 4);
  }

  @Test
  void aTieWithTheLastExactAnswerCounts() {
    float[] query = {0, 0};
    assertThat(Exact.recall(BASE, query, Distance.EUCLIDEAN, new int[] {0, 2}, new int[] {0, 3}, 2))
        .isEqualTo(1.0);
    assertThat(Exact.recall(BASE, query, Distance.EUCLIDEAN, new int[] {0, 2}, new int[] {0, 1}, 2))
        .isEqualTo(0.5);
    assertThat(Exact.recall(BASE, query, Distance.EUCLIDEAN, new int[] {0, 2}, new int[] {0}, 2))
        .isEqualTo(0.5);
  }
}
