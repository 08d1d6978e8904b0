package dev.quiver.engine;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What makes indices and values a sparse vector, in Qdrant's words. */
public final class SparseVectors {
  private SparseVectors() {}

  /**
   * What is wrong with indices and values; null when nothing is.
   *
   * @return {@code member: text}
   */
  public static @Nullable String wrong(int[] indices, float[] values) {
    if (indices.length != values.length) {
      return "values: must be the same length as indices";
    }
    boolean ascending = true;
    for (int i = 1; i < indices.length; i++) {
      ascending &= Integer.compareUnsigned(indices[i - 1], indices[i]) < 0;
    }
    if (ascending) {
      return null;
    }
    Set<Integer> seen = HashSet.newHashSet(indices.length);
    for (int index : indices) {
      if (!seen.add(index)) {
        return "indices: must be unique";
      }
    }
    return null;
  }

  /**
   * The sparse vector of unique indices in any order.
   *
   * @param indices not modified, but kept when they are in order
   */
  public static VectorValue.Sparse sorted(int[] indices, float[] values) {
    long[] keyed = new long[indices.length];
    boolean ascending = true;
    for (int i = 0; i < keyed.length; i++) {
      // The highest bit is turned over, so that the order of signed numbers is that of unsigned
      // ones.
      keyed[i] = (long) (indices[i] ^ Integer.MIN_VALUE) << 32 | i;
      ascending &= i == 0 || Integer.compareUnsigned(indices[i - 1], indices[i]) < 0;
    }
    if (ascending) {
      return new VectorValue.Sparse(indices, values);
    }
    Arrays.sort(keyed);
    int[] sortedIndices = new int[keyed.length];
    float[] sortedValues = new float[keyed.length];
    for (int i = 0; i < keyed.length; i++) {
      sortedIndices[i] = (int) (keyed[i] >>> 32) ^ Integer.MIN_VALUE;
      sortedValues[i] = values[(int) keyed[i]];
    }
    return new VectorValue.Sparse(sortedIndices, sortedValues);
  }

  /** The inner product: the sum over shared indices, in their order. O(a + b). */
  static float dot(VectorValue.Sparse a, VectorValue.Sparse b) {
    return dot(a.indices(), a.values(), b.indices(), b.values());
  }

  /** {@link #dot(VectorValue.Sparse, VectorValue.Sparse)} of the parts. */
  static float dot(int[] aIndices, float[] aValues, int[] bIndices, float[] bValues) {
    double sum = 0;
    int i = 0;
    int j = 0;
    while (i < aIndices.length && j < bIndices.length) {
      int order = Integer.compareUnsigned(aIndices[i], bIndices[j]);
      if (order == 0) {
        sum += (double) aValues[i++] * bValues[j++];
      } else if (order < 0) {
        i++;
      } else {
        j++;
      }
    }
    return (float) sum;
  }
}
