package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/** Coded rows without SIMD: the fallback, and the twin that tests compare the fast ones with. */
record ScalarCodes(CodeType type) implements CodeKernel {
  @Override
  public void products(
      short[] query, MemorySegment codes, int words, int[] ordinals, int count, float[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = product(query, codes, 2L * words * ordinals[i], words);
    }
  }

  /** The inner product of the query and the row at byte {@code offset}. */
  int product(short[] query, MemorySegment codes, long offset, int words) {
    int planes = CodeRows.planes(type);
    int sum = 0;
    for (int w = 0; w < words; w++) {
      short word = CodeRows.word(codes, offset, w);
      for (int plane = 0; plane < planes; plane++) {
        sum += CodeRows.code(type, word, plane) * query[plane * words + w];
      }
    }
    return sum;
  }

  @Override
  public void select(
      MemorySegment codes,
      long offset,
      int words,
      short[] factors,
      short[] addends,
      short[] query) {
    int planes = CodeRows.planes(type);
    for (int w = 0; w < words; w++) {
      short word = CodeRows.word(codes, offset, w);
      for (int plane = 0; plane < planes; plane++) {
        int at = plane * words + w;
        short value = (short) (CodeRows.code(type, word, plane) * factors[at] + addends[at] + 128);
        query[at] = (short) (value >> 8);
      }
    }
  }
}
