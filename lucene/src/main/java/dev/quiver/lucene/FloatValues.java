package dev.quiver.lucene;

import dev.quiver.index.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/** The stored vectors of a FLOAT32 field, decoded to floats one at a time. Not thread-safe. */
final class FloatValues extends FloatVectorValues {
  private final StoredVectors stored;
  private final @Nullable IndexInput slice;
  private final byte[] bytes;
  private final MemorySegment bytesMemory;
  private final float[] value;
  private int lastOrdinal = -1;
  private @Nullable DocIndexIterator sparseIterator;

  /**
   * @param slice the vectors' region of the file; null if there are none
   */
  FloatValues(StoredVectors stored, @Nullable IndexInput slice) {
    this.stored = stored;
    this.slice = slice;
    FieldOptions options = stored.options();
    boolean floats = options.element() == ElementType.FLOAT32;
    bytes = new byte[floats ? 0 : options.vectorBytes()];
    bytesMemory = MemorySegment.ofArray(bytes);
    value = new float[options.dimension()];
  }

  @Override
  public int dimension() {
    return value.length;
  }

  @Override
  public int size() {
    return stored.size();
  }

  @Override
  public float[] vectorValue(int ordinal) throws IOException {
    if (slice == null) {
      throw new IndexOutOfBoundsException("ordinal: " + ordinal + " (expected: none, size is 0)");
    }
    if (ordinal == lastOrdinal) {
      return value;
    }
    FieldOptions options = stored.options();
    slice.seek((long) ordinal * options.vectorBytes());
    if (options.element() == ElementType.FLOAT32) {
      slice.readFloats(value, 0, value.length);
    } else {
      slice.readBytes(bytes, 0, bytes.length);
      VectorEncoder.decode(options.element(), bytesMemory, 0, value);
    }
    lastOrdinal = ordinal;
    return value;
  }

  /** Whether the stored bytes are what {@code options} would store. */
  boolean isStoredAs(FieldOptions options) {
    FieldOptions own = stored.options();
    return own.element() == options.element() && own.normalizes() == options.normalizes();
  }

  /** Reads a vector's bytes as they lie in the file. */
  void readStored(int ordinal, byte[] into) throws IOException {
    if (slice == null) {
      throw new IndexOutOfBoundsException("ordinal: " + ordinal + " (expected: none, size is 0)");
    }
    slice.seek((long) ordinal * into.length);
    slice.readBytes(into, 0, into.length);
  }

  @Override
  public void prefetch(int[] ordinals, int count) throws IOException {
    if (slice != null && count > 1) {
      int vectorBytes = stored.options().vectorBytes();
      for (int i = 0; i < count; i++) {
        slice.prefetch((long) ordinals[i] * vectorBytes, vectorBytes);
      }
    }
  }

  @Override
  public int getVectorByteLength() {
    return stored.options().vectorBytes();
  }

  @Override
  public int ordToDoc(int ordinal) {
    return stored.docOf(ordinal);
  }

  @Override
  public @Nullable Bits getAcceptOrds(@Nullable Bits acceptDocs) {
    return stored.entry().dense() ? acceptDocs : super.getAcceptOrds(acceptDocs);
  }

  @Override
  public DocIndexIterator iterator() {
    if (stored.entry().dense()) {
      return new StoredVectorsIterator(stored);
    }
    // As in Lucene's own formats, one walk per sparse instance: its contract tests rely on it.
    if (sparseIterator == null) {
      sparseIterator = new StoredVectorsIterator(stored);
    }
    return sparseIterator;
  }

  @Override
  public FloatValues copy() {
    return new FloatValues(stored, slice == null ? null : slice.clone());
  }

  @Override
  public @Nullable VectorScorer scorer(float[] target) throws IOException {
    return stored.size() == 0 ? null : LuceneScorer.of(stored, copy(), target).asVectorScorer();
  }
}
