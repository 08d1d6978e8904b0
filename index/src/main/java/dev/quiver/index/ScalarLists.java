package dev.quiver.index;

import java.lang.foreign.MemorySegment;

/** Lists of neighbours, one after the other. */
final class ScalarLists implements ListKernel {
  @Override
  public void copy(MemorySegment memory, long offset, int count, int room, int[] out, int at) {
    for (int i = 0; i < count; i++) {
      out[at + i] = memory.get(ElementType.INT_LE, offset + (long) i * Integer.BYTES);
    }
  }

  @Override
  public int unseen(byte[] seen, byte walk, int[] ordinals, int from, int to) {
    return unseen(seen, walk, ordinals, from, to, from);
  }

  /** As above, when {@code ordinals[from..fresh)} are new ones found so far. */
  static int unseen(byte[] seen, byte walk, int[] ordinals, int from, int to, int freshSoFar) {
    int fresh = freshSoFar;
    for (int i = from; i < to; i++) {
      int ordinal = ordinals[i];
      // An ordinal beyond the room was inserted after this walk began: not part of it.
      if (ordinal < seen.length && seen[ordinal] != walk) {
        seen[ordinal] = walk;
        ordinals[fresh++] = ordinal;
      }
    }
    return fresh;
  }
}
