package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What inserting a vector allocates once it is compiled: next to nothing. Where the compiler can't
 * keep registers, they become objects, up to hundreds of kilobytes a vector ({@code Species}).
 * Whether it can depends on what a process has done before, so each case has a process of its own;
 * the last one is of a process that builds by kinds of codes that want registers of two widths.
 */
class BuildAllocationTest {
  private static final int SIZE = 3000;
  private static final int MEASURED_FROM = 2000;
  private static final int MOST_ROUNDS = 30;
  private static final double BYTES_PER_VECTOR_MAX = 1000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "128 INT4 EUCLIDEAN",
        "384 INT4 COSINE",
        "128 INT8 EUCLIDEAN",
        "64 NONE COSINE",
        "64 INT4 COSINE 64 INT8 EUCLIDEAN 96 INT4 DOT 96 INT8 COSINE 64 NONE EUCLIDEAN"
      })
  void insertingAllocatesNextToNothing(String kinds) throws Exception {
    List<String> lines = ChildJvm.lines(BuildAllocationTest.class, List.of(kinds.split(" ")));
    assertThat(Double.parseDouble(lines.getLast()))
        .as(String.join("\n", lines))
        .isLessThan(BYTES_PER_VECTOR_MAX);
  }

  /**
   * Prints the bytes allocated per vector, of the kind that allocates most.
   *
   * @param args for each kind its dimension, {@link CodesOption} and {@link Distance}
   */
  public static void main(String[] args) {
    Random random = new Random(TestVectors.seed());
    double worst = Double.MAX_VALUE;
    // Until the loops are compiled registers are objects in any case.
    for (int round = 0; round < MOST_ROUNDS && worst >= BYTES_PER_VECTOR_MAX; round++) {
      worst = 0;
      for (int i = 0; i < args.length; i += 3) {
        int dimension = Integer.parseInt(args[i]);
        CodesOption option = CodesOption.valueOf(args[i + 1]);
        Distance distance = Distance.valueOf(args[i + 2]);
        try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, SIZE, dimension, ElementType.FLOAT32)) {
          double bytes = bytesPerVector(store, option, distance);
          System.out.printf("%d: %d %s %s: %.0f%n", round, dimension, option, distance, bytes);
          worst = Math.max(worst, bytes);
        }
      }
    }
    System.out.println(worst);
  }

  private static double bytesPerVector(
      GrowableVectorStore store, CodesOption option, Distance distance) {
    Quantiser quantiser = option.train(store, distance);
    if (quantiser == null) {
      return bytesPerVector(store.scoring(distance));
    }
    try (CodedVectors codes = CodedVectors.encode(store, quantiser, Long.MAX_VALUE)) {
      return bytesPerVector(codes.scoring());
    }
  }

  private static double bytesPerVector(VectorScoring scoring) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (HnswGraph graph = HnswGraph.growable(16)) {
      graph.ensureSize(SIZE);
      Inserter inserter = new Inserter(new GraphInsertion(graph, scoring, HnswParams.DEFAULT));
      long before = 0;
      for (int ordinal = 0; ordinal < SIZE; ordinal++) {
        if (ordinal == MEASURED_FROM) {
          before = threads.getCurrentThreadAllocatedBytes();
        }
        inserter.insert(ordinal);
      }
      return (double) (threads.getCurrentThreadAllocatedBytes() - before) / (SIZE - MEASURED_FROM);
    }
  }
}
