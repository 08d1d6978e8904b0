package dev.quiver.index;

/**
 * Chooses diverse neighbours: Algorithm 4 of the paper, without its two extensions. Going from the
 * closest candidate outwards, one is taken unless it's clearly closer to a neighbour already taken
 * than to the node itself: an edge in that direction exists then. Equal distances are taken, so
 * that nodes of identical vectors still get several edges. Not thread-safe.
 *
 * <p>Clearly closer, under EUCLIDEAN and COSINE, is by more than a twentieth of the squared
 * distance ("alpha" of Vamana, Jayaram Subramanya et al., 2019): walks over such graphs take less
 * time for the same recall (docs/performance.md). The others have no zero to measure from, or were
 * not measured, so that closer is clearly closer.
 *
 * <p>A neighbour that was taken is compared with all candidates that are left, in one go: turning a
 * row into a query costs as much as several distances, and few are taken of many.
 */
final class NeighbourSelection {
  /**
   * Of the candidates, so many times as are wanted are looked at first, then ever twice as many.
   */
  private static final int FIRST_LOOK = 2;

  /**
   * What is farther from a neighbour than this share of its distance to the node may be taken. A
   * fraction of a power of two, so that whole numbers are compared exactly.
   */
  private static final float CLEARLY_CLOSER = 61f / 64;

  private final OrdinalScorer scorer;
  private final float share;

  /** What distances are less than squared ones between points, up to a factor. */
  private final float base;

  /** Candidates that may still be taken, closest first. */
  private int[] left = new int[0];

  /** Those of them are left out that are closer than this to a neighbour. */
  private float[] leftBounds = new float[0];

  private int[] compared = new int[0];
  private float[] distances = new float[0];

  /** One for a thread; its scorer is its own. */
  NeighbourSelection(VectorScoring scoring) {
    Distance distance = scoring.distance();
    this.scorer = scoring.ordinalScorer();
    this.share =
        switch (distance) {
          case EUCLIDEAN, COSINE -> CLEARLY_CLOSER;
          case DOT, MANHATTAN -> 1;
        };
    // Half the squared distance of unit vectors is 1 - cosine.
    this.base = distance == Distance.COSINE ? 1 : 0;
  }

  /**
   * @param candidates as {@link Scored} by distance to the node, closest first
   * @param selected receives the ordinals taken, closest first
   * @return how many were taken, at most {@code max}
   */
  int select(long[] candidates, int candidateCount, int max, int[] selected) {
    return extend(candidates, candidateCount, max, selected, 0);
  }

  /**
   * As above, when {@code taken} neighbours are in {@code selected} already, whatever they are.
   *
   * @return how many there are then
   */
  int extend(long[] candidates, int candidateCount, int max, int[] selected, int taken) {
    int count = taken;
    int looked = 0;
    while (looked < candidateCount && count < max) {
      int n = Math.min(looked == 0 ? FIRST_LOOK * max : looked, candidateCount - looked);
      look(candidates, looked, n);
      looked += n;
      for (int i = 0; i < count; i++) {
        n = leaveOut(selected[i], 0, n);
      }
      for (int i = 0; i < n && count < max; i++) {
        selected[count++] = left[i];
        if (count < max) {
          n = leaveOut(left[i], i + 1, n);
        }
      }
    }
    return count;
  }

  private void look(long[] candidates, int from, int count) {
    if (left.length < count) {
      left = new int[count];
      leftBounds = new float[count];
      compared = new int[count];
      distances = new float[count];
    }
    for (int i = 0; i < count; i++) {
      left[i] = Scored.ordinal(candidates[from + i]);
      leftBounds[i] = bound(Scored.distance(candidates[from + i]));
    }
  }

  private float bound(float toNode) {
    return (toNode + base) * share - base;
  }

  /**
   * Leaves out those of {@code left[from..end)} that are clearly closer to a neighbour than to the
   * node.
   *
   * @return where they end then
   */
  private int leaveOut(int neighbour, int from, int end) {
    int count = end - from;
    if (count == 0) {
      return end;
    }
    scorer.select(neighbour);
    System.arraycopy(left, from, compared, 0, count);
    scorer.distances(compared, count, distances);
    int kept = from;
    for (int i = 0; i < count; i++) {
      float bound = leftBounds[from + i];
      left[kept] = compared[i];
      leftBounds[kept] = bound;
      kept += distances[i] < bound ? 0 : 1;
    }
    return kept;
  }
}
