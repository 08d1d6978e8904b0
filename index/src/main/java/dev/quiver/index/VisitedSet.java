package dev.quiver.index;

import java.util.Arrays;

/**
 * Which ordinals a walk has seen. A byte for each ordinal holds the number of the walk that saw it
 * last, so clearing between walks is one increment, but for every 255th. Small, because it is read
 * at random and should stay in the processor's second cache.
 */
final class VisitedSet extends OwnLines {
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
   * Marks {@code ordinals[from..to)} and moves those seen for the first time to their front, in
   * their order. Ordinals beyond the room are left out: they were inserted after this walk began
   * and are not part of it.
   *
   * <p>Nothing can predict which ones were seen, so that is first told as a bit each, without
   * branches.
   *
   * @param mayRepeat whether an ordinal may stand there twice, as in a list that somebody changes
   *     meanwhile; without that it is a little faster
   * @return where the new ones end
   */
  int addAll(int[] ordinals, int from, int to, boolean mayRepeat) {
    byte[] seen = seenBy;
    byte current = walk;
    int fresh = from;
    for (int start = from; start < to; start += Long.SIZE) {
      long unseen = unseen(seen, current, ordinals, start, Math.min(Long.SIZE, to - start));
      while (unseen != 0) {
        int ordinal = ordinals[start + Long.numberOfTrailingZeros(unseen)];
        unseen &= unseen - 1;
        if (!mayRepeat || seen[ordinal] != current) {
          seen[ordinal] = current;
          ordinals[fresh++] = ordinal;
        }
      }
    }
    return fresh;
  }

  /** Bit i is 1 if {@code ordinals[start + i]} is within the room and not yet marked. */
  private static long unseen(byte[] seen, byte current, int[] ordinals, int start, int count) {
    int walk = current & 0xff;
    long unseen = 0;
    for (int i = 0; i < count; i++) {
      int ordinal = ordinals[start + i];
      // Hardly ever so, and the check that the compiler makes for the array in any case.
      if (ordinal < 0 || ordinal >= seen.length) {
        continue;
      }
      // 1 to 255 becomes 1.
      int differs = (((seen[ordinal] & 0xff) ^ walk) + 0xff) >>> 8;
      unseen |= (long) differs << i;
    }
    return unseen;
  }

  long bytes() {
    return seenBy.length;
  }
}
