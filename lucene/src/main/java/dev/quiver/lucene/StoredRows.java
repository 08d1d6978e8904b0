package dev.quiver.lucene;

import dev.quiver.index.Distance;
import dev.quiver.index.ElementType;
import dev.quiver.index.RowNorms;
import dev.quiver.index.VectorScoring;
import dev.quiver.index.VectorStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexInput;

/**
 * One field's rows in one segment. Documents that have rows are numbered by ordinals, 0 .. count-1,
 * in document order. Thread-safe; valid until the reader that made it closes.
 */
final class StoredRows {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final RowsEntry entry;
  private final MappedFile file;
  private final MemorySegment bytes;
  private final MemorySegment starts;
  private final MemorySegment docs;
  private final VectorStore store;
  private final VectorScoring scoring;
  private final boolean dense;
  private volatile double coherence = Double.NaN;

  private StoredRows(
      RowsEntry entry,
      int maxDoc,
      MappedFile file,
      MemorySegment bytes,
      MemorySegment starts,
      MemorySegment docs) {
    this.entry = entry;
    this.file = file;
    this.bytes = bytes;
    this.starts = starts;
    this.docs = docs;
    this.dense = entry.count() == maxDoc;
    // Rows were normalised before they came here, but whole numbers cannot be of length 1.
    RowNorms norms =
        entry.distance() == Distance.COSINE && entry.element() != ElementType.UINT8
            ? RowNorms.UNIT
            : RowNorms.ANY;
    this.store = VectorStore.over(bytes, entry.rows(), entry.dimension(), entry.element());
    this.scoring = store.scoring(entry.distance(), norms);
  }

  static StoredRows open(RowsEntry entry, int maxDoc, MappedFile file, IndexInput data)
      throws IOException {
    long rowsLength = (long) entry.rows() * entry.rowBytes();
    long startsLength = (entry.count() + 1L) * Integer.BYTES;
    long docsLength = entry.count() == maxDoc ? 0 : (long) entry.count() * Integer.BYTES;
    FieldEntry.checkRegion(data, "rows", entry.rowsOffset(), rowsLength);
    FieldEntry.checkRegion(data, "row numbers", entry.startsOffset(), startsLength);
    FieldEntry.checkRegion(data, "document map", entry.docsOffset(), docsLength);
    StoredRows rows =
        new StoredRows(
            entry,
            maxDoc,
            file,
            file.region(entry.rowsOffset(), rowsLength),
            file.region(entry.startsOffset(), startsLength),
            file.region(entry.docsOffset(), docsLength));
    if (rows.start(entry.count()) != entry.rows()) {
      throw new CorruptIndexException(
          "row numbers end at " + rows.start(entry.count()) + " (expected: " + entry.rows() + ")",
          data);
    }
    return rows;
  }

  int count() {
    return entry.count();
  }

  int rowBytes() {
    return entry.rowBytes();
  }

  /** How the kernel compares queries with rows. */
  VectorScoring scoring() {
    return scoring;
  }

  /** See {@link SegmentRows#coherence}; two threads may measure it at once and find the same. */
  double coherence() {
    double known = coherence;
    if (Double.isNaN(known)) {
      known = RowCoherence.of(this, store);
      coherence = known;
    }
    return known;
  }

  /** Whether the file is still there to be read. */
  boolean isOpen() {
    return file.isOpen();
  }

  /** The first row of an ordinal; of {@code count} the end of all. */
  int start(int ordinal) {
    return starts.get(INT, (long) ordinal * Integer.BYTES);
  }

  int docOf(int ordinal) {
    return dense ? ordinal : docs.get(INT, (long) ordinal * Integer.BYTES);
  }

  /** The least ordinal, at least {@code from}, whose document is {@code doc} or later. */
  int firstOrdinalFrom(int from, int doc) {
    if (dense) {
      return Math.clamp(doc, from, count());
    }
    int low = from;
    int high = count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (docOf(middle) < doc) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Copies the bytes of an ordinal's rows. */
  byte[] bytes(int ordinal) {
    long from = (long) start(ordinal) * rowBytes();
    long to = (long) start(ordinal + 1) * rowBytes();
    return bytes.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
  }
}
