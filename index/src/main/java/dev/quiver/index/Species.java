package dev.quiver.index;

import jdk.incubator.vector.VectorSpecies;

/**
 * How the classes on SIMD registers are written, so that registers stay registers. A Java object
 * stands for each one; it is never made as long as the compiler sees all that happens to it, which
 * asks for two rules:
 *
 * <ul>
 *   <li>No method of ours takes or returns a register. Beyond a number of nodes (in a caller, say,
 *       in which several kernels were inlined) the compiler inlines only the JDK's own methods, and
 *       what is handed over becomes an object.
 *   <li>Methods are called only on what was just cast to the register's {@link #exact} class. What
 *       the JDK returns is of the class for all widths, say {@code ShortVector}; which one it is,
 *       the compiler takes from the JDK's own profiles, which all code of the process shares. When
 *       they know two widths, it compiles both, and where they meet the register becomes an object.
 * </ul>
 *
 * <p>Each object is some 100 bytes and a call of the allocator, in loops of a few instructions.
 * {@code AllocationTest} and {@code BuildAllocationTest} look for them in processes of many kinds.
 */
final class Species {
  private Species() {}

  /**
   * The class of a species' registers. Keep it in a constant: only then casts to it cost nothing.
   *
   * @param type the class for all widths
   */
  @SuppressWarnings("unchecked") // A subclass, but what is cast to it is used as the type.
  static <T> Class<T> exact(VectorSpecies<?> species, Class<T> type) {
    return (Class<T>) species.vectorType().asSubclass(type);
  }
}
