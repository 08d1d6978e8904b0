package dev.quiver.lucene;

import dev.quiver.index.SearchStats;

/**
 * What a search of one segment found, best first; equal scores stand in document order.
 *
 * @param docs document ids of the segment
 * @param scores raw scores, parallel to {@code docs}: the inner product or cosine (descending), or
 *     the Euclidean or Manhattan distance (ascending)
 * @param stats what the search did
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier that is never compared or hashed
public record SegmentHits(int[] docs, float[] scores, SearchStats stats) {

  /** How a segment was searched. */
  public enum Strategy {
    /** Every accepted vector was scored; the result is exact. */
    EXACT,
    /** The graph was walked, with no filter or expanding through rejected nodes. */
    GRAPH
  }

  /** Returns the number of hits. */
  public int size() {
    return docs.length;
  }

  /** Returns how many distances the search computed. */
  public long distances() {
    return stats.distances();
  }

  /** Returns how many nodes of the graph were expanded; 0 for an exact search. */
  public long visited() {
    return stats.nodesVisited();
  }

  /** Returns how it searched. */
  public Strategy strategy() {
    return switch (stats.strategy()) {
      case EXACT -> Strategy.EXACT;
      case WALK, FILTERED_WALK -> Strategy.GRAPH;
    };
  }
}
