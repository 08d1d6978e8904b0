package dev.quiver.lucene;

import java.io.IOException;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.VectorEncoding;
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
  private final RawScorer scorer;

  private LuceneScorer(StoredVectors stored, KnnVectorValues values, float[] query) {
    super(values);
    options = stored.entry().options();
    checkDimension(query.length, options.dimension());
    scorer = new RawScorer(stored, query);
  }

  static LuceneScorer of(StoredVectors stored, FloatValues values, float[] query) {
    return new LuceneScorer(stored, values, query);
  }

  static LuceneScorer of(StoredVectors stored, ByteValues values, byte[] query) {
    float[] floats = new float[query.length];
    for (int i = 0; i < query.length; i++) {
      floats[i] = query[i];
    }
    return new LuceneScorer(stored, values, floats);
  }

  @Override
  public float score(int ordinal) {
    return scale(scorer.score(ordinal));
  }

  private float scale(float raw) {
    if (options.explicitDistance()) {
      return switch (options.distance()) {
        case DOT -> VectorUtil.scaleMaxInnerProductScore(raw);
        case COSINE -> VectorUtil.normalizeToUnitInterval(raw);
        case EUCLIDEAN -> VectorUtil.normalizeDistanceToUnitInterval(raw * raw);
        case MANHATTAN -> VectorUtil.normalizeDistanceToUnitInterval(raw);
      };
    }
    return switch (options.similarity()) {
      case EUCLIDEAN -> VectorUtil.normalizeDistanceToUnitInterval(raw * raw);
      case COSINE -> VectorUtil.normalizeToUnitInterval(raw);
      case MAXIMUM_INNER_PRODUCT -> VectorUtil.scaleMaxInnerProductScore(raw);
      case DOT_PRODUCT ->
          options.encoding() == VectorEncoding.BYTE
              ? 0.5f + raw / (options.dimension() * (float) (1 << 15))
              : VectorUtil.normalizeToUnitInterval(raw);
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
