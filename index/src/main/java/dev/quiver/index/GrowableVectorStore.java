package dev.quiver.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A store that rows are appended to, for building. Memory grows by chunks, so growth never copies
 * rows, and never beyond the budget that the store was given.
 *
 * <p>One thread appends at a time; any number of threads may read the rows that are there. The
 * creator closes the store; afterwards no search or build may use it.
 */
public final class GrowableVectorStore extends VectorStore implements AutoCloseable {
  /** Chunks aim at this size: small enough to waste little, large enough to be few. */
  private static final long CHUNK_BYTES = 4L << 20;

  /** The first chunk of a store that turns out small shouldn't cost megabytes. */
  private static final int SMALL_CHUNK_ROWS = 64;

  private final Arena arena = Arena.ofShared();
  private final long budgetBytes;
  private final int chunkShift;
  private volatile MemorySegment[] chunks = new MemorySegment[0];
  private volatile int size;
  private long allocatedBytes;

  private GrowableVectorStore(ElementType elementType, int dimension, long budgetBytes) {
    super(elementType, dimension);
    this.budgetBytes = budgetBytes;
    this.chunkShift = chunkShiftFor(strideBytes());
  }

  private static int chunkShiftFor(long strideBytes) {
    return 63 - Long.numberOfLeadingZeros(Math.max(1, CHUNK_BYTES / strideBytes));
  }

  /** An empty store that may take as much memory as there is. */
  public static GrowableVectorStore create(ElementType elementType, int dimension) {
    return new GrowableVectorStore(elementType, dimension, Long.MAX_VALUE);
  }

  /** An empty store that refuses to grow beyond {@code budgetBytes} of off-heap memory. */
  public static GrowableVectorStore create(
      ElementType elementType, int dimension, long budgetBytes) {
    return new GrowableVectorStore(elementType, dimension, budgetBytes);
  }

  /** Off-heap bytes that a store takes which has grown to {@code size} rows one by one. */
  public static long estimateBytes(ElementType elementType, int dimension, int size) {
    long strideBytes = (long) dimension * elementType.bytes();
    int chunkRows = 1 << chunkShiftFor(strideBytes);
    long smallBytes = chunkRows > SMALL_CHUNK_ROWS ? SMALL_CHUNK_ROWS * strideBytes : 0;
    if (size == 0) {
      return 0;
    }
    if (size <= SMALL_CHUNK_ROWS && smallBytes > 0) {
      return smallBytes;
    }
    long chunkCount = ((long) size + chunkRows - 1) / chunkRows;
    return smallBytes + chunkCount * chunkRows * strideBytes;
  }

  /**
   * Appends one vector, turned into this store's element type, and returns its ordinal.
   *
   * @throws IllegalArgumentException if the vector's length isn't the dimension
   * @throws MemoryBudgetException if the budget doesn't allow another chunk
   */
  public int append(float[] vector) {
    if (vector.length != dimension()) {
      throw new IllegalArgumentException(
          "vector of " + vector.length + " components (expected: " + dimension() + ")");
    }
    int ordinal = size;
    MemorySegment chunk = chunkForAppend(ordinal);
    elementType().encode(vector, chunk, offset(ordinal), dimension());
    size = ordinal + 1;
    return ordinal;
  }

  /** As {@link #append(float[])} for a row that is in this store's form already. */
  public int append(byte[] row) {
    return append(MemorySegment.ofArray(row));
  }

  /** As {@link #append(float[])} for a row that is in this store's form already. */
  public int append(MemorySegment row) {
    if (row.byteSize() != strideBytes()) {
      throw new IllegalArgumentException(
          "row of " + row.byteSize() + " bytes (expected: " + strideBytes() + ")");
    }
    int ordinal = size;
    MemorySegment chunk = chunkForAppend(ordinal);
    MemorySegment.copy(row, 0, chunk, offset(ordinal), strideBytes());
    size = ordinal + 1;
    return ordinal;
  }

  @Override
  public int size() {
    return size;
  }

  /** Off-heap bytes held now. */
  public long allocatedBytes() {
    return allocatedBytes;
  }

  /** Frees all rows. Reading afterwards throws {@link IllegalStateException}. */
  @Override
  public void close() {
    arena.close();
  }

  @Override
  MemorySegment[] chunks() {
    return chunks;
  }

  @Override
  int chunkShift() {
    return chunkShift;
  }

  private MemorySegment chunkForAppend(int ordinal) {
    if (ordinal == Integer.MAX_VALUE) {
      throw new IllegalStateException("store is full: " + ordinal + " rows");
    }
    MemorySegment[] current = chunks;
    int index = ordinal >>> chunkShift;
    long neededBytes = offset(ordinal) + strideBytes();
    if (index < current.length && current[index].byteSize() >= neededBytes) {
      return current[index];
    }
    long fullBytes = (1L << chunkShift) * strideBytes();
    // Only chunk 0 may start small; it is replaced once, by a full one.
    boolean small = ordinal == 0 && fullBytes > (long) SMALL_CHUNK_ROWS * strideBytes();
    MemorySegment chunk = allocate(small ? (long) SMALL_CHUNK_ROWS * strideBytes() : fullBytes);
    if (index < current.length) {
      MemorySegment.copy(current[index], 0, chunk, 0, current[index].byteSize());
    }
    MemorySegment[] grown = Arrays.copyOf(current, Math.max(current.length, index + 1));
    grown[index] = chunk;
    chunks = grown;
    return chunk;
  }

  private MemorySegment allocate(long bytes) {
    if (bytes > budgetBytes - allocatedBytes) {
      throw new MemoryBudgetException("vector store", allocatedBytes + bytes, budgetBytes);
    }
    MemorySegment chunk = arena.allocate(bytes, 64);
    allocatedBytes += bytes;
    return chunk;
  }
}
