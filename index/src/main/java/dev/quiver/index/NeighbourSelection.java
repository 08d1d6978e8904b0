package dev.quiver.index;

/**
 * Chooses diverse neighbours: Algorithm 4 of the paper, without its two extensions. Going from the
 * closest candidate outwards, one is taken unless it's closer to a neighbour already taken than to
 * the node itself: an edge in that direction exists then. Equal distances are taken, so that nodes
 * of identical vectors still get several edges. Not thread-safe.
 */
final class NeighbourSelection {
  /** Taken neighbours are compared in groups: most rejections are found in the first. */
  private static final int GROUP = 4;

  private final OrdinalScorer scorer;
  private final int[] group = new int[GROUP];
  private final float[] distances = new float[GROUP];

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
    for (int i = 0; i < candidateCount && count < max; i++) {
      int candidate = Scored.ordinal(candidates[i]);
      if (count == 0 || diverse(candidate, Scored.distance(candidates[i]), selected, count)) {
        selected[count++] = candidate;
      }
    }
    return count;
  }

  private boolean diverse(int candidate, float distance, int[] selected, int count) {
    scorer.select(candidate);
    for (int from = 0; from < count; from += GROUP) {
      int n = Math.min(GROUP, count - from);
      System.arraycopy(selected, from, group, 0, n);
      scorer.distances(group, n, distances);
      for (int i = 0; i < n; i++) {
        if (distances[i] < distance) {
          return false;
        }
      }
    }
    return true;
  }
}
