package dev.quiver.bench.ann;

import dev.quiver.bench.Exact;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Filters of a given selectivity. Queries are put into groups around some of them, the anchors;
 * each group has a filter of its own.
 */
final class Filters {
  private static final int GROUPS = 10;

  /** How what a filter accepts lies to the queries. */
  enum Kind {
    /** Any rows. */
    UNCORRELATED,
    /** The rows closest to the group's anchor: the answers are among them. */
    CORRELATED,
    /** The rows farthest from the group's anchor: what is near the query is not accepted. */
    ANTI_CORRELATED
  }

  private final AnnData data;
  private final int[] groupOf;

  /** Rows by distance from each anchor, closest first. */
  private final List<int[]> rowsByDistance;

  /** Prepares filters for {@code queries}: O(rows log rows) for each group. */
  Filters(AnnData data, float[][] queries) {
    this.data = data;
    int groups = Math.min(GROUPS, queries.length);
    groupOf =
        IntStream.range(0, queries.length)
            .map(q -> closestAnchor(data, queries, groups, q))
            .toArray();
    rowsByDistance =
        IntStream.range(0, groups)
            .parallel()
            .mapToObj(group -> byDistance(data, queries[group]))
            .toList();
  }

  private static int closestAnchor(AnnData data, float[][] queries, int groups, int query) {
    return IntStream.range(0, groups)
        .boxed()
        .min(
            Comparator.comparingDouble(
                group -> Exact.cost(queries[group], queries[query], data.distance())))
        .orElseThrow();
  }

  private static int[] byDistance(AnnData data, float[] anchor) {
    double[] costs = new double[data.base().length];
    for (int row = 0; row < costs.length; row++) {
      costs[row] = Exact.cost(data.base()[row], anchor, data.distance());
    }
    return IntStream.range(0, costs.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer row) -> costs[row]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** A filter per group that accepts {@code share} of the rows, at least one. */
  FilterGroups of(Kind kind, double share) {
    int rows = data.base().length;
    int accepted = Math.max(1, (int) Math.round(rows * share));
    Random random = new Random(17);
    List<RowSet> filters = new ArrayList<>();
    for (int[] ordered : rowsByDistance) {
      BitSet set = new BitSet(rows);
      switch (kind) {
        case UNCORRELATED -> {
          while (set.cardinality() < accepted) {
            int missing = accepted - set.cardinality();
            for (int i = 0; i < missing; i++) {
              set.set(random.nextInt(rows));
            }
          }
        }
        case CORRELATED -> {
          for (int i = 0; i < accepted; i++) {
            set.set(ordered[i]);
          }
        }
        case ANTI_CORRELATED -> {
          for (int i = rows - accepted; i < rows; i++) {
            set.set(ordered[i]);
          }
        }
      }
      filters.add(RowSet.of(set));
    }
    return new FilterGroups(filters, groupOf);
  }
}
