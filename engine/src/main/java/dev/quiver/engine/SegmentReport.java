package dev.quiver.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a read did in one segment.
 *
 * @param segment its number in the view, from 0
 * @param points live points
 * @param deleted points that are still in the segment but deleted or replaced
 * @param filter how many points a filter accepted; null when there was none, or none had to be
 *     computed
 * @param search null when the segment was not searched by vectors
 */
public record SegmentReport(
    int segment, int points, int deleted, @Nullable Filtered filter, @Nullable Searched search) {

  /**
   * A filter's share of a segment.
   *
   * @param estimated how many points match, as the index guesses before looking
   * @param matched how many do
   * @param nanos what finding them took
   */
  public record Filtered(long estimated, long matched, long nanos) {}

  /** How a segment's vectors were searched. */
  public enum Strategy {
    /** Every accepted vector was compared. */
    SCAN,
    /** The graph was walked; a filter, if any, only chose among what the walk met. */
    GRAPH,
    /** The graph was walked over accepted vectors alone. */
    FILTERED_GRAPH,
    /** Not at all. */
    SKIPPED
  }

  /**
   * A search of a segment's vectors.
   *
   * @param vectors those of deleted points included
   * @param hasGraph whether there is a graph
   * @param byCodes whether the graph was walked by codes, and its results ranked by the vectors
   * @param why why this strategy, with the numbers that decided
   * @param candidates that the walk kept; 0 without a walk
   * @param distances points compared with the query
   * @param nodesVisited nodes of the graph whose neighbours were read
   * @param reranked candidates compared again by their vectors
   * @param bytes of links, codes and vectors that were read, by whole rows; those that were in a
   *     cache are among them
   * @param completedByScan whether a scan followed the walk
   * @param returned hits that this segment gave to the others' merging
   * @param nanos what it took, without the filter
   */
  public record Searched(
      int vectors,
      boolean hasGraph,
      boolean byCodes,
      Strategy strategy,
      String why,
      int candidates,
      long distances,
      long nodesVisited,
      long reranked,
      long bytes,
      boolean completedByScan,
      int returned,
      long nanos) {}
}
