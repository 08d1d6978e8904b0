package dev.quiver.lucene;

import dev.quiver.index.CodedVectors;
import dev.quiver.index.Distance;
import dev.quiver.index.ExactSearch;
import dev.quiver.index.HnswGraph;
import dev.quiver.index.HnswSearcher;
import dev.quiver.index.OrdinalFilter;
import dev.quiver.index.QueryScorer;
import dev.quiver.index.ScratchPool;
import dev.quiver.index.SearchRequest;
import dev.quiver.index.SearchResult;
import dev.quiver.index.SearchScratch;
import dev.quiver.index.SearchStats;
import dev.quiver.index.VectorScoring;
import dev.quiver.index.VectorStore;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.store.AlreadyClosedException;
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
  /**
   * Scratch memory kept for the next searches: a heap byte per vector of the largest segment for
   * each search that ran at once, at most one per core.
   */
  static final ScratchPool SCRATCHES = new ScratchPool(Runtime.getRuntime().availableProcessors());

  /** Documents that are scored at once. */
  private static final int SCORE_BATCH = 64;

  private final StoredVectors stored;
  private final VectorStore store;
  private final VectorScoring scoring;
  private final @Nullable HnswGraph graph;
  private final @Nullable CodedVectors codes;

  private SegmentVectors(
      StoredVectors stored,
      VectorStore store,
      VectorScoring scoring,
      @Nullable HnswGraph graph,
      @Nullable CodedVectors codes) {
    this.stored = stored;
    this.store = store;
    this.scoring = scoring;
    this.graph = graph;
    this.codes = codes;
  }

  static SegmentVectors open(StoredVectors stored) throws IOException {
    return new SegmentVectors(
        stored, stored.store(), stored.scoring(), stored.graph(), stored.codes());
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
    return stored.options().dimension();
  }

  /** Whether the segment has a graph; if not, every search is exact. */
  public boolean hasGraph() {
    return graph != null;
  }

  /** Whether the graph is walked by codes, and what it finds ranked by the vectors. */
  public boolean hasCodes() {
    return codes != null;
  }

  /** Whether scores are similarities (dot, cosine: larger is better) and not distances. */
  public boolean largerIsBetter() {
    return stored.options().distance().higherScoreIsCloser();
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
      store.read(ordinal, vector);
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
    return search(Objective.nearest(query), k, efSearch, exact, accept);
  }

  /** As above, for any objective: the {@code k} best by its scorer, with its scores. */
  public SegmentHits search(
      Objective objective, int k, int efSearch, boolean exact, @Nullable AcceptSet accept)
      throws IOException {
    SearchEffort effort =
        new SearchEffort(efSearch, exact, false, SearchRequest.RERANK_MEASURED, true);
    return search(objective, k, effort, accept);
  }

  /** As above, with all that can be said of the effort. */
  public SegmentHits search(
      Objective objective, int k, SearchEffort effort, @Nullable AcceptSet accept)
      throws IOException {
    if (k < 1) {
      throw new IllegalArgumentException("k: " + k + " (expected: >= 1)");
    }
    if (accept != null && accept.docs().length() != stored.maxDoc()) {
      throw new IllegalArgumentException(
          "accepted documents: "
              + accept.docs().length()
              + " bits (expected: "
              + stored.maxDoc()
              + ", one for each document of the segment)");
    }
    if (size() == 0) {
      return new SegmentHits(new int[0], new float[0], SearchStats.NOTHING);
    }
    OrdinalFilter filter = accept == null ? null : DocFilter.of(stored, accept);
    SearchRequest request =
        new SearchRequest(Math.min(k, size()), effort.efSearch(), Long.MAX_VALUE, effort.rerank())
            .withAdaptive(effort.adaptive());
    SearchScratch scratch = SCRATCHES.borrow();
    try {
      return hits(objective, search(objective, request, effort, filter, scratch));
    } catch (IllegalStateException e) {
      throw closedOr(e);
    } finally {
      SCRATCHES.giveBack(scratch);
    }
  }

  /**
   * Scores given documents, exactly.
   *
   * @param docs document ids of the segment
   * @return the objective's scores, parallel to {@code docs}; {@link Float#NaN} for a document
   *     without a vector
   */
  public float[] scores(Objective objective, int[] docs) {
    float[] scores = new float[docs.length];
    int[] ordinals = new int[SCORE_BATCH];
    int[] places = new int[SCORE_BATCH];
    float[] scored = new float[SCORE_BATCH];
    Distance distance = stored.options().distance();
    try {
      QueryScorer scorer = objective.scorer(scoring);
      int count = 0;
      for (int i = 0; i < docs.length; i++) {
        int ordinal = stored.ordinalOf(docs[i]);
        if (ordinal < 0) {
          scores[i] = Float.NaN;
        } else {
          ordinals[count] = ordinal;
          places[count++] = i;
        }
        if (count == SCORE_BATCH || i == docs.length - 1) {
          scorer.distances(ordinals, count, scored);
          for (int j = 0; j < count; j++) {
            scores[places[j]] = objective.score(distance, scored[j]);
          }
          count = 0;
        }
      }
      return scores;
    } catch (IllegalStateException e) {
      throw closedOr(e);
    }
  }

  private SearchResult search(
      Objective objective,
      SearchRequest request,
      SearchEffort effort,
      @Nullable OrdinalFilter filter,
      SearchScratch scratch) {
    if (effort.exact() || graph == null || !objective.walksGraphs()) {
      return ExactSearch.search(objective.scorer(scoring), size(), request, filter, scratch);
    }
    float[] query = objective.nearestTo();
    if (query == null) {
      // Where a walk may end is known of the distances that the graph was built by, of nothing
      // else.
      SearchRequest plain = request.withAdaptive(false);
      return HnswSearcher.search(graph, objective.scorer(scoring), plain, filter, scratch);
    }
    return codes == null || effort.byVectors()
        ? HnswSearcher.search(graph, objective.scorer(scoring), request, filter, scratch)
        : HnswSearcher.search(graph, codes, scoring, query, request, filter, scratch);
  }

  private SegmentHits hits(Objective objective, SearchResult result) {
    int[] docs = new int[result.size()];
    float[] scores = new float[result.size()];
    Distance distance = stored.options().distance();
    for (int i = 0; i < docs.length; i++) {
      docs[i] = stored.docOf(result.ordinal(i));
      scores[i] = objective.score(distance, result.distance(i));
    }
    return new SegmentHits(docs, scores, result.stats());
  }

  /** Tells "the reader was closed meanwhile" from a bug of ours. */
  private RuntimeException closedOr(IllegalStateException e) {
    return stored.isOpen() ? e : new AlreadyClosedException("the segment's reader is closed", e);
  }
}
