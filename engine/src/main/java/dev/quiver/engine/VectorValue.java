package dev.quiver.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A vector as a point carries it. Dense is the only form so far; sparse and multivectors join it.
 */
public sealed interface VectorValue {
  /**
   * @param values {@code float[dimension]}, finite; owned by this record once given, never changed
   */
  record Dense(float[] values) implements VectorValue {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Dense(float[] theirs) && Arrays.equals(values, theirs);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return "Dense" + Arrays.toString(values);
    }
  }

  static VectorValue dense(float... values) {
    return new Dense(values);
  }
}
