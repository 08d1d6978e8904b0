package dev.quiver.index;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Off-heap blocks of {@code slots} little-endian ints, addressed by block and slot. Growable (by
 * chunks, nothing is copied) or a view of memory that somebody else owns.
 */
final class Blocks {
  /** Aligned, for acquire and release; growable blocks only. */
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final long CHUNK_BYTES = 1L << 20;
  private static final int LINE_INTS = 16;
  private static final int ONE_CHUNK_SHIFT = 31;

  private final int slots;
  private final long strideBytes;
  private final int shift;
  private final int mask;
  private final @Nullable Arena arena;
  private volatile MemorySegment[] chunks;

  private Blocks(int slots, int shift, @Nullable Arena arena, MemorySegment[] chunks) {
    this.slots = slots;
    this.strideBytes = 4L * slots;
    this.shift = shift;
    this.mask = (1 << shift) - 1;
    this.arena = arena;
    this.chunks = chunks;
  }

  /** No blocks yet; memory comes from {@code arena}, zeroed. */
  static Blocks growable(int slots, Arena arena) {
    int shift = 63 - Long.numberOfLeadingZeros(Math.max(1, CHUNK_BYTES / (4L * slots)));
    return new Blocks(slots, shift, arena, new MemorySegment[0]);
  }

  /** A view of memory that holds whole blocks from its beginning. */
  static Blocks over(int slots, MemorySegment memory) {
    return new Blocks(slots, ONE_CHUNK_SHIFT, null, new MemorySegment[] {memory});
  }

  /** Bytes that {@code count} blocks take when growable. */
  static long estimateBytes(int slots, long count) {
    long perChunk = Long.highestOneBit(Math.max(1, CHUNK_BYTES / (4L * slots)));
    return (count + perChunk - 1) / perChunk * perChunk * 4L * slots;
  }

  /** Makes room for blocks 0 to {@code count - 1}. */
  void ensure(int count) {
    int needed = count == 0 ? 0 : ((count - 1) >>> shift) + 1;
    if (chunks.length < needed) {
      grow(needed);
    }
  }

  private synchronized void grow(int needed) {
    MemorySegment[] current = chunks;
    if (current.length >= needed) {
      return;
    }
    Arena owner = arena;
    if (owner == null) {
      throw new IllegalStateException("blocks over foreign memory can't grow");
    }
    MemorySegment[] grown = Arrays.copyOf(current, needed);
    for (int i = current.length; i < needed; i++) {
      grown[i] = owner.allocate(strideBytes << shift, 64);
    }
    chunks = grown;
  }

  int slots() {
    return slots;
  }

  long bytes() {
    long bytes = 0;
    for (MemorySegment chunk : chunks) {
      bytes += chunk.byteSize();
    }
    return bytes;
  }

  int get(int block, int slot) {
    return chunks[block >>> shift].get(ElementType.INT_LE, offset(block, slot));
  }

  void set(int block, int slot, int value) {
    chunks[block >>> shift].set(ElementType.INT_LE, offset(block, slot), value);
  }

  int getAcquire(int block, int slot) {
    return (int) INT.getAcquire(chunks[block >>> shift], offset(block, slot));
  }

  void setRelease(int block, int slot, int value) {
    INT.setRelease(chunks[block >>> shift], offset(block, slot), value);
  }

  /**
   * Copies the list in slots {@code countSlot + 1...}, whose length is in {@code countSlot}.
   *
   * @return where it ends in {@code out}
   */
  int readList(int block, int countSlot, int[] out, int at) {
    MemorySegment chunk = chunks[block >>> shift];
    long offset = offset(block, countSlot);
    return readElements(chunk, offset, chunk.get(ElementType.INT_LE, offset), countSlot, out, at);
  }

  /**
   * As {@link #readList} while others write. The list may be a mix of an old and a new one, but
   * each element was once written whole, as it is aligned, and what its writer did before is
   * visible: one fence for all elements, since reading each of them in order takes twice as long.
   */
  int readListAcquire(int block, int countSlot, int[] out, int at) {
    MemorySegment chunk = chunks[block >>> shift];
    long offset = offset(block, countSlot);
    int count = (int) INT.getAcquire(chunk, offset);
    int end = readElements(chunk, offset, count, countSlot, out, at);
    VarHandle.acquireFence();
    return end;
  }

  private int readElements(
      MemorySegment chunk, long offset, int count, int countSlot, int[] out, int at) {
    int within = Math.min(count, slots - countSlot - 1);
    for (int i = 0; i < within; i++) {
      out[at + i] = chunk.get(ElementType.INT_LE, offset + 4 + 4L * i);
    }
    return at + within;
  }

  /** Writes a list for {@link #readListAcquire}: elements first, then the count. */
  void writeListRelease(int block, int countSlot, int[] list, int count) {
    MemorySegment chunk = chunks[block >>> shift];
    long offset = offset(block, countSlot);
    for (int i = 0; i < count; i++) {
      INT.setRelease(chunk, offset + 4 + 4L * i, list[i]);
    }
    INT.setRelease(chunk, offset, count);
  }

  /**
   * Hands blocks 0 to {@code count - 1} to {@code sink}, in order, in as few pieces as possible.
   */
  void forEachPiece(int count, PieceSink sink) throws IOException {
    long remaining = count * strideBytes;
    for (MemorySegment chunk : chunks) {
      long bytes = Math.min(remaining, chunk.byteSize());
      if (bytes > 0) {
        sink.accept(chunk.asSlice(0, bytes));
      }
      remaining -= bytes;
    }
  }

  /** Loads one int of each cache line of a block; their sum is of no meaning. */
  int touch(int block) {
    MemorySegment chunk = chunks[block >>> shift];
    long offset = offset(block, 0);
    int sum = 0;
    for (int slot = 0; slot < slots; slot += LINE_INTS) {
      sum += chunk.get(ElementType.INT_LE, offset + 4L * slot);
    }
    return sum + chunk.get(ElementType.INT_LE, offset + 4L * (slots - 1));
  }

  private long offset(int block, int slot) {
    return (block & mask) * strideBytes + 4L * slot;
  }

  /** Takes one contiguous piece of blocks. */
  @FunctionalInterface
  interface PieceSink {
    void accept(MemorySegment piece) throws IOException;
  }
}
