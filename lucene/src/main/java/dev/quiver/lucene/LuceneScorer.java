package dev.quiver.lucene;

import dev.quiver.index.Distance;
import dev.quiver.index.QueryScorer;
import java.io.IOException;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Scores stored vectors on Lucene's scale: positive, larger is better. Not thread-safe.
 *
 * <p>A field that leaves its distance to Lucene gets exactly the score of its similarity function.
 * A field that names its own distance gets {@code (1 + cos) / 2}, {@code 1 / (1 + d^2)}
 * (Euclidean), {@code 1 / (1 + d)} (Manhattan), or for dot {@code 1 + s} if s >= 0, else {@code 1 /
 * (1 - s)}.
 */
final class LuceneScorer extends RandomVectorScorer.AbstractRandomVectorScorer {
  private final FieldOptions options;
  private final Distance distance;
  private final QueryScorer scorer;

  private LuceneScorer(StoredVectors stored, KnnVectorValues values, float[] query)
      throws IOException {
    super(values);
    options = stored.options();
    checkDimension(query.length, options.dimension());
    distance = options.distance();
    scorer = stored.scoring().queryScorer(query);
  }

  static LuceneScorer of(StoredVectors stored, FloatValues values, float[] query)
      throws IOException {
    return new LuceneScorer(stored, values, query);
  }

  static LuceneScorer of(StoredVectors stored, ByteValues values, byte[] query) throws IOException {
    return of(stored, values, floats(query));
  }

  static LuceneScorer of(StoredVectors stored, ByteValues values, float[] query)
      throws IOException {
    return new LuceneScorer(stored, values, query);
  }

  static float[] floats(byte[] query) {
    float[] floats = new float[query.length];
    for (int i = 0; i < query.length; i++) {
      floats[i] = query[i];
    }
    return floats;
  }

  @Override
  public float score(int ordinal) {
    return scale(scorer.distance(ordinal));
  }

  @Override
  public float bulkScore(int[] ordinals, float[] scores, int count) {
    scorer.distances(ordinals, count, scores);
    float best = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      scores[i] = scale(scores[i]);
      best = Math.max(best, scores[i]);
    }
    return best;
  }

  /** Turns the kernel's distance (for Euclidean: squared) into Lucene's score. */
  float scale(float kernelDistance) {
    if (!options.explicitDistance()
        && options.similarity() == VectorSimilarityFunction.DOT_PRODUCT) {
      return options.encoding() == VectorEncoding.BYTE
          ? 0.5f - kernelDistance / (options.dimension() * (float) (1 << 15))
          : VectorUtil.normalizeToUnitInterval(-kernelDistance);
    }
    return switch (distance) {
      case DOT -> VectorUtil.scaleMaxInnerProductScore(-kernelDistance);
      case COSINE -> VectorUtil.normalizeToUnitInterval(-kernelDistance);
      case EUCLIDEAN, MANHATTAN -> VectorUtil.normalizeDistanceToUnitInterval(kernelDistance);
    };
  }

  /** Returns a scorer that walks the documents that have a vector. */
  VectorScorer asVectorScorer() {
    DocIndexIterator iterator = values().iterator();
    return new VectorScorer() {
      @Override
      public float score() throws IOException {
        return LuceneScorer.this.score(iterator.index());
      }

      @Override
      public DocIdSetIterator iterator() {
        return iterator;
      }

      @Override
      public Bulk bulk(DocIdSetIterator matchingDocs) {
        return Bulk.fromRandomScorerSparse(LuceneScorer.this, iterator, matchingDocs);
      }
    };
  }

  private static void checkDimension(int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          "vector query dimension: " + found + " differs from field dimension: " + expected);
    }
  }
}
