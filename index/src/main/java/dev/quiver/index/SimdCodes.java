package dev.quiver.index;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Coded rows on SIMD registers of 16-bit lanes. Copied for each {@link CodeForm} ({@link
 * ClassCopies}).
 *
 * <p>Products of a code and a query's component are summed up in 16 bits as long as nothing can
 * overflow, then in 32:
 *
 * <ul>
 *   <li>INT8: |code * query| is at most 128 * 127 = 16,256, so two of them fit.
 *   <li>INT4: at most 15 * 127 = 1,905, so {@value #INT4_STEPS} of them fit.
 * </ul>
 */
final class SimdCodes implements CodeKernel {
  private static final int INT4_STEPS = 17;
  private static final int LINE_BYTES = 64;

  private static final CodeForm FORM = ClassCopies.constant(MethodHandles.lookup(), CodeForm.class);
  private static final CodeType TYPE = FORM.type();
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FORM.lanes() * Short.SIZE));
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SHORTS.vectorShape());
  private static final Class<ShortVector> SHORT = Species.exact(SHORTS, ShortVector.class);
  private static final Class<IntVector> INT = Species.exact(INTS, IntVector.class);
  private static final int LANES = SHORTS.length();
  private static final int WORDS = FORM.words();
  private static final int CODES_PER_WORD = TYPE == CodeType.INT8 ? 2 : 4;
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
  private static final short NIBBLE = 0xf;
  private static final short HALF = 128;

  SimdCodes() {}

  @Override
  public void products(
      short[] query, MemorySegment codes, int words, int[] ordinals, int count, float[] out) {
    int rowWords = WORDS > 0 ? WORDS : words;
    touch(codes, words, ordinals, count);
    // These are longer than what the compiler inlines, so each has a loop over rows and looks at
    // WORDS itself.
    if (TYPE == CodeType.INT8) {
      bytes(query, codes, words, ordinals, count, out);
    } else if (4 * rowWords <= INT4_STEPS * LANES) {
      fewNibbles(query, codes, words, ordinals, count, out);
    } else {
      manyNibbles(query, codes, words, ordinals, count, out);
    }
  }

  /**
   * Loads a byte of every cache line of the rows. The processor goes on while it waits for some ten
   * of them, but only as far as its window of instructions reaches: so no work stands in between.
   */
  private static void touch(MemorySegment codes, int anyWords, int[] ordinals, int count) {
    int rowBytes = 2 * (WORDS > 0 ? WORDS : anyWords);
    // Rows that begin with a line end with one.
    boolean whole = rowBytes % LINE_BYTES == 0 && codes.address() % LINE_BYTES == 0;
    int touched = 0;
    for (int i = 0; i < count; i++) {
      long offset = (long) ordinals[i] * rowBytes;
      for (int at = 0; at < rowBytes; at += LINE_BYTES) {
        touched |= codes.get(ValueLayout.JAVA_BYTE, offset + at);
      }
    }
    for (int i = 0; !whole && i < count; i++) {
      touched |= codes.get(ValueLayout.JAVA_BYTE, (long) ordinals[i] * rowBytes + rowBytes - 1);
    }
    if (touched == Integer.MAX_VALUE) {
      // Never so, as bytes have no such bits, but it keeps the loads from being dropped as unused.
      throw new AssertionError("touched: " + touched);
    }
  }

  private static void bytes(
      short[] query, MemorySegment codes, int anyWords, int[] ordinals, int count, float[] out) {
    int words = WORDS > 0 ? WORDS : anyWords;
    for (int row = 0; row < count; row++) {
      long offset = 2L * words * ordinals[row];
      IntVector sum0 = IntVector.zero(INTS);
      IntVector sum1 = IntVector.zero(INTS);
      for (int w = 0; w < words; w += LANES) {
        ShortVector word =
            SHORT.cast(ShortVector.fromMemorySegment(SHORTS, codes, offset + 2L * w, LITTLE));
        ShortVector query0 = SHORT.cast(ShortVector.fromArray(SHORTS, query, w));
        ShortVector query1 = SHORT.cast(ShortVector.fromArray(SHORTS, query, words + w));
        ShortVector low = SHORT.cast(SHORT.cast(word.lanewise(LSHL, 8)).lanewise(ASHR, 8));
        ShortVector pair = SHORT.cast(query0.mul(low));
        pair = SHORT.cast(pair.add(query1.mul(word.lanewise(ASHR, 8))));
        IntVector ints = INT.cast(pair.reinterpretAsInts());
        sum0 = INT.cast(INT.cast(ints.lanewise(LSHL, 16)).lanewise(ASHR, 16)).add(sum0);
        sum1 = INT.cast(ints.lanewise(ASHR, 16)).add(sum1);
      }
      out[row] = INT.cast(INT.cast(sum0).add(sum1)).reduceLanes(ADD);
    }
  }

  /** Rows so short that the products of all four planes can be added in 16 bits. */
  private static void fewNibbles(
      short[] query, MemorySegment codes, int anyWords, int[] ordinals, int count, float[] out) {
    int words = WORDS > 0 ? WORDS : anyWords;
    for (int row = 0; row < count; row++) {
      long offset = 2L * words * ordinals[row];
      ShortVector sum0 = ShortVector.zero(SHORTS);
      ShortVector sum1 = ShortVector.zero(SHORTS);
      ShortVector sum2 = ShortVector.zero(SHORTS);
      ShortVector sum3 = ShortVector.zero(SHORTS);
      for (int w = 0; w < words; w += LANES) {
        ShortVector word =
            SHORT.cast(ShortVector.fromMemorySegment(SHORTS, codes, offset + 2L * w, LITTLE));
        ShortVector query0 = ShortVector.fromArray(SHORTS, query, w);
        ShortVector query1 = ShortVector.fromArray(SHORTS, query, words + w);
        ShortVector query2 = ShortVector.fromArray(SHORTS, query, 2 * words + w);
        ShortVector query3 = ShortVector.fromArray(SHORTS, query, 3 * words + w);
        ShortVector code1 = SHORT.cast(word.lanewise(LSHR, 4));
        ShortVector code2 = SHORT.cast(word.lanewise(LSHR, 8));
        sum0 = SHORT.cast(SHORT.cast(word.and(NIBBLE)).mul(query0)).add(sum0);
        sum1 = SHORT.cast(SHORT.cast(code1.and(NIBBLE)).mul(query1)).add(sum1);
        sum2 = SHORT.cast(SHORT.cast(code2.and(NIBBLE)).mul(query2)).add(sum2);
        sum3 = SHORT.cast(SHORT.cast(word.lanewise(LSHR, 12)).mul(query3)).add(sum3);
      }
      ShortVector sum = SHORT.cast(SHORT.cast(sum0).add(sum1));
      sum = SHORT.cast(sum.add(SHORT.cast(sum2).add(sum3)));
      IntVector ints = INT.cast(sum.reinterpretAsInts());
      IntVector low = INT.cast(INT.cast(ints.lanewise(LSHL, 16)).lanewise(ASHR, 16));
      out[row] = INT.cast(low.add(ints.lanewise(ASHR, 16))).reduceLanes(ADD);
    }
  }

  /**
   * Rows of any length: of as many words as fit, two planes are added in 16 bits. Has the loop of
   * {@link #fewNibbles} again, since one for both takes up to 39 % longer, and a method that both
   * call would be handed registers ({@link Species}).
   */
  private static void manyNibbles(
      short[] query, MemorySegment codes, int anyWords, int[] ordinals, int count, float[] out) {
    int words = WORDS > 0 ? WORDS : anyWords;
    for (int row = 0; row < count; row++) {
      long offset = 2L * words * ordinals[row];
      IntVector sum = IntVector.zero(INTS);
      for (int from = 0; from < words; from += INT4_STEPS / 2 * LANES) {
        int to = Math.min(words, from + INT4_STEPS / 2 * LANES);
        ShortVector sum0 = ShortVector.zero(SHORTS);
        ShortVector sum1 = ShortVector.zero(SHORTS);
        ShortVector sum2 = ShortVector.zero(SHORTS);
        ShortVector sum3 = ShortVector.zero(SHORTS);
        for (int w = from; w < to; w += LANES) {
          ShortVector word =
              SHORT.cast(ShortVector.fromMemorySegment(SHORTS, codes, offset + 2L * w, LITTLE));
          ShortVector query0 = ShortVector.fromArray(SHORTS, query, w);
          ShortVector query1 = ShortVector.fromArray(SHORTS, query, words + w);
          ShortVector query2 = ShortVector.fromArray(SHORTS, query, 2 * words + w);
          ShortVector query3 = ShortVector.fromArray(SHORTS, query, 3 * words + w);
          ShortVector code1 = SHORT.cast(word.lanewise(LSHR, 4));
          ShortVector code2 = SHORT.cast(word.lanewise(LSHR, 8));
          sum0 = SHORT.cast(SHORT.cast(word.and(NIBBLE)).mul(query0)).add(sum0);
          sum1 = SHORT.cast(SHORT.cast(code1.and(NIBBLE)).mul(query1)).add(sum1);
          sum2 = SHORT.cast(SHORT.cast(code2.and(NIBBLE)).mul(query2)).add(sum2);
          sum3 = SHORT.cast(SHORT.cast(word.lanewise(LSHR, 12)).mul(query3)).add(sum3);
        }
        ShortVector shorts0 = SHORT.cast(SHORT.cast(sum0).add(sum1));
        ShortVector shorts1 = SHORT.cast(SHORT.cast(sum2).add(sum3));
        IntVector ints0 = INT.cast(shorts0.reinterpretAsInts());
        IntVector ints1 = INT.cast(shorts1.reinterpretAsInts());
        IntVector low0 = INT.cast(INT.cast(ints0.lanewise(LSHL, 16)).lanewise(ASHR, 16));
        IntVector low1 = INT.cast(INT.cast(ints1.lanewise(LSHL, 16)).lanewise(ASHR, 16));
        IntVector all0 = INT.cast(low0.add(ints0.lanewise(ASHR, 16)));
        IntVector all1 = INT.cast(low1.add(ints1.lanewise(ASHR, 16)));
        sum = INT.cast(all0.add(all1)).add(sum);
      }
      out[row] = INT.cast(sum).reduceLanes(ADD);
    }
  }

  @Override
  public void select(
      MemorySegment codes,
      long offset,
      int words,
      short[] factors,
      short[] addends,
      short[] query) {
    // A loop over the places in a word, not four times its body.
    for (int place = 0; place < CODES_PER_WORD; place++) {
      for (int w = 0; w < words; w += LANES) {
        int at = place * words + w;
        ShortVector word =
            SHORT.cast(ShortVector.fromMemorySegment(SHORTS, codes, offset + 2L * w, LITTLE));
        ShortVector code =
            TYPE == CodeType.INT8
                ? SHORT.cast(SHORT.cast(word.lanewise(LSHL, 8 - 8L * place)).lanewise(ASHR, 8))
                : SHORT.cast(SHORT.cast(word.lanewise(LSHR, 4L * place)).and(NIBBLE));
        ShortVector product = SHORT.cast(code.mul(ShortVector.fromArray(SHORTS, factors, at)));
        ShortVector sum = SHORT.cast(product.add(ShortVector.fromArray(SHORTS, addends, at)));
        SHORT.cast(SHORT.cast(sum.add(HALF)).lanewise(ASHR, 8)).intoArray(query, at);
      }
    }
  }
}
