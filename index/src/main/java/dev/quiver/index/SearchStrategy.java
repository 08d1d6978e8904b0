package dev.quiver.index;

/** The way in which a search found its results. */
public enum SearchStrategy {
  /** Every accepted ordinal was compared. */
  EXACT,
  /** The graph was walked, rejected nodes like accepted ones, and rejected ones not returned. */
  WALK,
  /** Only accepted nodes were compared; the walk reached them through rejected ones. */
  FILTERED_WALK
}
