package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * One distance over one element type on SIMD registers. Never used itself: {@link SimdKernels}
 * makes a copy of this class for each pair, which has the pair as constant ({@link ClassCopies}).
 */
final class SimdRows implements RowKernel {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final int LANES = FLOATS.length();

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** As many shorts as {@link #FLOATS} has lanes. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, LANES * Short.SIZE)));

  /** As many bytes as {@link #FLOATS} has lanes; there is no shape for fewer than eight. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final int HALF_TO_FLOAT_SHIFT = 13;
  private static final int HALF_BITS_KEPT = 0x8fffe000;
  private static final float HALF_EXPONENT_SCALE = 0x1p112f;

  private static final RowForm FORM = ClassCopies.constant(MethodHandles.lookup(), RowForm.class);
  private static final Distance DISTANCE = FORM.distance();
  private static final ElementType TYPE = FORM.type();
  private static final int BYTES_EACH = TYPE.bytes();

  private static final int LINE_BYTES = 64;
  private static final int TOUCHED_BYTES = 2 * LINE_BYTES;

  SimdRows() {}

  @Override
  public float distance(
      float[] query, MemorySegment rows, long offset, int dimension, float[] lanes) {
    return DISTANCE == Distance.COSINE
        ? cosine(query, rows, offset, dimension, lanes)
        : one(query, rows, offset, dimension, lanes);
  }

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
    touch(chunks, shift, strideBytes, ordinals, count);
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
          out[n + row] = total(lanes, row);
        }
        for (int row = 0; end < dimension && row < 4; row++) {
          int ordinal = ordinals[n + row];
          long offset = (long) (ordinal & mask) * strideBytes;
          out[n + row] += tail(query, chunks[ordinal >>> shift], offset, end, dimension);
        }
        for (int row = 0; row < 4; row++) {
          out[n + row] = finish(out[n + row]);
        }
      }
    }
    for (; n < count; n++) {
      int ordinal = ordinals[n];
      long offset = (long) (ordinal & mask) * strideBytes;
      out[n] = distance(query, chunks[ordinal >>> shift], offset, dimension, lanes);
    }
  }

  /**
   * Loads the beginning of each row, so that rows at random places are waited for together; the
   * processor sees by itself that long ones go on.
   */
  private static void touch(
      MemorySegment[] chunks, int shift, int strideBytes, int[] ordinals, int count) {
    int mask = (1 << shift) - 1;
    int bytes = Math.min(strideBytes, TOUCHED_BYTES);
    int touched = 0;
    for (int i = 0; i < count; i++) {
      MemorySegment chunk = chunks[ordinals[i] >>> shift];
      long offset = (long) (ordinals[i] & mask) * strideBytes;
      for (int at = 0; at < bytes; at += LINE_BYTES) {
        touched |= chunk.get(ValueLayout.JAVA_BYTE, offset + at);
      }
    }
    if (touched == Integer.MAX_VALUE) {
      // Never so, as bytes have no such bits, but it keeps the loads from being dropped as unused.
      throw new AssertionError("touched: " + touched);
    }
  }

  /**
   * One row, four registers wide; one for all but floats, whose loads are so long that the compiler
   * may stop inlining them and box the rest.
   */
  private static float one(
      float[] query, MemorySegment rows, long offset, int dimension, float[] lanes) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    int i = 0;
    long step = (long) LANES * BYTES_EACH;
    for (; TYPE == ElementType.FLOAT32 && i <= dimension - 4 * LANES; i += 4 * LANES) {
      long at = offset + (long) i * BYTES_EACH;
      sum0 = step(query(query, i), load(rows, at), sum0);
      sum1 = step(query(query, i + LANES), load(rows, at + step), sum1);
      sum2 = step(query(query, i + 2 * LANES), load(rows, at + 2 * step), sum2);
      sum3 = step(query(query, i + 3 * LANES), load(rows, at + 3 * step), sum3);
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 = step(query(query, i), load(rows, offset + (long) i * BYTES_EACH), sum0);
    }
    sum0.add(sum1).add(sum2.add(sum3)).intoArray(lanes, 0);
    float sum = total(lanes, 0);
    return finish(sum + tail(query, rows, offset, i, dimension));
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
      long at = (long) i * BYTES_EACH;
      FloatVector q = query(query, i);
      sum0 = step(q, load(rows0, offset0 + at), sum0);
      sum1 = step(q, load(rows1, offset1 + at), sum1);
      sum2 = step(q, load(rows2, offset2 + at), sum2);
      sum3 = step(q, load(rows3, offset3 + at), sum3);
    }
    sum0.intoArray(lanes, 0);
    sum1.intoArray(lanes, LANES);
    sum2.intoArray(lanes, 2 * LANES);
    sum3.intoArray(lanes, 3 * LANES);
    return i;
  }

  /** The cosine of a query of length 1 and a row of any length, which is computed on the way. */
  private static float cosine(
      float[] query, MemorySegment rows, long offset, int dimension, float[] lanes) {
    FloatVector dot0 = FloatVector.zero(FLOATS);
    FloatVector dot1 = FloatVector.zero(FLOATS);
    FloatVector squares0 = FloatVector.zero(FLOATS);
    FloatVector squares1 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - 2 * LANES; i += 2 * LANES) {
      FloatVector r0 = load(rows, offset + (long) i * BYTES_EACH);
      FloatVector r1 = load(rows, offset + (long) (i + LANES) * BYTES_EACH);
      dot0 = r0.fma(query(query, i), dot0);
      dot1 = r1.fma(query(query, i + LANES), dot1);
      squares0 = r0.fma(r0, squares0);
      squares1 = r1.fma(r1, squares1);
    }
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector r = load(rows, offset + (long) i * BYTES_EACH);
      dot0 = r.fma(query(query, i), dot0);
      squares0 = r.fma(r, squares0);
    }
    dot0.add(dot1).intoArray(lanes, 0);
    squares0.add(squares1).intoArray(lanes, LANES);
    float dot = total(lanes, 0);
    float squares = total(lanes, 1);
    for (; i < dimension; i++) {
      float r = ScalarKernels.component(TYPE, rows, offset, i);
      dot += query[i] * r;
      squares += r * r;
    }
    return ScalarKernels.cosine(dot, squares);
  }

  /**
   * The sum of a register that was stored in {@code lanes}, always in the same order. The Vector
   * API's own reduction may add in another order in compiled code than in interpreted, and a build
   * must give the same bytes each time; taking lanes out one by one is more than the compiler
   * inlines.
   */
  private static float total(float[] lanes, int register) {
    float sum = 0;
    for (int i = register * LANES; i < (register + 1) * LANES; i += 4) {
      sum += (lanes[i] + lanes[i + 1]) + (lanes[i + 2] + lanes[i + 3]);
    }
    return sum;
  }

  private static FloatVector query(float[] query, int i) {
    return FloatVector.fromArray(FLOATS, query, i);
  }

  private static FloatVector step(FloatVector q, FloatVector r, FloatVector sum) {
    if (DISTANCE == Distance.DOT) {
      return q.fma(r, sum);
    }
    FloatVector difference = q.sub(r);
    return DISTANCE == Distance.EUCLIDEAN
        ? difference.fma(difference, sum)
        : difference.lanewise(VectorOperators.ABS).add(sum);
  }

  /** The components that fill no register. */
  private static float tail(
      float[] query, MemorySegment rows, long offset, int from, int dimension) {
    float sum = 0;
    for (int i = from; i < dimension; i++) {
      float r = ScalarKernels.component(TYPE, rows, offset, i);
      float difference = query[i] - r;
      if (DISTANCE == Distance.DOT) {
        sum += query[i] * r;
      } else {
        sum += DISTANCE == Distance.EUCLIDEAN ? difference * difference : Math.abs(difference);
      }
    }
    return sum;
  }

  private static float finish(float sum) {
    return DISTANCE == Distance.DOT ? -sum : sum;
  }

  /** {@link #LANES} components at byte {@code offset} as floats. */
  private static FloatVector load(MemorySegment rows, long offset) {
    if (TYPE == ElementType.FLOAT32) {
      return FloatVector.fromMemorySegment(FLOATS, rows, offset, ByteOrder.LITTLE_ENDIAN);
    }
    if (TYPE == ElementType.FLOAT16) {
      return halves(rows, offset);
    }
    ByteVector bytes = ByteVector.fromMemorySegment(BYTES, rows, offset, ByteOrder.LITTLE_ENDIAN);
    IntVector ints =
        TYPE == ElementType.UINT8
            ? (IntVector) bytes.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0)
            : (IntVector) bytes.convertShape(VectorOperators.B2I, INTS, 0);
    return (FloatVector) ints.convertShape(VectorOperators.I2F, FLOATS, 0);
  }

  /**
   * Half floats: the sign goes to bit 31, exponent and fraction 13 bits up, which makes a float
   * that is 2^112 too small (the exponents' biases differ by 112); subnormal halves come out right
   * too. Wrong for infinities and NaN, which {@link ElementType#FLOAT16} excludes.
   */
  private static FloatVector halves(MemorySegment rows, long offset) {
    ShortVector bits = ShortVector.fromMemorySegment(SHORTS, rows, offset, ByteOrder.LITTLE_ENDIAN);
    IntVector extended = (IntVector) bits.convertShape(VectorOperators.S2I, INTS, 0);
    return extended
        .lanewise(VectorOperators.LSHL, HALF_TO_FLOAT_SHIFT)
        .and(HALF_BITS_KEPT)
        .reinterpretAsFloats()
        .mul(HALF_EXPONENT_SCALE);
  }
}
