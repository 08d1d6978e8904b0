package dev.quiver.lucene;

import java.io.IOException;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/** The stored vectors of a BYTE field, one at a time. Not thread-safe. */
final class ByteValues extends ByteVectorValues {
  private final StoredVectors stored;
  private final @Nullable IndexInput slice;
  private final byte[] value;
  private int lastOrdinal = -1;
  private @Nullable DocIndexIterator sparseIterator;

  /**
   * @param slice the vectors' region of the file; null if there are none
   */
  ByteValues(StoredVectors stored, @Nullable IndexInput slice) {
    this.stored = stored;
    this.slice = slice;
    value = new byte[stored.options().dimension()];
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
  public byte[] vectorValue(int ordinal) throws IOException {
    if (slice == null) {
      throw new IndexOutOfBoundsException("ordinal: " + ordinal + " (expected: none, size is 0)");
    }
    if (ordinal != lastOrdinal) {
      slice.seek((long) ordinal * value.length);
      slice.readBytes(value, 0, value.length);
      lastOrdinal = ordinal;
    }
    return value;
  }

  @Override
  public void prefetch(int[] ordinals, int count) throws IOException {
    if (slice != null && count > 1) {
      for (int i = 0; i < count; i++) {
        slice.prefetch((long) ordinals[i] * value.length, value.length);
      }
    }
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
  public ByteValues copy() {
    return new ByteValues(stored, slice == null ? null : slice.clone());
  }

  @Override
  public @Nullable VectorScorer scorer(byte[] target) throws IOException {
    return stored.size() == 0 ? null : LuceneScorer.of(stored, copy(), target).asVectorScorer();
  }
}
