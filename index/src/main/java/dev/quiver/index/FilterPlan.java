package dev.quiver.index;

import org.jspecify.annotations.Nullable;

/**
 * How a filtered search goes on, chosen by what each way costs for the same recall. The unit of
 * cost is one distance of a scan in which every other ordinal is accepted; what a walk does at
 * random places costs more than that. The constants were measured on the data sets of the
 * benchmarks (docs/performance.md).
 *
 * @param strategy the cheapest way
 * @param ef accepted candidates that the walk is to keep
 * @param poolSize for a walk through all nodes, how many of them it keeps
 * @param scanCost of comparing all that is accepted
 * @param next what follows when a walk has found too few; null after a scan
 */
record FilterPlan(
    SearchStrategy strategy, int ef, int poolSize, double scanCost, @Nullable FilterPlan next) {
  /** A filter that doesn't know its cardinality is asked about this many ordinals. */
  private static final int SAMPLE = 1024;

  /** Distances for each node that a walk expands: the rest of its neighbours was seen before. */
  private static final double DISTANCES_PER_NODE = 16;

  /** The same of a walk over rejected nodes, which looks farther around. */
  private static final double FAR_DISTANCES_PER_NODE = 32;

  /** Lists that a walk over rejected nodes reads for each node it expands, times the share. */
  private static final double LISTS_PER_NODE = 2.5;

  /**
   * A walk through all nodes that expands the {@code n} closest of them finds the closest accepted
   * ones the surer, the more of the {@code n} are rejected: to find as many as a walk without a
   * filter does, it needs {@code ef} times this power of the share accepted. Measured: powers of
   * 0.4 to 0.7 for shares from 0.5 to 0.03; the smaller the power, the more it keeps.
   */
  private static final double EF_EXPONENT = 0.4;

  /** A pool larger than this isn't kept in order. */
  private static final int POOL_MAX = 1 << 14;

  /** What each expanded node costs for each place in the pool, which its neighbours may move. */
  private static final double PER_PLACE = 0.005;

  /** Room for what the share near the query is overestimated by, as a factor. */
  private static final double POOL_SLACK = 1.25;

  /** And room for chance: as many standard deviations of the number accepted in the pool. */
  private static final double POOL_DEVIATIONS = 3;

  /** The share near the query is rare, if it is less than this of the share anywhere. */
  private static final double RARE = 0.5;

  /** Accepted nodes that a sample must be expected to hold before it says anything. */
  private static final double TELLING = 16;

  /**
   * What is accepted only far from the query lies at similar distances all around it: a walk must
   * keep so many times the candidates for the same recall.
   */
  private static final int RARE_EF = 6;

  /** Up to this cost they are compared one by one, because walks find too little there. */
  private static final double RARE_SCAN_MAX = 1_000_000;

  /**
   * Where what is accepted is rare near the query, a walk through all nodes may find too few. It is
   * tried if a scan costs so many times more.
   */
  private static final double RARE_WALKS_PER_SCAN = 4;

  /** What the steps of a walk cost, in distances of a scan. */
  enum Costs {
    /** Codes are small: what counts is that they are waited for. */
    CODES(2, 10),
    /** Most of the time of comparing whole vectors is reading them, wherever they are. */
    VECTORS(1.5, 1);

    private final double distance;
    private final double list;

    Costs(double distance, double list) {
      this.distance = distance;
      this.list = list;
    }

    /** What a walk has cost that computed so many distances and read so many lists. */
    double of(double distances, double lists) {
      return distance * distances + list * lists;
    }
  }

  /** Whether so few are accepted that no walk would be cheaper than comparing all of them. */
  static boolean scansAtOnce(int accepted, int size, int ef, Costs costs) {
    return size <= ef || scanCost(accepted, size) <= ef * costs.of(DISTANCES_PER_NODE, 1);
  }

  /**
   * Chooses, when a walk has come near the query.
   *
   * @param accepted of all {@code size} nodes, at least 1
   * @param near nodes near the query that were asked about
   * @param nearAccepted how many of them are accepted
   * @param k results wanted
   * @param ef candidates that a walk without a filter keeps
   */
  static FilterPlan of(
      int accepted, int size, int near, int nearAccepted, int k, int ef, Costs costs) {
    double share = accepted / (double) size;
    double scan = scanCost(accepted, size);
    double nearShare = near * share < TELLING ? share : nearAccepted / (double) near;
    FilterPlan exact = new FilterPlan(SearchStrategy.EXACT, ef, 0, scan, null);
    if (nearShare < RARE * share) {
      return rareNearby(share, Math.max(nearShare, 0.5 / near), size, k, costs, exact);
    }
    int throughEf = throughEf(k, ef, nearShare);
    double through = throughAll(throughEf, nearShare, costs);
    double over = overRejected(ef, nearShare, costs);
    if (scan <= Math.min(through, over)) {
      return exact;
    }
    FilterPlan rejecting = new FilterPlan(SearchStrategy.FILTERED_WALK, ef, 0, scan, exact);
    if (over <= through) {
      return rejecting;
    }
    // Where a walk over rejected nodes gets to, there are more accepted ones than here.
    return through(
        throughEf, nearShare, size, overRejected(ef, share, costs) < scan ? rejecting : exact);
  }

  /** Chooses where the share accepted near the query is much smaller than anywhere. */
  private static FilterPlan rareNearby(
      double share, double nearShare, int size, int k, Costs costs, FilterPlan exact) {
    double scan = exact.scanCost;
    int ef = exact.ef;
    int farEf = (int) Math.min(size, (long) RARE_EF * ef);
    FilterPlan far =
        scan <= Math.max(RARE_SCAN_MAX, overRejected(farEf, share, costs))
            ? exact
            : new FilterPlan(SearchStrategy.FILTERED_WALK, farEf, 0, scan, exact);
    int throughEf = throughEf(k, ef, nearShare);
    return RARE_WALKS_PER_SCAN * throughAll(throughEf, nearShare, costs) < scan
        ? through(throughEf, nearShare, size, far)
        : far;
  }

  private static FilterPlan through(int ef, double share, int size, FilterPlan otherwise) {
    int poolSize = Math.min(size, pool(ef, share));
    return new FilterPlan(SearchStrategy.WALK, ef, poolSize, otherwise.scanCost, otherwise);
  }

  /** The fewer are accepted, the farther apart they lie in memory: from 1.7 down to 0.3 each. */
  private static double scanCost(int accepted, int size) {
    return accepted * (1.7 - 1.4 * accepted / size);
  }

  /** What the cheaper of both walks costs where this share is accepted. */
  static double walkCost(int k, int ef, double share, Costs costs) {
    return Math.min(
        throughAll(throughEf(k, ef, share), share, costs), overRejected(ef, share, costs));
  }

  /** Accepted candidates that a walk through all nodes keeps, at least k, at most {@code ef}. */
  private static int throughEf(int k, int ef, double share) {
    return Math.clamp((long) Math.ceil(ef * Math.pow(share, EF_EXPONENT)), Math.min(k, ef), ef);
  }

  /** Places for so many accepted candidates and the rejected ones among them. */
  private static int pool(int ef, double share) {
    double accepted = POOL_SLACK * ef + POOL_DEVIATIONS * Math.sqrt(ef);
    return (int) Math.min(Integer.MAX_VALUE, accepted / share);
  }

  private static double throughAll(int ef, double share, Costs costs) {
    int pool = pool(ef, share);
    return pool > POOL_MAX
        ? Double.MAX_VALUE
        : ef / share * (costs.of(DISTANCES_PER_NODE, 1) + PER_PLACE * pool);
  }

  private static double overRejected(int ef, double share, Costs costs) {
    return ef * costs.of(FAR_DISTANCES_PER_NODE, LISTS_PER_NODE / share);
  }

  /** Accepted ordinals below {@code size}, from the filter or from a sample. */
  static int measure(OrdinalFilter filter, int size) {
    int known = filter.cardinality();
    if (known != OrdinalFilter.UNKNOWN) {
      return Math.min(known, size);
    }
    if (size <= SAMPLE) {
      int count = 0;
      for (int ordinal = 0; ordinal < size; ordinal++) {
        count += filter.accepts(ordinal) ? 1 : 0;
      }
      return count;
    }
    int hits = 0;
    // Weyl's sequence: evenly spread, the same each time, never in step with a periodic filter.
    long position = 0;
    for (int i = 0; i < SAMPLE; i++) {
      position += 0x9e3779b97f4a7c15L;
      int ordinal = (int) Math.multiplyHigh(position >>> 1, 2L * size);
      hits += filter.accepts(ordinal) ? 1 : 0;
    }
    return (int) ((long) hits * size / SAMPLE);
  }
}
