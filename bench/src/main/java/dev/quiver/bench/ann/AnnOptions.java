package dev.quiver.bench.ann;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run of the comparison is to do.
 *
 * @param dataSets names or paths; empty: minilm and sift, or synthetic vectors without them
 * @param only the contenders; null: the standard ones
 * @param rounds interleaved repetitions, at least 1
 * @param size base vectors to take, the first ones
 * @param threads numbers of searching threads
 * @param indexCache where built indexes are kept for later runs, or null
 * @param python an interpreter that has the peers' packages; null: one is set up
 */
record AnnOptions(
    List<String> dataSets,
    @Nullable List<String> only,
    int rounds,
    Set<Part> parts,
    int size,
    List<Integer> threads,
    @Nullable Path indexCache,
    @Nullable Path python) {
  AnnOptions {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds: " + rounds + " (expected: >= 1)");
    }
    if (size < 1) {
      throw new IllegalArgumentException("size: " + size + " (expected: >= 1)");
    }
    for (int each : threads) {
      if (each < 1) {
        throw new IllegalArgumentException("threads: " + each + " (expected: >= 1)");
      }
    }
  }
}
