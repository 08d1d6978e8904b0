package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildMemoryTest {
  private static final int DIMENSION = 32;

  @ParameterizedTest
  @CsvSource({"30000, 16", "20000, 8"})
  void aBuildTakesWhatItPlannedWithinATenth(int size, int m) {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, size, DIMENSION, ElementType.INT8)) {
      long before = heapBytes();
      AtomicLong inserting = new AtomicLong();
      HnswBuilder builder =
          HnswBuilder.over(store.scoring(Distance.EUCLIDEAN))
              .params(new HnswParams(m, 8, 7))
              .listener(
                  (inserted, total) -> {
                    if (inserted == total) {
                      inserting.set(heapBytes());
                    }
                  });
      long planned = builder.estimateBytes();
      try (HnswGraph graph = builder.build()) {
        long heap = inserting.get() - before;
        // The check of reachability comes last, with two numbers for each node.
        long peak = graph.memoryBytes() + heap + 2L * Integer.BYTES * size;
        assertThat((double) peak).isBetween(0.9 * planned, 1.1 * planned);
      }
    }
  }

  private static long heapBytes() {
    System.gc();
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void theWholePlanIsToldBeforeAnythingIsAllocatedAndABudgetBelowItIsRefused() {
    Random random = new Random(TestVectors.seed());
    AtomicLong planned = new AtomicLong();
    BuildListener listener =
        new BuildListener() {
          @Override
          public void onPlanned(long peakBytes) {
            planned.set(peakBytes);
          }

          @Override
          public void onProgress(int inserted, int total) {}
        };
    try (VectorIndex.Builder builder = VectorIndex.builder(DIMENSION, Distance.COSINE)) {
      for (int i = 0; i < 5000; i++) {
        builder.add(TestVectors.gaussian(random, DIMENSION));
      }
      builder.codes(CodesOption.INT8).threads(1).listener(listener);
      builder.build().close();
    }
    assertThat(planned.get()).isEqualTo(plan(5000));
    try (VectorIndex.Builder builder =
        VectorIndex.builder(DIMENSION, Distance.COSINE).budgetBytes(plan(30_000) - 1)) {
      for (int i = 0; i < 30_000; i++) {
        builder.add(TestVectors.gaussian(random, DIMENSION));
      }
      builder.codes(CodesOption.INT8).threads(1).listener(listener);
      planned.set(0);
      assertThatThrownBy(builder::build).isInstanceOf(MemoryBudgetException.class);
      assertThat(planned.get()).isZero();
    }
  }

  private static long plan(int size) {
    return (long) size * DIMENSION + HnswBuilder.estimateBytes(size, HnswParams.DEFAULT, 1);
  }
}
