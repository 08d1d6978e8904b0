package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A row of {@link CodeType#BIT1}, little-endian, and the counting of its bits. Long.bitCount is one
 * instruction on every processor that matters, so there is one form for all, with or without SIMD.
 *
 * <pre>
 * offset     type     field
 *      0     long[w]  bit i & 63 of [i >> 6]: whether component i of the rotated vector is positive; w
 *                     is the dimension / 64, rounded up, and what is beyond the dimension is 0
 *     8w     int      how many bits are set
 * 8w + 4     float    what the row adds to distances
 * 8w + 8     float    what the signed sum is multiplied by
 * 8w + 12    float    how far distances of a query of length 1 stray: one standard deviation
 *                     then zeros to a multiple of 32
 * </pre>
 */
final class BitRows {
  static final int PLANES = 4;

  private static final int NUMBERS_BYTES = 16;
  private static final int ALIGNMENT_BYTES = 32;

  private BitRows() {}

  static int words(int dimension) {
    return (dimension + Long.SIZE - 1) / Long.SIZE;
  }

  static int rowBytes(int dimension) {
    int bytes = words(dimension) * Long.BYTES + NUMBERS_BYTES;
    return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  }

  static void writeNumbers(
      MemorySegment rows, long offset, int words, int ones, float add, float factor, float error) {
    long at = offset + 8L * words;
    rows.set(ElementType.INT_LE, at, ones);
    rows.set(ElementType.FLOAT_LE, at + 4, add);
    rows.set(ElementType.FLOAT_LE, at + 8, factor);
    rows.set(ElementType.FLOAT_LE, at + 12, error);
  }

  static int ones(MemorySegment rows, long offset, int words) {
    return rows.get(ElementType.INT_LE, offset + 8L * words);
  }

  static float add(MemorySegment rows, long offset, int words) {
    return rows.get(ElementType.FLOAT_LE, offset + 8L * words + 4);
  }

  static float factor(MemorySegment rows, long offset, int words) {
    return rows.get(ElementType.FLOAT_LE, offset + 8L * words + 8);
  }

  static float error(MemorySegment rows, long offset, int words) {
    return rows.get(ElementType.FLOAT_LE, offset + 8L * words + 12);
  }

  /**
   * The sum of the query's components where the row's bits are set.
   *
   * @param planes the bits of the query's components, 0 to 15: for each word of the row, its
   *     {@value #PLANES} planes, lowest first
   */
  static int sum(long[] planes, MemorySegment rows, long offset, int words) {
    int sum0 = 0;
    int sum1 = 0;
    int sum2 = 0;
    int sum3 = 0;
    for (int w = 0; w < words; w++) {
      long bits = rows.get(ElementType.LONG_LE, offset + 8L * w);
      sum0 += Long.bitCount(bits & planes[PLANES * w]);
      sum1 += Long.bitCount(bits & planes[PLANES * w + 1]);
      sum2 += Long.bitCount(bits & planes[PLANES * w + 2]);
      sum3 += Long.bitCount(bits & planes[PLANES * w + 3]);
    }
    return sum0 + 2 * sum1 + 4 * sum2 + 8 * sum3;
  }

  /** Loads a byte of every cache line of the rows, so that they come in together. */
  static void touch(MemorySegment rows, int rowBytes, int[] ordinals, int count) {
    int touched = 0;
    for (int i = 0; i < count; i++) {
      long offset = (long) ordinals[i] * rowBytes;
      for (int at = 0; at < rowBytes; at += 64) {
        touched |= rows.get(ValueLayout.JAVA_BYTE, offset + at);
      }
    }
    if (touched == Integer.MAX_VALUE) {
      // Never so, as bytes have no such bits, but it keeps the loads from being dropped as unused.
      throw new AssertionError("touched: " + touched);
    }
  }
}
