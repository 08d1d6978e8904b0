package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/**
 * The rows' corrections of {@link CodedVectors}, one byte each where that is fine enough: walks
 * read one for every row that they compare, at random, so that they should fit in the processor's
 * second cache. Thread-safe, as nothing changes.
 *
 * <p>Corrections lie in equal steps of the interval that they span: {@code lowest + step * (b +
 * 128)}. Where a step is too coarse for the codes' own error, they are read as they are stored.
 */
final class RowCorrections {
  private static final int STEPS = 255;

  /**
   * How much of the codes' error rounding may have, as standard deviations: it adds half a percent
   * to the error then.
   */
  private static final double ROUNDING_MAX = 0.1;

  private final MemorySegment floats;
  private final byte[] bytes;
  private final float step;

  /** What a byte of 0 stands for. */
  private final float middle;

  private RowCorrections(MemorySegment floats, byte[] bytes, float step, float middle) {
    this.floats = floats;
    this.bytes = bytes;
    this.step = step;
    this.middle = middle;
  }

  /**
   * Reads all of {@code floats}: O(size).
   *
   * @param floats little-endian, one for each row; the caller keeps it open
   * @param errorDeviation of distances between near rows, in the unit of distances
   */
  static RowCorrections of(MemorySegment floats, int size, double errorDeviation) {
    float lowest = Float.POSITIVE_INFINITY;
    float highest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      float correction = floats.get(ElementType.FLOAT_LE, (long) i * Float.BYTES);
      lowest = Math.min(lowest, correction);
      highest = Math.max(highest, correction);
    }
    float step = (highest - lowest) / STEPS;
    // The deviation of what is rounded to a step. False as well for what isn't a number.
    boolean fine = size > 0 && step / Math.sqrt(12) <= ROUNDING_MAX * errorDeviation;
    if (!fine) {
      return new RowCorrections(floats, new byte[0], 0, 0);
    }
    byte[] bytes = new byte[size];
    float inverse = step > 0 ? 1 / step : 0;
    for (int i = 0; i < size; i++) {
      float correction = floats.get(ElementType.FLOAT_LE, (long) i * Float.BYTES);
      int steps = Math.clamp(Math.round((correction - lowest) * inverse), 0, STEPS);
      bytes[i] = (byte) (steps + Byte.MIN_VALUE);
    }
    return new RowCorrections(floats, bytes, step, lowest - step * Byte.MIN_VALUE);
  }

  /** The correction as it is stored. */
  float exact(int ordinal) {
    return floats.get(ElementType.FLOAT_LE, (long) ordinal * Float.BYTES);
  }

  /** Those of {@code ordinals[0..count)}, exact or rounded. */
  void read(int[] ordinals, int count, float[] out) {
    byte[] small = bytes;
    if (small.length == 0) {
      for (int i = 0; i < count; i++) {
        out[i] = exact(ordinals[i]);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      out[i] = middle + step * small[ordinals[i]];
    }
  }

  /** As {@link #read} gives it. */
  float read(int ordinal) {
    return bytes.length == 0 ? exact(ordinal) : middle + step * bytes[ordinal];
  }

  /** Whether {@link #read} rounds. */
  boolean rounded() {
    return bytes.length > 0;
  }
}
