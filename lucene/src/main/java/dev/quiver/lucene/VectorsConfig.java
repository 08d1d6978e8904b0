package dev.quiver.lucene;

import java.util.concurrent.Executor;

/**
 * What a {@link QuiverVectorsFormat} works with: threads, memory and the size from which a segment
 * gets a graph. Nothing of it is written to the index.
 *
 * @param buildExecutor runs the parts of a graph build; shared, owned by the caller, never shut
 *     down here
 * @param buildThreads how many parts one build is cut into, at least 1; with 1 the calling thread
 *     builds alone and the executor is not used
 * @param fullScanThreshold the least number of vectors for which a segment gets a graph
 * @param budget where flush buffers, builds and copies reserve their memory. What doesn't fit is
 *     refused before it is allocated: a vector when its document is added, a flush's graph (its
 *     segment is scanned until a merge), a merge (abandoned and proposed again later; a forced
 *     merge throws). {@link OffHeapBudget#refusals} counts them
 */
public record VectorsConfig(
    Executor buildExecutor, int buildThreads, int fullScanThreshold, OffHeapBudget budget) {

  /**
   * Ten thousand vectors. At 384 floats a scan of so many streams 15 MB, which one core does in
   * about the time that a graph walk needs for its thousand scattered distances; and it is exact. A
   * graph would gain nothing for searches, and cost every flush and small merge its build. It
   * counts vectors, not bytes, because scan and walk grow with the dimension alike.
   */
  public static final int DEFAULT_FULL_SCAN_THRESHOLD = 10_000;

  /** Counts the memory of every format that was not given a budget of its own. */
  private static final OffHeapBudget PROCESS_BUDGET = OffHeapBudget.unlimited();

  public VectorsConfig {
    if (buildThreads < 1) {
      throw new IllegalArgumentException("buildThreads: " + buildThreads + " (expected: >= 1)");
    }
    if (fullScanThreshold < 0) {
      throw new IllegalArgumentException(
          "fullScanThreshold: " + fullScanThreshold + " (expected: >= 0)");
    }
  }

  /** Returns the settings used where none are given: one thread, no memory limit. */
  public static VectorsConfig defaults() {
    return new VectorsConfig(Runnable::run, 1, DEFAULT_FULL_SCAN_THRESHOLD, PROCESS_BUDGET);
  }

  /** Returns these settings with builds spread over {@code threads} of {@code executor}. */
  public VectorsConfig withBuildThreads(Executor executor, int threads) {
    return new VectorsConfig(executor, threads, fullScanThreshold, budget);
  }

  /** Returns these settings with another least size for a graph. */
  public VectorsConfig withFullScanThreshold(int vectors) {
    return new VectorsConfig(buildExecutor, buildThreads, vectors, budget);
  }

  /** Returns these settings with another memory budget. */
  public VectorsConfig withBudget(OffHeapBudget other) {
    return new VectorsConfig(buildExecutor, buildThreads, fullScanThreshold, other);
  }
}
