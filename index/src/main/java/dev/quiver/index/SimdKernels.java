package dev.quiver.index;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;

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
    if (!supports(type)) {
      return ScalarKernels.kernel(distance, type);
    }
    Class<? extends RowKernel> template =
        type == ElementType.FLOAT32 ? SimdRows.class : SimdNarrowRows.class;
    return ClassCopies.instance(RowKernel.class, template, new RowForm(distance, type));
  }

  /** A new kernel for rows of so many words; takes about a millisecond. */
  static CodeKernel codeKernel(CodeForm form) {
    return ClassCopies.instance(CodeKernel.class, SimdCodes.class, form);
  }

  /** The widest registers that this machine has and that rows of so many words fill. */
  static int codeLanes(int words) {
    int widest = ShortVector.SPECIES_PREFERRED.length();
    return words % widest == 0 ? widest : Math.min(widest, CodeRows.WORDS_STEP);
  }
}
