package dev.quiver.lucene;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.store.FilterIndexInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;

/**
 * Regions of an open file as memory. Where the directory maps files ({@link
 * org.apache.lucene.store.MMapDirectory}), a region is the mapping itself. Where it doesn't, or
 * where a region crosses two mappings (regions over 16 GiB by Lucene's default chunk), the region
 * is copied once, off-heap, when it is first asked for; this object owns the copies and frees them
 * on {@link #close}. It does not own the input.
 */
final class MappedFile implements Closeable {
  private static final int COPY_CHUNK_BYTES = 1 << 16;

  private final IndexInput input;
  private final OffHeapMemory copies;
  private final Map<Long, MemorySegment> copied = new HashMap<>();
  private volatile boolean closed;

  MappedFile(IndexInput input, OffHeapBudget budget) {
    this.input = input;
    this.copies = new OffHeapMemory(budget, "copy of " + input);
  }

  /** Returns {@code length} bytes at {@code offset} as read-only memory. Thread-safe. */
  MemorySegment region(long offset, long length) throws IOException {
    if (length == 0) {
      return MemorySegment.NULL;
    }
    if (FilterIndexInput.unwrapOnlyTest(input) instanceof MemorySegmentAccessInput mapped) {
      MemorySegment region = mapped.segmentSliceOrNull(offset, length);
      if (region != null) {
        return region;
      }
    }
    return copy(offset, length);
  }

  /** Whether regions may be read; false as soon as {@link #close} begins. */
  boolean isOpen() {
    return !closed;
  }

  private synchronized MemorySegment copy(long offset, long length) throws IOException {
    MemorySegment present = copied.get(offset);
    if (present != null) {
      return present;
    }
    MemorySegment copy = copies.allocate(length);
    IndexInput in = input.slice("copy", offset, length);
    byte[] buffer = new byte[(int) Math.min(COPY_CHUNK_BYTES, length)];
    for (long done = 0; done < length; ) {
      int chunk = (int) Math.min(buffer.length, length - done);
      in.readBytes(buffer, 0, chunk);
      MemorySegment.copy(buffer, 0, copy, ValueLayout.JAVA_BYTE, done, chunk);
      done += chunk;
    }
    MemorySegment readOnly = copy.asReadOnly();
    copied.put(offset, readOnly);
    return readOnly;
  }

  @Override
  public String toString() {
    return input.toString();
  }

  @Override
  public synchronized void close() {
    closed = true;
    copied.clear();
    copies.close();
  }
}
