package dev.quiver.lucene;

import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;

/** Walks the documents that have a vector, in order. Not thread-safe. */
final class StoredVectorsIterator extends DocIndexIterator {
  private final StoredVectors stored;
  private final int size;
  private int ordinal = -1;
  private int doc = -1;

  StoredVectorsIterator(StoredVectors stored) {
    this.stored = stored;
    this.size = stored.size();
  }

  @Override
  public int docID() {
    return doc;
  }

  @Override
  public int index() {
    return ordinal;
  }

  @Override
  public int nextDoc() {
    return moveTo(ordinal == NO_MORE_DOCS ? size : ordinal + 1);
  }

  @Override
  public int advance(int target) {
    return moveTo(
        ordinal == NO_MORE_DOCS ? size : stored.firstOrdinalFrom(Math.max(ordinal, 0), target));
  }

  private int moveTo(int next) {
    if (next >= size) {
      ordinal = NO_MORE_DOCS;
      doc = NO_MORE_DOCS;
    } else {
      ordinal = next;
      doc = stored.docOf(next);
    }
    return doc;
  }

  @Override
  public long cost() {
    return size;
  }
}
