package dev.quiver.lucene;

import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.BytesRef;

/** The rows of one segment as Lucene walks them. Not thread-safe. */
final class RowValues extends BinaryDocValues {
  private final StoredRows rows;
  private int ordinal = -1;
  private int doc = -1;

  RowValues(StoredRows rows) {
    this.rows = rows;
  }

  StoredRows rows() {
    return rows;
  }

  @Override
  public int docID() {
    return doc;
  }

  @Override
  public int nextDoc() {
    return to(Math.min(ordinal + 1, rows.count()));
  }

  @Override
  public int advance(int target) {
    return target >= NO_MORE_DOCS
        ? to(rows.count())
        : to(rows.firstOrdinalFrom(Math.clamp(ordinal, 0, rows.count()), target));
  }

  private int to(int next) {
    ordinal = next;
    doc = next == rows.count() ? NO_MORE_DOCS : rows.docOf(next);
    return doc;
  }

  @Override
  public boolean advanceExact(int target) {
    int found = rows.firstOrdinalFrom(Math.clamp(ordinal, 0, rows.count()), target);
    ordinal = found;
    doc = target;
    return found < rows.count() && rows.docOf(found) == target;
  }

  @Override
  public long cost() {
    return rows.count();
  }

  @Override
  public BytesRef binaryValue() {
    try {
      return new BytesRef(rows.bytes(ordinal));
    } catch (IllegalStateException e) {
      throw rows.isOpen() ? e : new AlreadyClosedException("the segment's reader is closed", e);
    }
  }
}
