package dev.quiver.index;

import java.util.Arrays;

/**
 * Which ordinals a walk has seen. A byte for each ordinal holds the number of the walk that saw it
 * last, so clearing between walks is one increment, but for every 255th. Small, because it is read
 * at random and should stay in the processor's second cache.
 */
final class VisitedSet {
  private static final ListKernel LISTS = Kernels.lists();

  private byte[] seenBy = new byte[0];
  private byte walk;

  /** Forgets everything and makes room for ordinals below {@code size}. */
  void clear(int size) {
    if (seenBy.length < size) {
      // Some room beyond: a live graph grows with each insertion.
      seenBy = new byte[(int) Math.min(Integer.MAX_VALUE - 8, size + (size >> 2) + 16L)];
      walk = 0;
    }
    if (++walk == 0) {
      Arrays.fill(seenBy, (byte) 0);
      walk = 1;
    }
  }

  /** Marks an ordinal; true the first time. */
  boolean add(int ordinal) {
    byte[] seen = seenBy;
    if (seen[ordinal] == walk) {
      return false;
    }
    seen[ordinal] = walk;
    return true;
  }

  boolean contains(int ordinal) {
    return seenBy[ordinal] == walk;
  }

  /**
   * Marks {@code ordinals[from..to)}, of which no two are the same, and moves those seen for the
   * first time to their front.
   *
   * @return where the new ones end
   */
  int addAll(int[] ordinals, int from, int to) {
    return LISTS.unseen(seenBy, walk, ordinals, from, to);
  }

  long bytes() {
    return seenBy.length;
  }
}
