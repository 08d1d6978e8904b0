package dev.quiver.engine;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

  /** Twice the mean of the positive vectors minus that of the negative ones, if there are any. */
  static VectorValue.Sparse average(List<VectorValue.Sparse> vectors, int positives) {
    TreeMap<Long, float[]> sums = new TreeMap<>();
    for (int v = 0; v < vectors.size(); v++) {
      VectorValue.Sparse vector = vectors.get(v);
      for (int i = 0; i < vector.indices().length; i++) {
        long index = Integer.toUnsignedLong(vector.indices()[i]);
        sums.computeIfAbsent(index, _ -> new float[2])[v < positives ? 0 : 1] += vector.values()[i];
      }
    }
    int negatives = vectors.size() - positives;
    int[] indices = new int[sums.size()];
    float[] values = new float[indices.length];
    int i = 0;
    for (Map.Entry<Long, float[]> sum : sums.entrySet()) {
      indices[i] = sum.getKey().intValue();
      float mean = sum.getValue()[0] / positives;
      values[i++] = negatives == 0 ? mean : mean + mean - sum.getValue()[1] / negatives;
    }
    return new VectorValue.Sparse(indices, values);
  }
}
