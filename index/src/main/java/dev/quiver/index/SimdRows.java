package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One distance over rows of floats on SIMD registers. Never used itself: {@link SimdKernels} makes
 * a copy of this class for each distance, which has the distance as constant ({@link ClassCopies}).
 *
 * <p>Registers are written as {@link Species} says.
 */
final class SimdRows implements RowKernel {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final Class<FloatVector> FLOAT = Species.exact(FLOATS, FloatVector.class);
  private static final int LANES = FLOATS.length();

  private static final RowForm FORM = ClassCopies.constant(MethodHandles.lookup(), RowForm.class);
  private static final Distance DISTANCE = FORM.distance();
  private static final ElementType TYPE = ElementType.FLOAT32;
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  SimdRows() {}

  /** Four rows at a time, so that their cache misses overlap. */
  @Override
  public void distances(
      float[] query,
      MemorySegment[] chunks,
      int shift,
      int strideBytes,
      int dimension,
      int[] ordinals,
      int count,
      float[] out,
      float[] lanes) {
    int mask = (1 << shift) - 1;
    RowSums.touch(chunks, shift, strideBytes, ordinals, count);
    int n = 0;
    if (DISTANCE != Distance.COSINE) {
      for (; n <= count - 4; n += 4) {
        int ordinal0 = ordinals[n];
        int ordinal1 = ordinals[n + 1];
        int ordinal2 = ordinals[n + 2];
        int ordinal3 = ordinals[n + 3];
        int end =
            four(
                query,
                chunks[ordinal0 >>> shift],
                (long) (ordinal0 & mask) * strideBytes,
                chunks[ordinal1 >>> shift],
                (long) (ordinal1 & mask) * strideBytes,
                chunks[ordinal2 >>> shift],
                (long) (ordinal2 & mask) * strideBytes,
                chunks[ordinal3 >>> shift],
                (long) (ordinal3 & mask) * strideBytes,
                dimension,
                lanes);
        for (int row = 0; row < 4; row++) {
          out[n + row] = RowSums.total(lanes, row, LANES);
        }
        for (int row = 0; end < dimension && row < 4; row++) {
          int ordinal = ordinals[n + row];
          long offset = (long) (ordinal & mask) * strideBytes;
          out[n + row] += tail(query, chunks[ordinal >>> shift], offset, end, dimension);
        }
        for (int row = 0; row < 4; row++) {
          out[n + row] = RowSums.finish(DISTANCE, out[n + row]);
        }
      }
    }
    for (; n < count; n++) {
      int ordinal = ordinals[n];
      MemorySegment rows = chunks[ordinal >>> shift];
      long offset = (long) (ordinal & mask) * strideBytes;
      out[n] =
          DISTANCE == Distance.COSINE
              ? cosine(query, rows, offset, dimension, lanes)
              : one(query, rows, offset, dimension, lanes);
    }
  }

