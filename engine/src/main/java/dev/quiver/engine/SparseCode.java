package dev.quiver.engine;

/**
 * Positive numbers in few bits, rounded up: the upper bits of their float, of which the exponent is
 * cut to 2^-32 to 2^32. How many bits of the fraction are kept is what an index's datatype says;
 * the vectors themselves stay exact, so that it costs time and space, never scores.
 */
enum SparseCode {
  /** Eight bits of the fraction: at most 0.4 % too much. */
  FINE(15),
  /** Five bits: at most 3.2 % too much. */
  MEDIUM(18),
  /** Two bits: at most 25 % too much. */
  COARSE(21);

  private static final int MIN_EXPONENT = 127 - 32;
  private static final int EXPONENTS = 64;

  /** The largest code of all. */
  static final int CODE_MAX = EXPONENTS << 8;

  private final int shift;
  private final int base;
  private final int last;

  SparseCode(int shift) {
    this.shift = shift;
    this.base = MIN_EXPONENT << (23 - shift);
    this.last = EXPONENTS << (23 - shift);
  }

  static SparseCode of(Datatype datatype) {
    return switch (datatype) {
      case FLOAT32 -> FINE;
      case FLOAT16 -> MEDIUM;
      case UINT8 -> COARSE;
    };
  }

  /**
   * @param size above 0, finite
   * @return 1 or more, larger for larger numbers
   */
  int encode(float size) {
    int bits = Float.floatToIntBits(size);
    int up = (bits + (1 << shift) - 1) >>> shift;
    return Math.clamp(up - base, 1, last);
  }

  /** The largest number that has the code. */
  float decode(int code) {
    return code >= last ? Float.MAX_VALUE : Float.intBitsToFloat((code + base) << shift);
  }
}
