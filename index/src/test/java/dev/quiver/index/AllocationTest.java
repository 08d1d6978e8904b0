package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What a search allocates once it is compiled: its result, and nothing per distance. In a process
 * of its own that uses every element type by every distance, as a server of many collections does:
 * code that the compiler shares between them is where registers would be boxed.
 */
class AllocationTest {
  private static final int DIMENSION = 64;
  private static final int SEARCHES = 100;
  private static final int MOST_ROUNDS = 100;

  @Test
  void aWalkOverAnyKindOfVectorsAllocatesNothingPerDistance() throws Exception {
    List<String> lines = ChildJvm.lines(AllocationTest.class, List.of());
    assertThat(Double.parseDouble(lines.getLast())).as(String.join("\n", lines)).isLessThan(1);
  }

  /** Prints the bytes allocated per distance, of the form that allocates most. */
  public static void main(String[] args) {
    Random random = new Random(TestVectors.seed());
    List<GrowableVectorStore> stores = new ArrayList<>();
    List<VectorScoring> scorings = new ArrayList<>();
    for (ElementType type : ElementType.values()) {
      GrowableVectorStore store = TestVectors.gaussianStore(random, 5000, DIMENSION, type);
      stores.add(store);
      for (Distance distance : Distance.values()) {
        scorings.add(store.scoring(distance));
      }
    }
    float[][] queries = new float[SEARCHES][];
    for (int i = 0; i < SEARCHES; i++) {
      queries[i] = TestVectors.gaussian(random, DIMENSION);
    }
    // The nodes are the same rows for every form, so one graph serves all; recall doesn't matter.
    try (HnswGraph graph = HnswBuilder.over(scorings.get(Distance.EUCLIDEAN.code())).build()) {
      double worst = Double.MAX_VALUE;
      // Until the loops are compiled, vectors are boxed; how many rounds that takes is the JVM's.
      for (int round = 0; round < MOST_ROUNDS && worst >= 1; round++) {
        worst = 0;
        for (VectorScoring scoring : scorings) {
          worst = Math.max(worst, bytesPerDistance(graph, scoring, queries));
        }
      }
      System.out.println(worst);
    }
    stores.forEach(GrowableVectorStore::close);
  }

  private static double bytesPerDistance(
      HnswGraph graph, VectorScoring scoring, float[][] queries) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SearchScratch scratch = new SearchScratch();
    // What was measured of the graph holds for its own distance only.
    SearchRequest request =
        SearchRequest.of(10).withAdaptive(scoring.distance() == Distance.EUCLIDEAN);
    HnswSearcher.search(graph, scoring, queries[0], request, null, scratch);
    long distances = 0;
    long before = threads.getCurrentThreadAllocatedBytes();
    for (float[] query : queries) {
      distances +=
          HnswSearcher.search(graph, scoring, query, request, null, scratch).stats().distances();
    }
    return (double) (threads.getCurrentThreadAllocatedBytes() - before) / distances;
  }
}
