package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on SIMD registers, and how rows of each element type are loaded into them. Only the
 * Simd classes touch the Vector API.
 *
 * <p>The element type is passed to the arithmetic as a constant, from one small class per type
 * ({@link SimdDot} and its like), so that the compiler folds the choice in {@link #load} away.
 */
final class SimdKernels {
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

  private SimdKernels() {}

  static int vectorBits() {
    return FLOATS.vectorBitSize();
  }

  /** Indexed by {@code distance.code()}, then {@code type.code()}. */
  static RowKernel[][] all() {
    RowKernel[][] kernels = {
      SimdDot.all(), SimdCosine.all(), SimdEuclidean.all(), SimdManhattan.all()
    };
    if (LANES < 8) {
      // 128-bit registers: four bytes are no vector shape, so byte rows take the scalar form.
      RowKernel[][] scalar = ScalarKernels.all();
      for (int i = 0; i < kernels.length; i++) {
        kernels[i][ElementType.UINT8.code()] = scalar[i][ElementType.UINT8.code()];
        kernels[i][ElementType.INT8.code()] = scalar[i][ElementType.INT8.code()];
      }
    }
    return kernels;
  }

  /** {@link #LANES} components at byte {@code offset} as floats. */
  static FloatVector load(ElementType type, MemorySegment rows, long offset) {
    if (type == ElementType.FLOAT32) {
      return FloatVector.fromMemorySegment(FLOATS, rows, offset, ByteOrder.LITTLE_ENDIAN);
    }
    if (type == ElementType.FLOAT16) {
      return halves(rows, offset);
    }
    ByteVector bytes = ByteVector.fromMemorySegment(BYTES, rows, offset, ByteOrder.LITTLE_ENDIAN);
    IntVector ints =
        type == ElementType.UINT8
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
