package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/**
 * The arithmetic of one distance over one element type. There is one instance for each pair, SIMD
 * or scalar, and every caller shares it: it has no state. Results are distances, lower is closer.
 */
interface RowKernel {
  /** Distance of {@code query[0..dimension)} and the row at byte {@code offset}. */
  float distance(float[] query, MemorySegment rows, long offset, int dimension);

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
      float[] out);
}
