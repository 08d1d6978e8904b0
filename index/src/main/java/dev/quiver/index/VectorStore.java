package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Vectors of one dimension and element type in off-heap memory, addressed by ordinal, 0 to {@link
 * #size()} - 1.
 *
 * <p>Layout: row {@code i} is {@code dimension} components, little-endian, at byte {@code i *
 * strideBytes()} where the stride is {@code dimension * elementType.bytes()}; no padding, no
 * header. Memory may be cut into chunks that each hold the same power of two of whole rows.
 *
 * <p>Reading is safe from any number of threads. A store doesn't own the memory it was given
 * ({@link #over}); {@link GrowableVectorStore} owns its own and must be closed.
 */
public abstract sealed class VectorStore permits SegmentVectorStore, GrowableVectorStore {
  /** Largest supported dimension. */
  public static final int DIMENSION_MAX = 65_536;

  private final ElementType elementType;
  private final int dimension;
  private final int strideBytes;

  VectorStore(ElementType elementType, int dimension) {
    if (dimension < 1 || dimension > DIMENSION_MAX) {
      throw new IllegalArgumentException(
          "dimension: " + dimension + " (expected: 1 to " + DIMENSION_MAX + ")");
    }
    this.elementType = elementType;
    this.dimension = dimension;
    this.strideBytes = dimension * elementType.bytes();
  }

  /**
   * A store over memory that the caller owns and keeps open (mapped or allocated off-heap), without
   * copying it.
   *
   * @param rows at least {@code size * dimension * elementType.bytes()} bytes, off-heap
   * @throws IllegalArgumentException if the segment is too small or on the heap
   */
  public static VectorStore over(
      MemorySegment rows, int size, int dimension, ElementType elementType) {
    return new SegmentVectorStore(rows, size, dimension, elementType, null);
  }

  /**
   * As {@link #over(MemorySegment, int, int, ElementType)}, of rows that are in a file too.
   *
   * @param file the same rows, read by searches that rank by them; the caller closes it when nobody
   *     searches any more
   */
  public static VectorStore over(
      MemorySegment rows, int size, int dimension, ElementType elementType, RowFile file) {
    return new SegmentVectorStore(rows, size, dimension, elementType, file);
  }

  public abstract int size();

  /** The file that rows are ranked from; null where they are read from memory. */
  @Nullable RowFile rowFile() {
    return null;
  }

  /** The chunks, each of {@code 1 << chunkShift()} rows; read again after ordinals have grown. */
  abstract MemorySegment[] chunks();

  abstract int chunkShift();

  public final ElementType elementType() {
    return elementType;
  }

  public final int dimension() {
    return dimension;
  }

  /** Bytes from one row to the next. */
  public final int strideBytes() {
    return strideBytes;
  }

  /**
   * Copies one row, as floats, into {@code out[0..dimension)}.
   *
   * @throws IndexOutOfBoundsException if the ordinal isn't in the store
   */
  public final void read(int ordinal, float[] out) {
    elementType.decode(
        chunks()[checkOrdinal(ordinal) >>> chunkShift()], offset(ordinal), out, dimension);
  }

  /** One row's bytes, a view of {@code strideBytes()} bytes, not a copy. */
  public final MemorySegment row(int ordinal) {
    return chunks()[checkOrdinal(ordinal) >>> chunkShift()].asSlice(offset(ordinal), strideBytes);
  }

  /** How the graph and searches compare this store's rows. Rows may have any length. */
  public final VectorScoring scoring(Distance distance) {
    return new FlatScoring(this, distance, RowNorms.ANY);
  }

  /** As {@link #scoring(Distance)}, with what is known about the lengths of the rows. */
  public final VectorScoring scoring(Distance distance, RowNorms norms) {
    return new FlatScoring(this, distance, norms);
  }

  /** Byte offset of a row in its chunk. */
  final long offset(int ordinal) {
    return (long) (ordinal & ((1 << chunkShift()) - 1)) * strideBytes;
  }

  private int checkOrdinal(int ordinal) {
    int size = size();
    if (ordinal < 0 || ordinal >= size) {
      throw new IndexOutOfBoundsException(
          "ordinal: " + ordinal + " (expected: 0 to " + (size - 1) + ")");
    }
    return ordinal;
  }
}
