package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/**
 * The arithmetic on coded rows ({@link CodeRows}), all in whole numbers: SIMD and scalar forms give
 * exactly the same results. Shared by all threads, without state.
 *
 * <p>Queries are {@code short[planes * words]} in the order of the planes, of magnitude up to
 * {@link CodeType#QUERY_MAX}.
 */
interface CodeKernel {
  /**
   * The inner products with {@code count} rows, row {@code o} at byte {@code o * 2 * words}. Their
   * cache lines are all asked for before the first product waits for one.
   */
  void products(
      short[] query, MemorySegment codes, int words, int[] ordinals, int count, float[] out);

  /**
   * Turns a row into a query: {@code (code * factor + addend + 128) >> 8}, which must fit 16 bits
   * before the shift, for each component in the order of the planes.
   */
  void select(
      MemorySegment codes, long offset, int words, short[] factors, short[] addends, short[] query);
}