  /** One row, with two sums by turns, so that an addition needn't wait for the one before. */
  private static float one(
      float[] query, MemorySegment rows, long offset, int dimension, float[] lanes) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - LANES; i += LANES) {
      long at = offset + (long) i * Float.BYTES;
      FloatVector q = FLOAT.cast(FloatVector.fromArray(FLOATS, query, i));
      FloatVector r = FloatVector.fromMemorySegment(FLOATS, rows, at, LITTLE);
      FloatVector turn = sum0;
      sum0 = sum1;
      if (DISTANCE == Distance.DOT) {
        sum1 = q.fma(r, turn);
      } else {
        FloatVector difference = FLOAT.cast(q.sub(r));
        sum1 =
            DISTANCE == Distance.EUCLIDEAN
                ? difference.fma(difference, turn)
                : FLOAT.cast(difference.lanewise(VectorOperators.ABS)).add(turn);
      }
    }
    FLOAT.cast(FLOAT.cast(sum0).add(sum1)).intoArray(lanes, 0);
    float sum = RowSums.total(lanes, 0, LANES);
    return RowSums.finish(DISTANCE, sum + tail(query, rows, offset, i, dimension));
  }

  /**
   * Four rows; their sums are left in the first four registers of {@code lanes}.
   *
   * @return the first component that filled no register
   */
  private static int four(
      float[] query,
      MemorySegment rows0,
      long offset0,
      MemorySegment rows1,
      long offset1,
      MemorySegment rows2,
      long offset2,
      MemorySegment rows3,
      long offset3,
      int dimension,
      float[] lanes) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - LANES; i += LANES) {
      long at = (long) i * Float.BYTES;
      FloatVector q = FLOAT.cast(FloatVector.fromArray(FLOATS, query, i));
      FloatVector r0 = FloatVector.fromMemorySegment(FLOATS, rows0, offset0 + at, LITTLE);
      FloatVector r1 = FloatVector.fromMemorySegment(FLOATS, rows1, offset1 + at, LITTLE);
      FloatVector r2 = FloatVector.fromMemorySegment(FLOATS, rows2, offset2 + at, LITTLE);
      FloatVector r3 = FloatVector.fromMemorySegment(FLOATS, rows3, offset3 + at, LITTLE);
      if (DISTANCE == Distance.DOT) {
        sum0 = q.fma(r0, sum0);
        sum1 = q.fma(r1, sum1);
        sum2 = q.fma(r2, sum2);
        sum3 = q.fma(r3, sum3);
        continue;
      }
      FloatVector difference0 = FLOAT.cast(q.sub(r0));
      FloatVector difference1 = FLOAT.cast(q.sub(r1));
      FloatVector difference2 = FLOAT.cast(q.sub(r2));
      FloatVector difference3 = FLOAT.cast(q.sub(r3));
      if (DISTANCE == Distance.EUCLIDEAN) {
        sum0 = difference0.fma(difference0, sum0);
        sum1 = difference1.fma(difference1, sum1);
        sum2 = difference2.fma(difference2, sum2);
        sum3 = difference3.fma(difference3, sum3);
      } else {
        sum0 = FLOAT.cast(difference0.lanewise(VectorOperators.ABS)).add(sum0);
        sum1 = FLOAT.cast(difference1.lanewise(VectorOperators.ABS)).add(sum1);
        sum2 = FLOAT.cast(difference2.lanewise(VectorOperators.ABS)).add(sum2);
        sum3 = FLOAT.cast(difference3.lanewise(VectorOperators.ABS)).add(sum3);
      }
    }
    FLOAT.cast(sum0).intoArray(lanes, 0);
    FLOAT.cast(sum1).intoArray(lanes, LANES);
    FLOAT.cast(sum2).intoArray(lanes, 2 * LANES);
    FLOAT.cast(sum3).intoArray(lanes, 3 * LANES);
    return i;
  }

  /** The cosine of a query of length 1 and a row of any length, which is computed on the way. */
  private static float cosine(
      float[] query, MemorySegment rows, long offset, int dimension, float[] lanes) {
    FloatVector dot = FloatVector.zero(FLOATS);
    FloatVector squares = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - LANES; i += LANES) {
      long at = offset + (long) i * Float.BYTES;
      FloatVector r = FLOAT.cast(FloatVector.fromMemorySegment(FLOATS, rows, at, LITTLE));
      dot = r.fma(FloatVector.fromArray(FLOATS, query, i), dot);
      squares = r.fma(r, squares);
    }
    FLOAT.cast(dot).intoArray(lanes, 0);
    FLOAT.cast(squares).intoArray(lanes, LANES);
    float products = RowSums.total(lanes, 0, LANES);
    float rowSquares = RowSums.total(lanes, 1, LANES);
    return RowSums.cosine(TYPE, query, rows, offset, i, dimension, products, rowSquares);
  }

  private static float tail(
      float[] query, MemorySegment rows, long offset, int from, int dimension) {
    return RowSums.tail(DISTANCE, TYPE, query, rows, offset, from, dimension);
  }
}
