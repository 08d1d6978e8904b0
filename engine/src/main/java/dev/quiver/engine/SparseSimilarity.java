package dev.quiver.engine;

import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.search.similarities.Similarity;

/**
 * Scores a posting of a {@link SparseField} with the most that its component can add to the inner
 * product, times the query's weight, which comes as the boost.
 */
final class SparseSimilarity extends Similarity {
  /** More than what rounding takes from a product and from a sum. */
  private static final float SLACK = 1 + 1e-5f;

  private final SparseCode code;

  SparseSimilarity(SparseCode code) {
    this.code = code;
  }

  @Override
  public SimScorer scorer(float boost, CollectionStatistics collection, TermStatistics... terms) {
    float weight = boost * SLACK;
    return new SimScorer() {
      @Override
      public float score(float frequency, long norm) {
        return Math.min(weight * code.decode((int) frequency), Float.MAX_VALUE);
      }
    };
  }
}
