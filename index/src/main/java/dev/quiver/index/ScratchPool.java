package dev.quiver.index;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Lends {@link SearchScratch}es to threads and keeps a bounded number of idle ones. Better than a
 * thread-local where searches run on many short-lived (virtual) threads. Thread-safe.
 */
public final class ScratchPool {
  private final ConcurrentLinkedQueue<SearchScratch> idle = new ConcurrentLinkedQueue<>();
  private final AtomicInteger idleCount = new AtomicInteger();
  private final int idleMax;

  /** Keeps at most {@code idleMax} unused scratches. */
  public ScratchPool(int idleMax) {
    if (idleMax < 0) {
      throw new IllegalArgumentException("idleMax: " + idleMax + " (expected: >= 0)");
    }
    this.idleMax = idleMax;
  }

  /** Runs {@code search} with a scratch that nobody else uses meanwhile. */
  public <T> T with(Function<SearchScratch, T> search) {
    SearchScratch scratch = idle.poll();
    if (scratch == null) {
      scratch = new SearchScratch();
    } else {
      idleCount.decrementAndGet();
    }
    try {
      return search.apply(scratch);
    } finally {
      if (idleCount.incrementAndGet() <= idleMax) {
        idle.add(scratch);
      } else {
        idleCount.decrementAndGet();
      }
    }
  }
}
