package dev.quiver.index;

/**
 * Distances from one query to rows by ordinal; lower is closer, see {@link Distance}. This is all
 * that a graph walk knows of vectors, so full-precision rows and quantised codes look the same to
 * it. Not thread-safe; cheap enough to create for each query.
 */
public interface QueryScorer {
  /** Distance to one row. */
  float distance(int ordinal);

  /**
   * Distances to {@code count} rows at once, {@code out[i]} to row {@code ordinals[i]}: the form
   * that walks use, because memory latency of several rows overlaps.
   */
  void distances(int[] ordinals, int count, float[] out);

  /** Bytes of vectors or codes that one distance reads, for statistics; 0 if that isn't known. */
  default int bytesPerDistance() {
    return 0;
  }
}
