package dev.quiver.bench.ann;

/** What Quiver is to reach in comparisons that are long enough to tell. */
final class Goals {
  /** Times hnswlib's speed at equal recall, one thread. */
  static final double TO_HNSWLIB = 2;

  /** Times the fastest peer's speed at equal recall, one thread. */
  static final double TO_BEST_PEER = 1.3;

  /** Through Lucene, of the bare kernel's speed. */
  static final double TO_KERNEL = 0.85;

  /** Of hnswlib's time to build, all cores. */
  static final double BUILD_TO_HNSWLIB = 0.6;

  /** Times faster on two threads than on one. */
  static final double BUILD_SPEED_UP = 1.7;

  static final double SEARCH_SPEED_UP = 1.8;

  /** Of hnswlib's resident memory. */
  static final double MEMORY_TO_HNSWLIB = 0.4;

  /** Of what a build said that it would hold. */
  static final double BUILD_MEMORY_TO_PLAN = 1.1;

  /** Times the speed of Lucene's fastest format under the same filter, at equal recall. */
  static final double FILTERED_TO_LUCENE = 1;

  static final double FILTERED_RECALL = 0.95;

  /** Of a fresh build's recall and speed, after half of the points were replaced. */
  static final double CHURNED_TO_FRESH = 0.95;

  /** Bytes of a result of ten, with the search's statistics. */
  static final double RESULT_BYTES = 192;

  private Goals() {}
}
