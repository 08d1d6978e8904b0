package dev.quiver.index;

import java.io.IOException;
import java.io.InputStream;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;

/**
 * Makes copies of a class that each know one constant.
 *
 * <p>HotSpot compiles a method for all the cases that it has seen. A SIMD loop that has seen
 * several element types merges their registers, which puts each one on the heap: hundreds of bytes
 * and twice the time per distance. A copy of the class is a class of its own to the compiler, and
 * its constant folds all other cases away.
 */
final class ClassCopies {
  private ClassCopies() {}

  /**
   * A new instance of a new copy of {@code template}.
   *
   * @param template has a constructor without parameters, no nested classes and no lambdas
   * @param constant what {@link #constant} returns inside the copy
   */
  static <T> T instance(Class<T> type, Class<? extends T> template, Object constant) {
    try (InputStream in = template.getResourceAsStream(template.getSimpleName() + ".class")) {
      if (in == null) {
        throw new IllegalStateException("no class file of " + template.getName());
      }
      Lookup copy =
          MethodHandles.lookup().defineHiddenClassWithClassData(in.readAllBytes(), constant, true);
      return type.cast(copy.lookupClass().getDeclaredConstructor().newInstance());
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("copy of " + template.getName(), e);
    }
  }

  /**
   * The constant of the copy that calls this, in its static initialiser.
   *
   * @param copy the caller's own {@code MethodHandles.lookup()}
   */
  static <T> T constant(Lookup copy, Class<T> type) {
    try {
      return MethodHandles.classData(copy, ConstantDescs.DEFAULT_NAME, type);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(copy.lookupClass() + " is no copy", e);
    }
  }
}
