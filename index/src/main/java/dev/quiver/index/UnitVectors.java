package dev.quiver.index;

/** Brings vectors to length 1. */
public final class UnitVectors {
  private UnitVectors() {}

  /**
   * Divides {@code vector} by its Euclidean length, in place. A vector of length 0 (or one whose
   * length is not finite) is left as it is.
   *
   * @return whether the vector was changed to length 1
   */
  public static boolean normalise(float[] vector) {
    double squares = squares(vector);
    if (!(squares > 0) || Double.isInfinite(squares)) {
      return false;
    }
    double inverse = 1 / Math.sqrt(squares);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] * inverse);
    }
    return true;
  }

  /** The sum of a vector's squared components. */
  static double squares(float[] vector) {
    return product(vector, vector);
  }

  /**
   * The inner product of two vectors, in eight sums: one alone would wait for each addition before
   * it. Added up in the same order whatever the machine.
   */
  static double product(float[] a, float[] b) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    double sum4 = 0;
    double sum5 = 0;
    double sum6 = 0;
    double sum7 = 0;
    int i = 0;
    for (; i <= a.length - 8; i += 8) {
      sum0 += (double) a[i] * b[i];
      sum1 += (double) a[i + 1] * b[i + 1];
      sum2 += (double) a[i + 2] * b[i + 2];
      sum3 += (double) a[i + 3] * b[i + 3];
      sum4 += (double) a[i + 4] * b[i + 4];
      sum5 += (double) a[i + 5] * b[i + 5];
      sum6 += (double) a[i + 6] * b[i + 6];
      sum7 += (double) a[i + 7] * b[i + 7];
    }
    for (; i < a.length; i++) {
      sum0 += (double) a[i] * b[i];
    }
    return ((sum0 + sum1) + (sum2 + sum3)) + ((sum4 + sum5) + (sum6 + sum7));
  }
}
