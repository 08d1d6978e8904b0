package dev.quiver.index;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lends {@link SearchScratch}es to threads and keeps a bounded number of idle ones. Better than a
 * thread-local where searches run on many short-lived (virtual) threads. Lending and taking back
 * allocate nothing. Thread-safe.
 */
public final class ScratchPool {
  private final AtomicReferenceArray<@Nullable SearchScratch> idle;

  /** Keeps at most {@code idleMax} unused scratches. */
  public ScratchPool(int idleMax) {
    if (idleMax < 0) {
      throw new IllegalArgumentException("idleMax: " + idleMax + " (expected: >= 0)");
    }
    this.idle = new AtomicReferenceArray<>(idleMax);
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
    for (int i = 0; i < idle.length(); i++) {
      if (idle.getPlain(i) != null) {
        SearchScratch scratch = idle.getAndSet(i, null);
        if (scratch != null) {
          return scratch;
        }
      }
    }
    return new SearchScratch();
  }

  /** Takes back what {@link #borrow} lent; the caller uses it no more. */
  public void giveBack(SearchScratch scratch) {
    for (int i = 0; i < idle.length(); i++) {
      if (idle.getPlain(i) == null && idle.compareAndSet(i, null, scratch)) {
        return;
      }
    }
  }
}
