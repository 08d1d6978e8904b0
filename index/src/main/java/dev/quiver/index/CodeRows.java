package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/**
 * Where the components of a coded row are.
 *
 * <p>A row is a number of 16-bit little-endian words, a multiple of {@value #WORDS_STEP} so that
 * registers of up to 256 bits divide it. A word holds two (INT8) or four (INT4) codes, its
 * <i>planes</i>, lowest bits first; component {@code i} is in word {@code i % words}, plane {@code
 * i / words}. So one load, shift and mask give the codes of consecutive components, whatever the
 * width of the registers. What is beyond the dimension is 0 and meets a query of 0.
 */
final class CodeRows {
  static final int WORDS_STEP = 16;

  private CodeRows() {}

  static int planes(CodeType type) {
    return Short.SIZE / type.bits();
  }

  static int words(CodeType type, int dimension) {
    int planes = planes(type);
    int words = (dimension + planes - 1) / planes;
    return (words + WORDS_STEP - 1) / WORDS_STEP * WORDS_STEP;
  }

  static int bytes(CodeType type, int dimension) {
    return 2 * words(type, dimension);
  }

  /** The code in one plane of a word. */
  static int code(CodeType type, short word, int plane) {
    return type == CodeType.INT8 ? (byte) (word >> (8 * plane)) : (word >> (4 * plane)) & 0xf;
  }

  /** Reads one word. */
  static short word(MemorySegment codes, long offset, int word) {
    return codes.get(ElementType.SHORT_LE, offset + 2L * word);
  }
}
