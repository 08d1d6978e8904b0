package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/**
 * The arithmetic of one distance over one element type. There is one instance for each pair, SIMD
 * or scalar, and every caller shares it: it has no state. Results are distances, lower is closer.
 */
interface RowKernel {
  /** Length of the working memory that callers lend: four of the widest registers. */
  int LANES = 64;

  /**
   * Distance of {@code query[0..dimension)} and the row at byte {@code offset}.
   *
   * @param lanes the calling thread's working memory, {@value #LANES} long
   */
  float distance(float[] query, MemorySegment rows, long offset, int dimension, float[] lanes);

  /**
   * Distances to {@code count} rows; row {@code o} is in chunk {@code o >>> shift} at byte {@code
   * (o & ((1 << shift) - 1)) * strideBytes}.
   */
  void distances(
      float[] query,
      MemorySegment[] chunks,
      int shift,
      int strideBytes,
      int dimension,
      int[] ordinals,
      int count,
      float[] out,
      float[] lanes);
}
