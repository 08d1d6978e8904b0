package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What a search allocates once it is compiled: its result, and nothing per distance.
 *
 * <p>In a process of its own, which knows one kind of vectors as most servers do: in one that has
 * used every element type, as this test's own does, the compiler stops inlining the loads and boxes
 * (see docs/benchmarks.md, known limits).
 */
class AllocationTest {
  private static final int DIMENSION = 64;
  private static final int SEARCHES = 300;
  private static final int MOST_ROUNDS = 60;

  @Test
  void aWalkOverOneKindOfVectorsAllocatesNothingPerDistance() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                AllocationTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor()).isZero();
    assertThat(Double.parseDouble(lines.getLast())).isLessThan(1);
  }

  /** Prints the bytes allocated per distance. */
  public static void main(String[] args) {
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
      System.out.println(bytesPerDistance);
    }
  }
}
