package dev.quiver.index;

import jdk.incubator.vector.FloatVector;

/**
 * The kernels on SIMD registers, each a copy of a class of its own ({@link ClassCopies}). Only the
 * Simd classes touch the Vector API.
 */
final class SimdKernels {
  private static final int FLOATS = FloatVector.SPECIES_PREFERRED.length();

  private SimdKernels() {}

  static int vectorBits() {
    return FLOATS * Float.SIZE;
  }

  /** Whether the registers are wide enough for rows of these elements. */
  static boolean supports(ElementType type) {
    // 128-bit registers: four bytes are no vector shape.
    return type.bytes() > 1 || FLOATS >= 8;
  }

  /** A new kernel; takes about a millisecond. */
  static RowKernel kernel(Distance distance, ElementType type) {
    return supports(type)
        ? ClassCopies.instance(RowKernel.class, SimdRows.class, new RowForm(distance, type))
        : ScalarKernels.kernel(distance, type);
  }

  static CodeKernel codeKernel(CodeType type) {
    return ClassCopies.instance(CodeKernel.class, SimdCodes.class, type);
  }
}
