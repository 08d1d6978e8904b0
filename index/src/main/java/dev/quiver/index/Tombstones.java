package dev.quiver.index;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** Deleted ordinals, one bit each. Thread-safe; searches may run while some are added. */
final class Tombstones {
  private final AtomicLongArray words;
  private final AtomicInteger count = new AtomicInteger();
  private final int size;

  Tombstones(int size) {
    this.words = new AtomicLongArray(wordCount(size));
    this.size = size;
  }

  static int wordCount(int size) {
    return (int) (((long) size + 63) >>> 6);
  }

  /** Adds an ordinal; true if it wasn't in. */
  boolean add(int ordinal) {
    long bit = 1L << ordinal;
    boolean added = (words.getAndAccumulate(ordinal >> 6, bit, (a, b) -> a | b) & bit) == 0;
    if (added) {
      count.incrementAndGet();
    }
    return added;
  }

  boolean contains(int ordinal) {
    return (words.getPlain(ordinal >> 6) & (1L << ordinal)) != 0;
  }

  int count() {
    return count.get();
  }

  long word(int index) {
    return words.get(index);
  }

  /** What remains of {@code filter} (null: of everything) without the deleted ordinals. */
  @Nullable OrdinalFilter without(@Nullable OrdinalFilter filter) {
    return count() == 0 ? filter : new Live(filter);
  }

  private final class Live implements OrdinalFilter {
    private final @Nullable OrdinalFilter filter;

    Live(@Nullable OrdinalFilter filter) {
      this.filter = filter;
    }

    @Override
    public boolean accepts(int ordinal) {
      return !contains(ordinal) && (filter == null || filter.accepts(ordinal));
    }

    @Override
    public int cardinality() {
      // With another filter the overlap is unknown: the search measures it.
      return filter == null ? size - count() : UNKNOWN;
    }

    @Override
    public int nextAccepted(int from, int limit) {
      if (filter == null) {
        return OrdinalFilter.super.nextAccepted(from, limit);
      }
      int ordinal = filter.nextAccepted(from, limit);
      while (ordinal != NO_MORE && contains(ordinal)) {
        ordinal = filter.nextAccepted(ordinal + 1, limit);
      }
      return ordinal;
    }
  }
}
