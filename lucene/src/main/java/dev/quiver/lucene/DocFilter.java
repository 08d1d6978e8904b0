package dev.quiver.lucene;

import dev.quiver.index.OrdinalBitSet;
import dev.quiver.index.OrdinalFilter;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

/** A filter over documents, asked by ordinal. Thread-safe as far as its bits are. */
final class DocFilter implements OrdinalFilter {
  private final StoredVectors stored;
  private final Bits docs;
  private final int cardinality;

  private DocFilter(StoredVectors stored, Bits docs, int cardinality) {
    this.stored = stored;
    this.docs = docs;
    this.cardinality = cardinality;
  }

  static OrdinalFilter of(StoredVectors stored, AcceptSet accept) {
    if (!stored.entry().dense()) {
      return new DocFilter(stored, accept.docs(), cardinalityBound(stored, accept));
    }
    return accept.docs() instanceof FixedBitSet bits
        ? new OrdinalBitSet(bits.getBits(), stored.size(), accept.cardinality())
        : new DocFilter(stored, accept.docs(), accept.cardinality());
  }

  /**
   * Accepted documents need not have a vector. Their number is close enough while it is small; else
   * the share among those that have one is for the search to measure.
   */
  private static int cardinalityBound(StoredVectors stored, AcceptSet accept) {
    return accept.cardinality() <= stored.size() / 64 ? accept.cardinality() : UNKNOWN;
  }

  @Override
  public boolean accepts(int ordinal) {
    return docs.get(stored.docOf(ordinal));
  }

  @Override
  public int cardinality() {
    return cardinality;
  }

  @Override
  public int nextAccepted(int from, int limit) {
    if (!(docs instanceof BitSet bits)) {
      return OrdinalFilter.super.nextAccepted(from, limit);
    }
    // Leaps from accepted document to the next vector's document and back until both agree.
    int ordinal = from;
    while (ordinal < limit) {
      int doc = stored.docOf(ordinal);
      int accepted = bits.nextSetBit(doc);
      if (accepted == doc) {
        return ordinal;
      }
      if (accepted == DocIdSetIterator.NO_MORE_DOCS) {
        return NO_MORE;
      }
      ordinal = stored.firstOrdinalFrom(ordinal + 1, accepted);
    }
    return NO_MORE;
  }
}
