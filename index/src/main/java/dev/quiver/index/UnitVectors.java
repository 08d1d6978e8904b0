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
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    if (!(squares > 0) || Double.isInfinite(squares)) {
      return false;
    }
    double inverse = 1 / Math.sqrt(squares);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] * inverse);
    }
    return true;
  }
}
