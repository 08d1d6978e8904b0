package dev.quiver.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A vector as a point carries it. Arrays are owned by the records once given, never changed. */
public sealed interface VectorValue {
  /**
   * @param values {@code float[dimension]}, finite
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

  /**
   * The components that are there; all others are 0.
   *
   * @param indices of dimensions, unsigned, ascending as such, each once
   * @param values parallel to the indices, finite
   */
  record Sparse(int[] indices, float[] values) implements VectorValue {
    /**
     * @throws QuiverException VALIDATION when lengths differ or an index is there twice
     */
    public static Sparse of(int[] indices, float[] values) {
      String wrong = SparseVectors.wrong(indices, values);
      if (wrong != null) {
        throw new QuiverException(
            ErrorCode.VALIDATION, "Validation error in sparse vector: [" + wrong + "]");
      }
      return SparseVectors.sorted(indices, values);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Sparse(int[] theirIndices, float[] theirValues)
          && Arrays.equals(indices, theirIndices)
          && Arrays.equals(values, theirValues);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(indices) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("Sparse[");
      for (int i = 0; i < indices.length; i++) {
        text.append(i == 0 ? "" : ", ")
            .append(Integer.toUnsignedString(indices[i]))
            .append(": ")
            .append(values[i]);
      }
      return text.append(']').toString();
    }
  }

  /**
   * Several vectors of one dimension that belong together.
   *
   * @param rows 1 or more
   * @param dimension of each row, 1 or more
   * @param values {@code float[rows * dimension]}, row by row, finite
   */
  record Multi(int rows, int dimension, float[] values) implements VectorValue {
    /** Numbers in one multivector are fewer than this. */
    public static final int FLOATS_MAX = 1 << 20;

    public Multi {
      if (rows < 1 || dimension < 1 || (long) rows * dimension != values.length) {
        throw new IllegalArgumentException(
            rows + " rows of " + dimension + " in " + values.length + " numbers");
      }
    }

    /** The numbers of one row, copied. */
    public float[] row(int row) {
      return Arrays.copyOfRange(values, row * dimension, (row + 1) * dimension);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Multi(int theirRows, int theirDimension, float[] theirs)
          && rows == theirRows
          && dimension == theirDimension
          && Arrays.equals(values, theirs);
    }

    @Override
    public int hashCode() {
      return 31 * rows + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return "Multi[" + rows + " x " + dimension + "]" + Arrays.toString(values);
    }
  }

  static VectorValue dense(float... values) {
    return new Dense(values);
  }

  /** Heap bytes that the numbers take. */
  default long bytes() {
    return switch (this) {
      case Dense(float[] values) -> (long) Float.BYTES * values.length;
      case Sparse(_, float[] values) -> (long) (Integer.BYTES + Float.BYTES) * values.length;
      case Multi(_, _, float[] values) -> (long) Float.BYTES * values.length;
    };
  }
}
