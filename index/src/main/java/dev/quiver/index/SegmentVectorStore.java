package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A fixed number of rows in one segment that somebody else owns. */
final class SegmentVectorStore extends VectorStore {
  /** One chunk holds everything: {@code ordinal >>> 31} is 0 for every ordinal. */
  private static final int ONE_CHUNK_SHIFT = 31;

  private final MemorySegment[] chunks;
  private final int size;
  private final @Nullable RowFile file;

  SegmentVectorStore(
      MemorySegment rows,
      int size,
      int dimension,
      ElementType elementType,
      @Nullable RowFile file) {
    super(elementType, dimension);
    if (size < 0) {
      throw new IllegalArgumentException("size: " + size + " (expected: >= 0)");
    }
    if (!rows.isNative()) {
      throw new IllegalArgumentException("rows: a heap segment (expected: mapped or off-heap)");
    }
    long needed = (long) size * strideBytes();
    if (rows.byteSize() < needed) {
      throw new IllegalArgumentException(
          "rows: "
              + rows.byteSize()
              + " bytes (expected: at least "
              + needed
              + " for "
              + size
              + " rows of "
              + strideBytes()
              + " bytes)");
    }
    this.chunks = new MemorySegment[] {rows.asReadOnly()};
    this.size = size;
    this.file = file;
  }

  @Override
  @Nullable RowFile rowFile() {
    return file;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  MemorySegment[] chunks() {
    return chunks;
  }

  @Override
  int chunkShift() {
    return ONE_CHUNK_SHIFT;
  }
}
