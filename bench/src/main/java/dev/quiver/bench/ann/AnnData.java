package dev.quiver.bench.ann;

import dev.quiver.bench.Exact;
import dev.quiver.index.Distance;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A data set with its queries, whole in memory.
 *
 * @param base float32; of length 1 where the distance is cosine
 * @param bytes whether every component is a whole number from 0 to 255
 */
record AnnData(
    String name, Distance distance, float[][] base, List<QuerySet> querySets, boolean bytes) {

  /** Exact answers that are kept per query. */
  static final int TRUTH_DEPTH = 100;

  /**
   * @param truth row numbers of the exact answers per query, best first
   */
  record QuerySet(String name, float[][] queries, int[][] truth) {
    QuerySet first(int count) {
      int kept = Math.min(count, queries.length);
      return new QuerySet(
          name, java.util.Arrays.copyOf(queries, kept), java.util.Arrays.copyOf(truth, kept));
    }

    QuerySet withTruth(int[][] exact) {
      return new QuerySet(name, queries, exact);
    }
  }

  int dimension() {
    return base[0].length;
  }

  /** With the first of its query sets alone. */
  AnnData firstQueries() {
    return new AnnData(name, distance, base, querySets.subList(0, 1), bytes);
  }

  /** The first rows, with exact answers among them. */
  AnnData first(int rows, int queryCount) {
    List<QuerySet> fewer = querySets.stream().map(set -> set.first(queryCount)).toList();
    if (rows >= base.length) {
      return new AnnData(name, distance, base, fewer, bytes);
    }
    float[][] cut = java.util.Arrays.copyOf(base, rows);
    List<QuerySet> exact =
        fewer.stream()
            .map(set -> set.withTruth(exact(cut, set.queries(), distance, null)))
            .toList();
    return new AnnData(name, distance, cut, exact, bytes);
  }

  /** Exact answers, on all cores; {@code accepted} holds a set of rows per query, or is null. */
  static int[][] exact(
      float[][] base, float[][] queries, Distance distance, @Nullable List<BitSet> accepted) {
    return IntStream.range(0, queries.length)
        .parallel()
        .mapToObj(
            q ->
                Exact.nearest(
                    base,
                    queries[q],
                    distance,
                    TRUTH_DEPTH,
                    accepted == null ? null : accepted.get(q)))
        .toArray(int[][]::new);
  }

  /**
   * Mean recall@k of {@code k} answers per query, -1 where there was none; ties count, as {@link
   * Exact#recall} says.
   */
  double recall(float[][] queries, int[][] truth, int[] found, int k) {
    return IntStream.range(0, queries.length)
        .parallel()
        .mapToDouble(
            q -> {
              int[] answers =
                  IntStream.range(q * k, (q + 1) * k)
                      .map(i -> found[i])
                      .filter(row -> row >= 0)
                      .toArray();
              return Exact.recall(base, queries[q], distance, truth[q], answers, k);
            })
        .average()
        .orElseThrow(() -> new IllegalArgumentException("there are no queries"));
  }
}
