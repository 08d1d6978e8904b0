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
  private final SparseTerms[] terms;
  private final Term hasVector;
  private final @Nullable Matches corpus;

  /**
   * @param terms those of the query's indices, by segment
   * @param hasVector the term of the points that have the vector
   * @param corpus null: all points
   */
  SparseStatistics(
      ViewPoints points, SparseTerms[] terms, Term hasVector, @Nullable Matches corpus) {
    this.points = points;
    this.terms = terms;
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
      total += having(reader, counted);
      for (int entry = 0; entry < 2 * counts.length; entry++) {
        counts[entry / 2] += having(terms[leaf], entry, counted);
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

  private long having(LeafReader leaf, @Nullable Bits counted) throws IOException {
    if (counted == null) {
      return leaf.docFreq(hasVector);
    }
    PostingsEnum postings = leaf.postings(hasVector, PostingsEnum.NONE);
    return postings == null ? 0 : count(postings, counted);
  }

  private static long having(SparseTerms terms, int entry, @Nullable Bits counted)
      throws IOException {
    int all = terms.count(entry);
    return counted == null || all == 0 ? all : count(terms.postings(entry), counted);
  }

  private static long count(PostingsEnum postings, Bits counted) throws IOException {
    long count = 0;
    for (int doc = postings.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS;
        doc = postings.nextDoc()) {
      count += counted.get(doc) ? 1 : 0;
    }
    return count;
  }
}
