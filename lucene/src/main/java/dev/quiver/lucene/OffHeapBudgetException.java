package dev.quiver.lucene;

import java.io.IOException;

/**
 * Says that an off-heap allocation didn't fit its {@link OffHeapBudget}; nothing was allocated. The
 * message carries the numbers.
 */
public final class OffHeapBudgetException extends IOException {
  private static final long serialVersionUID = 1L;

  OffHeapBudgetException(String message) {
    super(message);
  }
}
