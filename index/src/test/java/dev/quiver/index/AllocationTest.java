package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a search allocates once it is compiled: its result, and nothing per distance. */
class AllocationTest {
  private static final int DIMENSION = 64;
  private static final int SEARCHES = 300;
  private static final int MOST_ROUNDS = 60;

  @Test
  void aWalkAllocatesNothingPerDistance() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, 5000, DIMENSION, ElementType.FLOAT32);
        HnswGraph graph = HnswBuilder.over(store.scoring(Distance.EUCLIDEAN)).build()) {
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      SearchScratch scratch = new SearchScratch();
      SearchRequest request = SearchRequest.of(10);
      float[][] queries = new float[SEARCHES][];
      for (int i = 0; i < SEARCHES; i++) {
        queries[i] = TestVectors.gaussian(random, DIMENSION);
      }
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      double bytesPerDistance = Double.MAX_VALUE;
      // Until the loops are compiled, vectors are boxed; how many rounds that takes is the JVM's.
      for (int round = 0; round < MOST_ROUNDS && bytesPerDistance >= 1; round++) {
        long distances = 0;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (float[] query : queries) {
          distances +=
              HnswSearcher.search(graph, scoring, query, request, null, scratch)
                  .stats()
                  .distances();
        }
        bytesPerDistance = (double) (threads.getCurrentThreadAllocatedBytes() - before) / distances;
      }
      assertThat(bytesPerDistance).isLessThan(1);
    }
  }
}
