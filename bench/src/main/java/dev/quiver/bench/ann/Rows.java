package dev.quiver.bench.ann;

import dev.quiver.bench.Npy;
import dev.quiver.index.Distance;

/**
 * The base vectors as every contender gets them: float32, and of length 1 where the distance is
 * cosine. Thread-safe.
 *
 * @param bytes whether every component is a whole number from 0 to 255
 */
record Rows(Npy vectors, Distance distance, boolean bytes) {
  int dimension() {
    return vectors.columns();
  }

  float[] row(int row) {
    return vectors.row(row);
  }
}
