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
  private static final int LANES = SHORTS.length();
  private static final int WORDS = FORM.words();
  private static final int CODES_PER_WORD = TYPE == CodeType.INT8 ? 2 : 4;
  private static final short NIBBLE = 0xf;
  private static final short HALF = 128;

  SimdCodes() {}

  @Override
  public int product(short[] query, MemorySegment codes, long offset, int words) {
    return oneProduct(query, codes, offset, WORDS > 0 ? WORDS : words);
  }

  private static int oneProduct(short[] query, MemorySegment codes, long offset, int words) {
    return TYPE == CodeType.INT8
        ? bytes(query, codes, offset, words)
        : nibbles(query, codes, offset, words);
  }

  @Override
  public void products(
      short[] query, MemorySegment codes, int words, int[] ordinals, int count, float[] out) {
    int rowWords = WORDS > 0 ? WORDS : words;
    touch(codes, 2 * rowWords, ordinals, count);
    long rowBytes = 2L * rowWords;
    for (int i = 0; i < count; i++) {
      out[i] = oneProduct(query, codes, ordinals[i] * rowBytes, rowWords);
    }
  }

  /**
   * Loads a byte of every cache line of the rows. The processor goes on while it waits for some ten
   * of them, but only as far as its window of instructions reaches: so no work stands in between.
   */
  private static void touch(MemorySegment codes, int rowBytes, int[] ordinals, int count) {
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

  private static int bytes(short[] query, MemorySegment codes, long offset, int words) {
    IntVector sum0 = IntVector.zero(INTS);
    IntVector sum1 = IntVector.zero(INTS);
    for (int w = 0; w < words; w += LANES) {
      ShortVector word = load(codes, offset, w);
      ShortVector pair =
          word.lanewise(LSHL, 8)
              .lanewise(ASHR, 8)
              .mul(query(query, w))
              .add(word.lanewise(ASHR, 8).mul(query(query, words + w)));
      IntVector ints = pair.reinterpretAsInts();
      sum0 = sum0.add(ints.lanewise(LSHL, 16).lanewise(ASHR, 16));
      sum1 = sum1.add(ints.lanewise(ASHR, 16));
    }
    return sum0.add(sum1).reduceLanes(ADD);
  }

  private static int nibbles(short[] query, MemorySegment codes, long offset, int words) {
    if (words <= INT4_STEPS * LANES) {
      return nibbles(query, codes, offset, words, 0, words);
    }
    int sum = 0;
    for (int from = 0; from < words; from += INT4_STEPS * LANES) {
      sum += nibbles(query, codes, offset, words, from, Math.min(words, from + INT4_STEPS * LANES));
    }
    return sum;
  }

  private static int nibbles(
      short[] query, MemorySegment codes, long offset, int words, int from, int to) {
    ShortVector sum0 = ShortVector.zero(SHORTS);
    ShortVector sum1 = ShortVector.zero(SHORTS);
    ShortVector sum2 = ShortVector.zero(SHORTS);
    ShortVector sum3 = ShortVector.zero(SHORTS);
    for (int w = from; w < to; w += LANES) {
      ShortVector word = load(codes, offset, w);
      sum0 = word.and(NIBBLE).mul(query(query, w)).add(sum0);
      sum1 = word.lanewise(LSHR, 4).and(NIBBLE).mul(query(query, words + w)).add(sum1);
      sum2 = word.lanewise(LSHR, 8).and(NIBBLE).mul(query(query, 2 * words + w)).add(sum2);
      sum3 = word.lanewise(LSHR, 12).mul(query(query, 3 * words + w)).add(sum3);
    }
    if (4 * (to - from) <= INT4_STEPS * LANES) {
      // Few enough to be added in 16 bits.
      return widen(sum0.add(sum1).add(sum2.add(sum3))).reduceLanes(ADD);
    }
    if (2 * (to - from) <= INT4_STEPS * LANES) {
      return widen(sum0.add(sum1)).add(widen(sum2.add(sum3))).reduceLanes(ADD);
    }
    return widen(sum0).add(widen(sum1)).add(widen(sum2).add(widen(sum3))).reduceLanes(ADD);
  }

  /** Sums of neighbouring lanes in 32 bits. */
  private static IntVector widen(ShortVector shorts) {
    IntVector ints = shorts.reinterpretAsInts();
    return ints.lanewise(LSHL, 16).lanewise(ASHR, 16).add(ints.lanewise(ASHR, 16));
  }

  @Override
  public void select(
      MemorySegment codes,
      long offset,
      int words,
      short[] factors,
      short[] addends,
      short[] query) {
    // A loop over the places in a word, not four times its body: beyond a number of instructions
    // the compiler stops inlining, and registers that are handed over become objects.
    for (int place = 0; place < CODES_PER_WORD; place++) {
      for (int w = 0; w < words; w += LANES) {
        int at = place * words + w;
        code(load(codes, offset, w), place)
            .mul(query(factors, at))
            .add(query(addends, at))
            .add(HALF)
            .lanewise(ASHR, 8)
            .intoArray(query, at);
      }
    }
  }

  private static ShortVector code(ShortVector words, int place) {
    return TYPE == CodeType.INT8
        ? words.lanewise(LSHL, 8 - 8L * place).lanewise(ASHR, 8)
        : words.lanewise(LSHR, 4L * place).and(NIBBLE);
  }

  private static ShortVector load(MemorySegment codes, long offset, int word) {
    return ShortVector.fromMemorySegment(
        SHORTS, codes, offset + 2L * word, ByteOrder.LITTLE_ENDIAN);
  }

  private static ShortVector query(short[] query, int at) {
    return ShortVector.fromArray(SHORTS, query, at);
  }
}
