package dev.quiver.index;

/**
 * How small a component gets in a {@link CodedVectors}. Walks compare codes, which are read from
 * memory several times faster than full vectors; the best of what they find is ranked again on the
 * vectors themselves.
 */
public enum CodeType {
  /** One byte for a component: hardly any walk differs from one on the vectors. */
  INT8(0, 8),
  /** Four bits for a component: half of the memory, with a few more candidates to rank again. */
  INT4(1, 4),
  /**
   * One bit for a component of the rotated vector: the least memory, several times as many
   * candidates to rank again. Rows can't be compared with each other, so graphs are built by
   * others.
   */
  BIT1(2, 1);

  /** Components of a query are rounded to whole numbers of at most this magnitude. */
  static final int QUERY_MAX = 127;

  private final int code;
  private final int bits;

  CodeType(int code, int bits) {
    this.code = code;
    this.bits = bits;
  }

  /** The number that stands for this type in files. Never changes and is never reused. */
  public int code() {
    return code;
  }

  /** Bits of one component. */
  public int bits() {
    return bits;
  }

  /** The type with the given file code; {@link IllegalArgumentException} when none has it. */
  public static CodeType ofCode(int code) {
    for (CodeType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new IllegalArgumentException("code type: " + code + " (expected: 0 to 2)");
  }

  /** The least value of a code. */
  int lowest() {
    return this == INT8 ? Byte.MIN_VALUE : 0;
  }

  /** The greatest value of a code. */
  int highest() {
    return lowest() + (1 << bits) - 1;
  }
}
