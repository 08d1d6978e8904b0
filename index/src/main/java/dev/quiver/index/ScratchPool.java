package dev.quiver.index;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lends {@link SearchScratch}es to threads and keeps a bounded number of idle ones. Better than a
 * thread-local where searches run on many short-lived (virtual) threads. Lending and taking back
 * allocate nothing. Thread-safe.
 *
 * <p>Each idle scratch has cache lines of its own, and each thread looks first where it left its
 * last one: threads that search at the same time write to different lines, and find the scratch
 * that is in the caches of their core.
 */
public final class ScratchPool {
  /**
   * Elements from one place to the next: 128 bytes at four bytes a reference, since processors
   * fetch lines of 64 bytes in pairs.
   */
  private static final int STRIDE = 32;

  private final int places;

  /** The places, with a stride before the first, where something else's lines end. */
  private final AtomicReferenceArray<@Nullable SearchScratch> idle;

  /** Keeps at most {@code idleMax} unused scratches. */
  public ScratchPool(int idleMax) {
    if (idleMax < 0) {
      throw new IllegalArgumentException("idleMax: " + idleMax + " (expected: >= 0)");
    }
    this.places = idleMax;
    this.idle = new AtomicReferenceArray<>(Math.multiplyExact(idleMax + 1, STRIDE));
  }

  /** Runs {@code search} with a scratch that nobody else uses meanwhile. */
  public <T> T with(Function<SearchScratch, T> search) {
    SearchScratch scratch = borrow();
    try {
      return search.apply(scratch);
    } finally {
      giveBack(scratch);
    }
  }

  /** A scratch for the caller alone, to be given back. */
  public SearchScratch borrow() {
    int own = own();
    for (int i = 0; i < places; i++) {
      int at = index(own + i);
      if (idle.getPlain(at) != null) {
        SearchScratch scratch = idle.getAndSet(at, null);
        if (scratch != null) {
          return scratch;
        }
      }
    }
    return new SearchScratch();
  }

  /** Takes back what {@link #borrow} lent; the caller uses it no more. */
  public void giveBack(SearchScratch scratch) {
    int own = own();
    for (int i = 0; i < places; i++) {
      int at = index(own + i);
      if (idle.getPlain(at) == null && idle.compareAndSet(at, null, scratch)) {
        return;
      }
    }
  }

  /** The place where this thread looks first; threads that began one after the other differ. */
  private int own() {
    return places == 0 ? 0 : (int) (Thread.currentThread().threadId() % places);
  }

  /** Of the array, for a place, which may be past the last: the first follows on it. */
  private int index(int place) {
    return ((place < places ? place : place - places) + 1) * STRIDE;
  }
}
