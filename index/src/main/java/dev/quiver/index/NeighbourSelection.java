package dev.quiver.index;

/**
 * Chooses diverse neighbours: Algorithm 4 of the paper, without its two extensions. Going from the
 * closest candidate outwards, one is taken unless it's closer to a neighbour already taken than to
 * the node itself: an edge in that direction exists then. Equal distances are taken, so that nodes
 * of identical vectors still get several edges. Not thread-safe.
 *
 * <p>A neighbour that was taken is compared with all candidates that are left, in one go: turning a
 * row into a query costs as much as several distances, and few are taken of many.
 */
final class NeighbourSelection {
  /**
   * Of the candidates, so many times as are wanted are looked at first, then ever twice as many.
   */
  private static final int FIRST_LOOK = 2;

  private final OrdinalScorer scorer;

  /** Candidates that may still be taken, closest first, and their distances to the node. */
  private int[] left = new int[0];

  private float[] leftDistances = new float[0];
  private int[] compared = new int[0];
  private float[] distances = new float[0];

  NeighbourSelection(OrdinalScorer scorer) {
    this.scorer = scorer;
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
      leftDistances = new float[count];
      compared = new int[count];
      distances = new float[count];
    }
    for (int i = 0; i < count; i++) {
      left[i] = Scored.ordinal(candidates[from + i]);
      leftDistances[i] = Scored.distance(candidates[from + i]);
    }
  }

  /**
   * Leaves out those of {@code left[from..end)} that are closer to a neighbour than to the node.
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
      float toNode = leftDistances[from + i];
      left[kept] = compared[i];
      leftDistances[kept] = toNode;
      kept += distances[i] < toNode ? 0 : 1;
    }
    return kept;
  }
}
