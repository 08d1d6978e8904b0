package dev.quiver.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What makes rows a multivector, in Qdrant's words. */
public final class MultiVectors {
  private MultiVectors() {}

  /** What is wrong with rows; null when nothing is. */
  public static @Nullable String wrong(List<float[]> rows) {
    if (rows.isEmpty()) {
      return "multi vector must not be empty";
    }
    long floats = 0;
    boolean hasEmpty = false;
    for (float[] row : rows) {
      floats += row.length;
      hasEmpty |= row.length == 0;
    }
    if (hasEmpty) {
      return "all vectors must be non-empty";
    }
    if (floats >= VectorValue.Multi.FLOATS_MAX) {
      return "Total size of all vectors ("
          + floats
          + ") must be less than "
          + VectorValue.Multi.FLOATS_MAX;
    }
    for (float[] row : rows) {
      if (row.length != rows.getFirst().length) {
        return "all vectors must have the same dimension, found vector with dimension "
            + row.length;
      }
    }
    return null;
  }

  /** The multivector of rows with which nothing is wrong. */
  public static VectorValue.Multi of(List<float[]> rows) {
    int dimension = rows.getFirst().length;
    float[] values = new float[rows.size() * dimension];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(rows.get(row), 0, values, row * dimension, dimension);
    }
    return new VectorValue.Multi(rows.size(), dimension, values);
  }
}
