package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/**
 * What a walk does with lists of neighbours. One instance serves all: it has no state. Both forms
 * give the same.
 */
interface ListKernel {
  /**
   * Copies little-endian ints; may write more than {@code count}, but no more than {@code room}.
   *
   * @param count at most {@code room}
   * @param room ints that may be read from {@code offset} on
   * @param out at least {@code at + count} long
   */
  void copy(MemorySegment memory, long offset, int count, int room, int[] out, int at);

  /**
   * Marks {@code ordinals[from..to)} by {@code seen[ordinal] = walk} and moves those that had
   * another mark to their front, in their order. Ordinals beyond {@code seen} are left out.
   *
   * @param ordinals no two of {@code [from..to)} are the same
   * @return where the new ones end
   */
  int unseen(byte[] seen, byte walk, int[] ordinals, int from, int to);
}
