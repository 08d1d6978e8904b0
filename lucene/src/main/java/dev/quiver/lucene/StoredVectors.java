package dev.quiver.lucene;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One field's vectors in one segment: stored bytes by ordinal, and the map between ordinals (0 ..
 * size-1, in document order) and documents. Immutable and thread-safe; valid until the reader that
 * made it closes.
 */
final class StoredVectors {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final FieldEntry entry;
  private final int maxDoc;
  private final MemorySegment vectors;
  private final MemorySegment docs;

  private StoredVectors(
      FieldEntry entry, int maxDoc, MemorySegment vectors, MemorySegment docs) {
    this.entry = entry;
    this.maxDoc = maxDoc;
    this.vectors = vectors;
    this.docs = docs;
  }

  static StoredVectors open(FieldEntry entry, int maxDoc, MappedFile file)
      throws IOException {
    return new StoredVectors(
        entry,
        maxDoc,
        file.region(entry.vectorsOffset(), entry.vectorsLength()),
        file.region(entry.docsOffset(), entry.docsLength()));
  }

  FieldEntry entry() {
    return entry;
  }

  int size() {
    return entry.count();
  }

  /** Returns the number of documents in the segment, with or without a vector. */
  int maxDoc() {
    return maxDoc;
  }

  /** Whether the file, or the copy of it, is still there to be read. */
  boolean isOpen() {
    return vectors.scope().isAlive() && docs.scope().isAlive();
  }

  MemorySegment vectors() {
    return vectors;
  }

  void read(int ordinal, float[] into) {
    VectorEncoder.decode(
        entry.options().element(), vectors, (long) ordinal * entry.options().vectorBytes(), into);
  }

  int docOf(int ordinal) {
    return entry.dense() ? ordinal : docs.get(INT, (long) ordinal * Integer.BYTES);
  }

  /** Returns the ordinal of {@code doc}, or -1 if it has no vector. O(log size). */
  int ordinalOf(int doc) {
    int ordinal = firstOrdinalFrom(0, doc);
    return ordinal < size() && docOf(ordinal) == doc ? ordinal : -1;
  }

  /** Returns the least ordinal, at least {@code from}, whose document is {@code doc} or later. */
  int firstOrdinalFrom(int from, int doc) {
    if (entry.dense()) {
      return Math.clamp(doc, from, size());
    }
    int low = from;
    int high = size();
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
}
