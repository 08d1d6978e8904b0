package dev.quiver.index;

import java.lang.foreign.MemorySegment;
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
 * One distance over one element type that is narrower than a float, on SIMD registers. Never used
 * itself, only copies of it, as of {@link SimdRows}.
 */
final class SimdNarrowRows implements RowKernel {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** As many shorts as {@link #FLOATS} has lanes. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, LANES * Short.SIZE)));

  /** As many bytes as {@link #FLOATS} has lanes; there is no shape for fewer than eight. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final Class<FloatVector> FLOAT = Species.exact(FLOATS, FloatVector.class);
  private static final Class<IntVector> INT = Species.exact(INTS, IntVector.class);
  private static final Class<ShortVector> SHORT = Species.exact(SHORTS, ShortVector.class);
  private static final Class<ByteVector> BYTE = Species.exact(BYTES, ByteVector.class);

  // Half floats: the sign goes to bit 31, exponent and fraction 13 bits up, which makes a float
  // that is 2^112 too small (the exponents' biases differ by 112); subnormal halves come out right
  // too. Wrong for infinities and NaN, which ElementType.FLOAT16 excludes.
  private static final int HALF_TO_FLOAT_SHIFT = 13;
  private static final int HALF_BITS_KEPT = 0x8fffe000;
  private static final float HALF_EXPONENT_SCALE = 0x1p112f;

  private static final RowForm FORM = ClassCopies.constant(MethodHandles.lookup(), RowForm.class);
  private static final Distance DISTANCE = FORM.distance();
  private static final ElementType TYPE = FORM.type();
  private static final int BYTES_EACH = TYPE.bytes();
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
  private static final VectorOperators.Conversion<Byte, Integer> BYTES_TO_INTS =
      TYPE == ElementType.UINT8 ? VectorOperators.ZERO_EXTEND_B2I : VectorOperators.B2I;

  SimdNarrowRows() {}

  /** Two rows at a time, which share the query's loads; of an odd number the last one twice. */
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
    for (int n = 0; n < count; n += 2) {
      int second = Math.min(n + 1, count - 1);
      MemorySegment rows0 = chunks[ordinals[n] >>> shift];
      MemorySegment rows1 = chunks[ordinals[second] >>> shift];
      long offset0 = (long) (ordinals[n] & mask) * strideBytes;
      long offset1 = (long) (ordinals[second] & mask) * strideBytes;
      int end = two(query, rows0, offset0, rows1, offset1, dimension, lanes);
      out[n] = finish(query, rows0, offset0, end, dimension, lanes, 0);
      out[second] = finish(query, rows1, offset1, end, dimension, lanes, 1);
    }
  }

  /**
   * Two rows; their sums are left in the first two registers of {@code lanes}, for COSINE the sums
   * of their squares in the next two.
   *
   * @return the first component that filled no register
   */
  private static int two(
      float[] query,
      MemorySegment rows0,
      long offset0,
      MemorySegment rows1,
      long offset1,
      int dimension,
      float[] lanes) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector squares0 = FloatVector.zero(FLOATS);
    FloatVector squares1 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - LANES; i += LANES) {
      long at0 = offset0 + (long) i * BYTES_EACH;
      long at1 = offset1 + (long) i * BYTES_EACH;
      FloatVector row0;
      FloatVector row1;
      if (TYPE == ElementType.FLOAT16) {
        ShortVector halves0 = SHORT.cast(ShortVector.fromMemorySegment(SHORTS, rows0, at0, LITTLE));
        ShortVector halves1 = SHORT.cast(ShortVector.fromMemorySegment(SHORTS, rows1, at1, LITTLE));
        IntVector bits0 = INT.cast(halves0.convertShape(VectorOperators.S2I, INTS, 0));
        IntVector bits1 = INT.cast(halves1.convertShape(VectorOperators.S2I, INTS, 0));
        bits0 = INT.cast(bits0.lanewise(VectorOperators.LSHL, HALF_TO_FLOAT_SHIFT));
        bits1 = INT.cast(bits1.lanewise(VectorOperators.LSHL, HALF_TO_FLOAT_SHIFT));
        bits0 = INT.cast(bits0.and(HALF_BITS_KEPT));
        bits1 = INT.cast(bits1.and(HALF_BITS_KEPT));
        row0 = FLOAT.cast(FLOAT.cast(bits0.reinterpretAsFloats()).mul(HALF_EXPONENT_SCALE));
        row1 = FLOAT.cast(FLOAT.cast(bits1.reinterpretAsFloats()).mul(HALF_EXPONENT_SCALE));
      } else {
        ByteVector bytes0 = BYTE.cast(ByteVector.fromMemorySegment(BYTES, rows0, at0, LITTLE));
        ByteVector bytes1 = BYTE.cast(ByteVector.fromMemorySegment(BYTES, rows1, at1, LITTLE));
        IntVector ints0 = INT.cast(bytes0.convertShape(BYTES_TO_INTS, INTS, 0));
        IntVector ints1 = INT.cast(bytes1.convertShape(BYTES_TO_INTS, INTS, 0));
        row0 = FLOAT.cast(ints0.convertShape(VectorOperators.I2F, FLOATS, 0));
        row1 = FLOAT.cast(ints1.convertShape(VectorOperators.I2F, FLOATS, 0));
      }
      FloatVector q = FLOAT.cast(FloatVector.fromArray(FLOATS, query, i));
      if (DISTANCE == Distance.EUCLIDEAN) {
        FloatVector difference0 = FLOAT.cast(q.sub(row0));
        FloatVector difference1 = FLOAT.cast(q.sub(row1));
        sum0 = difference0.fma(difference0, sum0);
        sum1 = difference1.fma(difference1, sum1);
      } else if (DISTANCE == Distance.MANHATTAN) {
        sum0 = FLOAT.cast(FLOAT.cast(q.sub(row0)).lanewise(VectorOperators.ABS)).add(sum0);
        sum1 = FLOAT.cast(FLOAT.cast(q.sub(row1)).lanewise(VectorOperators.ABS)).add(sum1);
      } else {
        sum0 = q.fma(row0, sum0);
        sum1 = q.fma(row1, sum1);
      }
      if (DISTANCE == Distance.COSINE) {
        squares0 = row0.fma(row0, squares0);
        squares1 = row1.fma(row1, squares1);
      }
    }
    FLOAT.cast(sum0).intoArray(lanes, 0);
    FLOAT.cast(sum1).intoArray(lanes, LANES);
    if (DISTANCE == Distance.COSINE) {
      FLOAT.cast(squares0).intoArray(lanes, 2 * LANES);
      FLOAT.cast(squares1).intoArray(lanes, 3 * LANES);
    }
    return i;
  }

  private static float finish(
      float[] query,
      MemorySegment rows,
      long offset,
      int from,
      int dimension,
      float[] lanes,
      int register) {
    float sum = RowSums.total(lanes, register, LANES);
    if (DISTANCE == Distance.COSINE) {
      float squares = RowSums.total(lanes, 2 + register, LANES);
      return RowSums.cosine(TYPE, query, rows, offset, from, dimension, sum, squares);
    }
    return RowSums.finish(
        DISTANCE, sum + RowSums.tail(DISTANCE, TYPE, query, rows, offset, from, dimension));
  }
}
