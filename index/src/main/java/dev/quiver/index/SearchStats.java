package dev.quiver.index;

/**
 * What a search did.
 *
 * @param strategy the way chosen at first
 * @param distances distances computed, all levels and a completion included
 * @param reranked candidates of a walk by codes that were compared again, by their vectors
 * @param nodesVisited nodes whose neighbours were read
 * @param acceptedEstimate how many ordinals the filter was measured to accept; the size without one
 * @param completedExactly the walk had too few results or became dearer than an exact scan, so one
 *     followed
 * @param limitReached the visit limit ended the search early
 * @param bytesTouched bytes of links, codes and vectors that were read, by whole rows and blocks; a
 *     row read twice counts twice. What lies in a cache already is among it
 */
public record SearchStats(
    SearchStrategy strategy,
    long distances,
    long reranked,
    long nodesVisited,
    int acceptedEstimate,
    boolean completedExactly,
    boolean limitReached,
    long bytesTouched) {
  /** Of a search that had nothing to do. */
  public static final SearchStats NOTHING =
      new SearchStats(SearchStrategy.EXACT, 0, 0, 0, 0, false, false, 0);
}
