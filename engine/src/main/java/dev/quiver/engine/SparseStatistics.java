package dev.quiver.engine;

import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * Weights of a sparse query by how rare its indices are: ln((N - n + 0.5) / (n + 0.5) + 1) for an
 * index that n of the N points with the vector have. Counted over the points that are there, or
 * over those of them that a corpus' filter matches.
 */
final class SparseStatistics {
  private final ViewPoints points;
  private final String field;
  private final Term hasVector;
  private final @Nullable Matches corpus;

  /**
   * @param hasVector the term of the points that have the vector
   * @param corpus null: all points
   */
  SparseStatistics(ViewPoints points, String field, Term hasVector, @Nullable Matches corpus) {
    this.points = points;
    this.field = field;
    this.hasVector = hasVector;
    this.corpus = corpus;
  }

  /** The query with its weights multiplied. */
  VectorValue.Sparse weighted(VectorValue.Sparse query) throws IOException {
    long total = 0;
    long[] counts = new long[query.indices().length];
    for (int leaf = 0; leaf < points.leafCount(); leaf++) {
      LeafReaderContext context = points.context(leaf);
      LeafReader reader = context.reader();
      Bits counted = counted(context);
      total += count(reader, hasVector, counted);
      for (int i = 0; i < counts.length; i++) {
        int index = query.indices()[i];
        counts[i] +=
            count(reader, SparseField.term(field, index, false), counted)
                + count(reader, SparseField.term(field, index, true), counted);
      }
    }
    float[] weights = query.values().clone();
    for (int i = 0; i < weights.length; i++) {
      float weight = weights[i] * idf((float) total, (float) counts[i]);
      weights[i] = Math.clamp(weight, -Float.MAX_VALUE, Float.MAX_VALUE);
    }
    return new VectorValue.Sparse(query.indices(), weights);
  }

  private static float idf(float total, float having) {
    return (float) Math.log((total - having + 0.5f) / (having + 0.5f) + 1);
  }

  /** The points of a segment that count; null: all documents. */
  private @Nullable Bits counted(LeafReaderContext context) throws IOException {
    Matches among = corpus;
    if (among == null) {
      return context.reader().getLiveDocs();
    }
    var accepted = among.accepted(context);
    return accepted == null ? null : accepted.docs();
  }

  private static long count(LeafReader leaf, Term term, @Nullable Bits counted) throws IOException {
    if (counted == null) {
      return leaf.docFreq(term);
    }
    PostingsEnum postings = leaf.postings(term, PostingsEnum.NONE);
    long count = 0;
    if (postings != null) {
      for (int doc = postings.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = postings.nextDoc()) {
        count += counted.get(doc) ? 1 : 0;
      }
    }
    return count;
  }
}
