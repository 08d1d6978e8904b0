package dev.quiver.lucene;

import org.apache.lucene.util.Bits;

/**
 * The documents of one segment that a search may return: a filter's matches with deleted documents
 * already taken out.
 *
 * @param docs one bit per document id, {@code 0..maxDoc-1}; not modified, and must not change while
 *     a search runs; {@link org.apache.lucene.util.FixedBitSet} is fastest
 * @param cardinality how many documents are accepted; the search chooses its strategy by it, so it
 *     must be exact or nearly so
 */
public record AcceptSet(Bits docs, int cardinality) {
  public AcceptSet {
    if (cardinality < 0 || cardinality > docs.length()) {
      throw new IllegalArgumentException(
          "cardinality: " + cardinality + " (expected: 0.." + docs.length() + ")");
    }
  }
}
