package dev.quiver.index;

import java.util.Arrays;

/**
 * How fast distances grow with rank among the vectors of a graph: the distance of rank j from a
 * vector, counted from {@code base}, is about {@code (j / i) ^ exponent} times that of rank i. The
 * exponent is what the vectors' intrinsic dimension makes it (for squared Euclidean distances, 2
 * divided by that dimension; Levina and Bickel, 2004).
 *
 * <p>A walk ends by it where its query needs it to, not after a fixed number of candidates: {@code
 * ef} stands for a radius, that which holds {@code ef} vectors on average. A query with fewer
 * vectors in that radius ends earlier, one with more goes on. (Distance-adaptive termination:
 * Al-Jazzazi and others, 2025.)
 *
 * @param base what is added to a distance to make it 0 for equal vectors
 * @param exponent 0 when it isn't known, or distances have no smallest value
 */
record DistanceGrowth(float base, float exponent) {
  /** Not measured: walks keep as many candidates as they were told. */
  static final DistanceGrowth UNKNOWN = new DistanceGrowth(0, 0);

  /**
   * Nodes to measure from. With 64 the exponent strays by 5 % from one build to the next, which
   * makes one walk up to a quarter longer than another at the same {@code ef}; with 512 by 1.5 %.
   */
  private static final int SAMPLES_MAX = 512;

  private static final int SAMPLES_MIN = 64;

  /** Nodes for each of those, so that measuring takes no more than a hundredth of the build. */
  private static final int NODES_PER_SAMPLE = 128;

  private static final int NEAR = 10;
  private static final int FAR = 64;

  /** Candidates that a walk keeps at most, for each of those that it keeps on average. */
  static final int CAPACITY = 4;

  /** Below it, graphs are walked as a whole or nearly so. */
  private static final int LEAST_SIZE = 4 * CAPACITY * FAR;

  /** More would make a walk endless; distances of such data don't grow by a power of the rank. */
  private static final float EXPONENT_MAX = 4;

  private static final int HALVINGS = 20;

  /**
   * Measures it by walks from nodes all over a graph that nobody changes: the time of {@value
   * #SAMPLES_MIN} to {@value #SAMPLES_MAX} searches.
   *
   * <p>The exponent is that for which the radius of rank {@value #FAR}, from the distance of rank
   * {@value #NEAR}, holds {@value #FAR} vectors on average. Then walks with and without it expand
   * equally many nodes, all in all.
   */
  static DistanceGrowth measure(HnswGraph graph, VectorScoring scoring) {
    int size = graph.size();
    if (size < LEAST_SIZE || scoring.distance() == Distance.DOT) {
      return UNKNOWN;
    }
    float base = scoring.distance() == Distance.COSINE ? 1 : 0;
    OrdinalScorer scorer = scoring.ordinalScorer();
    SearchScratch scratch = new SearchScratch();
    int samples = Math.clamp(size / NODES_PER_SAMPLE, SAMPLES_MIN, SAMPLES_MAX);
    double[][] ratios = new double[samples][];
    int count = 0;
    for (int i = 0; i < samples; i++) {
      scorer.select((int) ((long) i * size / samples));
      double[] sample = ratios(graph, scorer, scratch, base);
      if (sample.length > 0) {
        ratios[count++] = sample;
      }
    }
    if (count < samples / 2) {
      return UNKNOWN;
    }
    double low = 0;
    double high = EXPONENT_MAX;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      double radius = Math.pow((double) FAR / NEAR, middle);
      long within = 0;
      for (int s = 0; s < count; s++) {
        within += countUpTo(ratios[s], radius);
      }
      if (within < (long) FAR * count) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return of(base, (float) low);
  }

  /** Distances around a node, ascending, in multiples of that of rank {@link #NEAR}; or none. */
  private static double[] ratios(
      HnswGraph graph, OrdinalScorer scorer, SearchScratch scratch, float base) {
    scratch.reset(graph.size(), graph.neighbourCountMax(0), Long.MAX_VALUE);
    CandidatePool pool = scratch.pool;
    pool.clear(CAPACITY * FAR + 1);
    GraphWalk.seedPool(scratch, GraphWalk.descend(graph, graph.entry(), scorer, scratch, 0));
    GraphWalk.searchLevel(graph, 0, scorer, scratch);
    // The node itself is the closest.
    double near = pool.size() > FAR ? base + Scored.distance(pool.get(NEAR)) : 0;
    if (!(near > 0)) {
      return new double[0];
    }
    double[] ratios = new double[pool.size() - 1];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = (base + Scored.distance(pool.get(i + 1))) / near;
    }
    return ratios;
  }

  private static int countUpTo(double[] ascending, double value) {
    int at = Arrays.binarySearch(ascending, value);
    return at < 0 ? -at - 1 : at + 1;
  }

  /** From a file; what no measurement can give counts as unknown. */
  static DistanceGrowth of(float base, float exponent) {
    boolean possible = exponent > 0 && exponent <= EXPONENT_MAX && base >= 0 && base <= 1;
    return possible ? new DistanceGrowth(base, exponent) : UNKNOWN;
  }

  boolean known() {
    return exponent > 0;
  }

  /** By how much the distance of rank {@code to} exceeds that of rank {@code from}. */
  float factor(int from, int to) {
    return (float) Math.pow((double) to / from, exponent);
  }
}
