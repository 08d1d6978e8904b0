package dev.quiver.index;

/**
 * A random rotation: changes of sign by chance and Walsh-Hadamard transforms by turns, on the first
 * and on the last components, as many as the greatest power of two. Keeps lengths and inner
 * products; spreads what is in few components over all. O(n log n). Immutable; the same everywhere
 * for the same dimension and seed.
 */
final class Rotation {
  private static final int ROUNDS = 4;

  private final int dimension;
  private final int block;
  private final float scale;
  private final float[] signs;

  Rotation(int dimension, long seed) {
    this.dimension = dimension;
    this.block = Integer.highestOneBit(dimension);
    this.scale = (float) (1 / Math.sqrt(block));
    this.signs = new float[ROUNDS * dimension];
    for (int i = 0; i < signs.length; i++) {
      signs[i] = HnswParams.mix(seed + 0x9e3779b97f4a7c15L * (i + 1L)) < 0 ? -1 : 1;
    }
  }

  /** Rotates the first {@code dimension} components, in place. */
  void apply(float[] vector) {
    for (int round = 0; round < ROUNDS; round++) {
      int from = round % 2 == 0 ? 0 : dimension - block;
      for (int i = 0; i < dimension; i++) {
        vector[i] *= signs[round * dimension + i];
      }
      transform(vector, from, from + block);
      for (int i = from; i < from + block; i++) {
        vector[i] *= scale;
      }
    }
  }

  private static void transform(float[] vector, int from, int to) {
    for (int half = 1; half < to - from; half *= 2) {
      for (int start = from; start < to; start += 2 * half) {
        for (int i = start; i < start + half; i++) {
          float a = vector[i];
          float b = vector[i + half];
          vector[i] = a + b;
          vector[i + half] = a - b;
        }
      }
    }
  }
}
