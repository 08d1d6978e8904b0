package dev.quiver.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * One vector field of one segment, searched directly: raw scores as the distance defines them, the
 * caller's own {@code efSearch}, and a strategy chosen by how much the filter keeps. It sees
 * deleted documents unless the {@link AcceptSet} leaves them out.
 *
 * <p>Thread-safe: any number of searches may run at once. Valid as long as the reader it was made
 * from is open; afterwards every method that reads throws {@link AlreadyClosedException}. Costs
 * nothing to make and holds no resource of its own.
 */
public final class SegmentVectors {
  private final StoredVectors stored;

  SegmentVectors(StoredVectors stored) {
    this.stored = stored;
  }

  /**
   * Returns the vectors of {@code field} in {@code leaf}, looking through filtering readers and
   * Lucene's per-field format; null if the segment has no such vector field or another format wrote
   * it.
   */
  public static @Nullable SegmentVectors of(LeafReader leaf, String field) throws IOException {
    if (!(FilterLeafReader.unwrap(leaf) instanceof CodecReader codec)) {
      return null;
    }
    KnnVectorsReader reader = codec.getVectorReader();
    if (reader instanceof PerFieldKnnVectorsFormat.FieldsReader perField) {
      reader = perField.getFieldReader(field);
    }
    return reader instanceof QuiverVectorsReader quiver ? quiver.segmentVectors(field) : null;
  }

  /** Returns the number of vectors, those of deleted documents included. */
  public int size() {
    return stored.size();
  }

  /** Returns the number of components of each vector. */
  public int dimension() {
    return stored.entry().options().dimension();
  }

  /** Whether the segment has a graph; if not, every search is exact. */
  public boolean hasGraph() {
    return stored.entry().hasGraph();
  }

  /** Whether scores are similarities (dot, cosine: larger is better) and not distances. */
  public boolean largerIsBetter() {
    return stored.entry().options().distance().largerIsBetter();
  }

  /**
   * Returns the vector of a document as it is stored (normalised, rounded or cut as the field
   * says), {@code float[dimension]}, owned by the caller; null if the document has none. O(log
   * size).
   */
  public float @Nullable [] vector(int doc) {
    try {
      int ordinal = stored.ordinalOf(doc);
      if (ordinal < 0) {
        return null;
      }
      float[] vector = new float[dimension()];
      stored.read(ordinal, vector);
      return vector;
    } catch (IllegalStateException e) {
      throw closedOr(e);
    }
  }

  /** Whether a document has a vector. O(log size). */
  public boolean hasVector(int doc) {
    try {
      return stored.ordinalOf(doc) >= 0;
    } catch (IllegalStateException e) {
      throw closedOr(e);
    }
  }

  /**
   * Finds the best {@code k} of the accepted documents that have a vector; fewer only if fewer
   * exist.
   *
   * @param query {@code float[dimension]}, not modified; for cosine it needs no normalising
   * @param k at least 1
   * @param efSearch candidates that the graph walk keeps, raised to {@code k} if smaller; ignored
   *     by exact searches
   * @param exact whether to score every accepted vector
   * @param accept the documents that may be returned; null for all, deleted ones included
   */
  public SegmentHits search(
      float[] query, int k, int efSearch, boolean exact, @Nullable AcceptSet accept)
      throws IOException {
    if (query.length != dimension()) {
      throw new IllegalArgumentException(
          "query's dimension: " + query.length + " (expected: " + dimension() + ")");
    }
    if (k < 1) {
      throw new IllegalArgumentException("k: " + k + " (expected: >= 1)");
    }
    if (efSearch < 1) {
      throw new IllegalArgumentException("efSearch: " + efSearch + " (expected: >= 1)");
    }
    if (accept != null && accept.docs().length() != stored.maxDoc()) {
      throw new IllegalArgumentException(
          "accepted documents: "
              + accept.docs().length()
              + " bits (expected: "
              + stored.maxDoc()
              + ", one for each document of the segment)");
    }
    try {
      return scan(query, Math.min(k, size()), accept == null ? null : accept.docs());
    } catch (IllegalStateException e) {
      throw closedOr(e);
    }
  }

  private SegmentHits scan(float[] query, int k, @Nullable Bits accept) {
    RawScorer scorer = new RawScorer(stored, query);
    boolean negate = largerIsBetter();
    HitQueue queue = new HitQueue(k);
    int scored = 0;
    for (int ordinal = 0; ordinal < size(); ordinal++) {
      int doc = stored.docOf(ordinal);
      if (accept != null && !accept.get(doc)) {
        continue;
      }
      float raw = scorer.score(ordinal);
      queue.offer(doc, negate ? -raw : raw);
      scored++;
    }
    int[] docs = new int[queue.count()];
    float[] scores = new float[queue.count()];
    queue.drain(docs, scores);
    if (negate) {
      for (int i = 0; i < scores.length; i++) {
        scores[i] = -scores[i];
      }
    }
    return new SegmentHits(docs, scores, scored, scored, SegmentHits.Strategy.EXACT);
  }

  /** Tells "the reader was closed meanwhile" from a bug of ours. */
  private RuntimeException closedOr(IllegalStateException e) {
    return stored.isOpen() ? e : new AlreadyClosedException("the segment's reader is closed", e);
  }
}
