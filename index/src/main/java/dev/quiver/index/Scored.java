package dev.quiver.index;

/**
 * An ordinal with its distance in one {@code long} whose signed order is: closer first, then lower
 * ordinal. The high half is the distance's bits made sortable (negative floats have their magnitude
 * bits flipped; NaN sorts last), the low half the ordinal.
 */
final class Scored {
  private Scored() {}

  static long of(float distance, int ordinal) {
    int bits = Float.floatToIntBits(distance);
    int sortable = bits ^ ((bits >> 31) & 0x7fffffff);
    return ((long) sortable << 32) | ordinal;
  }

  static int ordinal(long scored) {
    return (int) scored;
  }

  static float distance(long scored) {
    int sortable = (int) (scored >> 32);
    return Float.intBitsToFloat(sortable ^ ((sortable >> 31) & 0x7fffffff));
  }
}
