package dev.quiver.bench.ann;

/**
 * One pass over a query set, or several in a row.
 *
 * @param cpuSeconds of the searching threads together
 * @param distances computed per query; negative when unknown
 * @param allocatedBytes on the Java heap per query; negative when unknown
 * @param found row numbers, k per query; empty when they were not asked for
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier that is never compared or hashed
record Pass(
    int queries,
    double wallSeconds,
    double cpuSeconds,
    double distances,
    double allocatedBytes,
    int[] found) {
  double wallQps() {
    return queries / wallSeconds;
  }

  /** As if every thread had had a core to itself: queries per second of CPU time and thread. */
  double cpuQps(int threads) {
    return queries * threads / cpuSeconds;
  }
}
