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
   * Distances to {@code count} rows; row {@code o} is in chunk {@code o >>> shift} at byte {@code
   * (o & ((1 << shift) - 1)) * strideBytes}.
   *
   * @param query {@code dimension} components, of length 1 for COSINE
   * @param lanes the calling thread's working memory, {@value #LANES} long
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
