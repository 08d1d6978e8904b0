package dev.quiver.lucene;

/**
 * What a search of one segment found, best first; equal scores stand in document order.
 *
 * @param docs document ids of the segment
 * @param scores raw scores, parallel to {@code docs}: the inner product or cosine (descending), or
 *     the Euclidean or Manhattan distance (ascending)
 * @param distances how many distances the search computed
 * @param visited how many nodes of the graph were expanded; 0 for an exact search
 * @param strategy how it searched
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier that is never compared or hashed
public record SegmentHits(
    int[] docs, float[] scores, long distances, long visited, Strategy strategy) {

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
}
