package dev.quiver.lucene;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Off-heap memory with one owner: every allocation is reserved in a budget first, and {@link
 * #close} frees all of it and gives the reservation back. Allocation is for one thread at a time;
 * the memory may be read by any.
 */
final class OffHeapMemory implements Closeable {
  private static final long ALIGNMENT_BYTES = 64;

  private final OffHeapBudget budget;
  private final String purpose;
  // Shared, since Lucene may fill a buffer on one thread and drop it on another. Made on first use:
  // closing a shared arena stops every thread for a moment, which owners of nothing needn't cost.
  private @Nullable Arena arena;
  private long reservedBytes;
  private boolean closed;

  OffHeapMemory(OffHeapBudget budget, String purpose) {
    this.budget = budget;
    this.purpose = purpose;
  }

  /** Allocates zeroed memory, aligned for SIMD loads. */
  MemorySegment allocate(long bytes) throws OffHeapBudgetException {
    if (closed) {
      throw new IllegalStateException(purpose + ": already freed");
    }
    budget.reserve(bytes, purpose);
    boolean success = false;
    try {
      if (arena == null) {
        arena = Arena.ofShared();
      }
      MemorySegment memory = arena.allocate(bytes, ALIGNMENT_BYTES);
      reservedBytes += bytes;
      success = true;
      return memory;
    } finally {
      if (!success) {
        budget.release(bytes);
      }
    }
  }

  long bytes() {
    return reservedBytes;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (arena != null) {
      arena.close();
    }
    budget.release(reservedBytes);
    reservedBytes = 0;
  }
}
