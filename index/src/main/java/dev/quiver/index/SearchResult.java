package dev.quiver.index;

/** Ordinals and distances, closest first; equal distances by ordinal. */
public final class SearchResult {
  private final int[] ordinals;
  private final float[] distances;
  private final SearchStats stats;

  SearchResult(int[] ordinals, float[] distances, SearchStats stats) {
    this.ordinals = ordinals;
    this.distances = distances;
    this.stats = stats;
  }

  /** How many were found: k, or all that match when they are fewer. */
  public int size() {
    return ordinals.length;
  }

  /** The ordinal of the i-th closest. */
  public int ordinal(int i) {
    return ordinals[i];
  }

  /** The kernel's distance of the i-th closest; {@link Distance#score} makes a score of it. */
  public float distance(int i) {
    return distances[i];
  }

  /** All ordinals, closest first, in a new array. */
  public int[] ordinals() {
    return ordinals.clone();
  }

  public SearchStats stats() {
    return stats;
  }
}
