package dev.quiver.index;

import java.util.function.IntConsumer;

/**
 * A set of ordinals, one bit each, as a filter. Not thread-safe while it changes; any number of
 * threads may read it.
 */
public final class OrdinalBitSet implements OrdinalFilter {
  private final long[] words;
  private final int size;
  private int cardinality;

  /** An empty set of ordinals below {@code size}. */
  public OrdinalBitSet(int size) {
    this(new long[(int) (((long) size + 63) >>> 6)], size);
  }

  /**
   * A set over existing bits, without copying: ordinal {@code i} is bit {@code i & 63} of {@code
   * words[i >> 6]}. Bits from {@code size} on must be 0. The caller leaves the array alone from
   * here on.
   */
  public OrdinalBitSet(long[] words, int size) {
    this(words, size, count(words));
  }

  /**
   * As above, where it is known how many bits are 1.
   *
   * @param cardinality that, or nearly: searches choose their way by it
   */
  public OrdinalBitSet(long[] words, int size, int cardinality) {
    if (size < 0 || words.length < ((long) size + 63) >>> 6) {
      throw new IllegalArgumentException(
          "size: " + size + " (expected: 0 to 64 * " + words.length + ")");
    }
    if (cardinality < 0 || cardinality > size) {
      throw new IllegalArgumentException(
          "cardinality: " + cardinality + " (expected: 0 to " + size + ")");
    }
    this.words = words;
    this.size = size;
    this.cardinality = cardinality;
  }

  private static int count(long[] words) {
    int count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /** All ordinals below {@code size}. */
  public static OrdinalBitSet full(int size) {
    OrdinalBitSet all = new OrdinalBitSet(size);
    for (int i = 0; i < size; i++) {
      all.add(i);
    }
    return all;
  }

  /** Ordinals are below this. */
  public int size() {
    return size;
  }

  /** Adds an ordinal; true if it wasn't in. */
  public boolean add(int ordinal) {
    check(ordinal);
    long bit = 1L << ordinal;
    boolean added = (words[ordinal >> 6] & bit) == 0;
    if (added) {
      words[ordinal >> 6] |= bit;
      cardinality++;
    }
    return added;
  }

  /** Removes an ordinal; true if it was in. */
  public boolean remove(int ordinal) {
    check(ordinal);
    long bit = 1L << ordinal;
    boolean removed = (words[ordinal >> 6] & bit) != 0;
    if (removed) {
      words[ordinal >> 6] &= ~bit;
      cardinality--;
    }
    return removed;
  }

  /** False for ordinals beyond the size too. */
  @Override
  public boolean accepts(int ordinal) {
    return ordinal < size && (words[ordinal >> 6] & (1L << ordinal)) != 0;
  }

  @Override
  public int cardinality() {
    return cardinality;
  }

  @Override
  public int nextAccepted(int from, int limit) {
    int end = Math.min(limit, size);
    if (from >= end) {
      return NO_MORE;
    }
    int index = from >> 6;
    long word = words[index] & (-1L << from);
    int last = (end - 1) >> 6;
    while (word == 0) {
      if (++index > last) {
        return NO_MORE;
      }
      word = words[index];
    }
    int ordinal = (index << 6) + Long.numberOfTrailingZeros(word);
    return ordinal < end ? ordinal : NO_MORE;
  }

  /** Calls for each ordinal in the set that is below {@code limit}, ascending. */
  void forEachBelow(int limit, IntConsumer consumer) {
    int end = Math.min(limit, size);
    for (int index = 0; index << 6 < end; index++) {
      long word = words[index];
      while (word != 0) {
        int ordinal = (index << 6) + Long.numberOfTrailingZeros(word);
        if (ordinal >= end) {
          return;
        }
        consumer.accept(ordinal);
        word &= word - 1;
      }
    }
  }

  private void check(int ordinal) {
    if (ordinal < 0 || ordinal >= size) {
      throw new IndexOutOfBoundsException(
          "ordinal: " + ordinal + " (expected: 0 to " + (size - 1) + ")");
    }
  }
}
