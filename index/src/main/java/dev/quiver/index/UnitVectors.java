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

  /**
   * The sum of a vector's squared components, in eight sums: one alone would wait for each addition
   * before it.
   */
  static double squares(float[] vector) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    double sum4 = 0;
    double sum5 = 0;
    double sum6 = 0;
    double sum7 = 0;
    int i = 0;
    for (; i <= vector.length - 8; i += 8) {
      sum0 += square(vector[i]);
      sum1 += square(vector[i + 1]);
      sum2 += square(vector[i + 2]);
      sum3 += square(vector[i + 3]);
      sum4 += square(vector[i + 4]);
      sum5 += square(vector[i + 5]);
      sum6 += square(vector[i + 6]);
      sum7 += square(vector[i + 7]);
    }
    for (; i < vector.length; i++) {
      sum0 += square(vector[i]);
    }
    return ((sum0 + sum1) + (sum2 + sum3)) + ((sum4 + sum5) + (sum6 + sum7));
  }

  private static double square(double component) {
    return component * component;
  }
}
