package dev.quiver.engine;

import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.BulkScorer;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The points with the largest inner product with a sparse query, among those that share an index
 * with it. Exact, with the smaller id first among equal scores.
 *
 * <p>The postings know upper bounds of the components ({@link SparseField}), so Lucene's own
 * MaxScore, which skips blocks of postings that cannot compete, finds the candidates; each of them
 * is scored by its vector, and the k-th best of these scores is what others must be able to reach.
 * Components of the sign that makes a score smaller bound it by 0. A filter that few points match
 * is answered by looking at these alone.
 *
 * <p>Source: H. Turtle, J. Flood, Query evaluation: strategies and optimizations, 1995 (MaxScore);
 * S. Ding, T. Suel, Faster top-k document retrieval using block-max indexes, 2011.
 */
final class SparseNearest {
  /** Lucene's default limit of clauses; a query of more indices is split. */
  private static final int CLAUSES_MAX = 1024;

  /** Postings that are walked in the time in which one vector is read and compared. */
  private static final int POSTINGS_PER_VECTOR = 8;

  private final ViewPoints points;
  private final String field;
  private final SparseCode code;
  private final SparseQuery query;
  private final BestPoints best;

  SparseNearest(ViewPoints points, String field, SparseCode code, SparseQuery query, int k) {
    this.points = points;
    this.field = field;
    this.code = code;
    this.query = query;
    this.best = new BestPoints(points, k);
  }

  List<Hit> among(Matches matches) throws IOException {
    Weight weight = weight();
    for (int leaf = 0; leaf < points.leafCount(); leaf++) {
      LeafReaderContext context = points.context(leaf);
      AcceptSet accepted = matches.accepted(context);
      if (accepted != null && accepted.cardinality() == 0) {
        continue;
      }
      SparseForward vectors = new SparseForward(context.reader(), field);
      if (weight == null || isFew(accepted, context)) {
        scan(leaf, accepted, vectors);
        continue;
      }
      BulkScorer scorer = weight.bulkScorer(context);
      if (scorer != null) {
        scorer.score(
            new Candidates(leaf, vectors),
            accepted == null ? null : accepted.docs(),
            0,
            DocIdSetIterator.NO_MORE_DOCS);
      }
    }
    return best.hits();
  }

  /** Null when the query has too many indices for one of Lucene's. */
  private @Nullable Weight weight() throws IOException {
    BooleanQuery.Builder clauses = new BooleanQuery.Builder();
    int count = 0;
    for (int i = 0; i < query.indices().length; i++) {
      float weight = query.weights()[i];
      if (weight == 0) {
        continue;
      }
      for (boolean negative : new boolean[] {false, true}) {
        Term term = SparseField.term(field, query.indices()[i], negative);
        if (points.reader().docFreq(term) == 0) {
          continue;
        }
        if (count++ == CLAUSES_MAX) {
          return null;
        }
        Query one = new TermQuery(term);
        boolean raises = negative == weight < 0;
        clauses.add(
            raises
                ? new BoostQuery(one, Math.abs(weight))
                : new BoostQuery(new ConstantScoreQuery(one), 0),
            BooleanClause.Occur.SHOULD);
      }
    }
    IndexSearcher searcher = new IndexSearcher(points.reader());
    searcher.setSimilarity(new SparseSimilarity(code));
    searcher.setQueryCache(null);
    return searcher.createWeight(searcher.rewrite(clauses.build()), ScoreMode.TOP_SCORES, 1);
  }

  /** Whether it is cheaper to look at the points that match than at the postings. */
  private boolean isFew(@Nullable AcceptSet accepted, LeafReaderContext context)
      throws IOException {
    if (accepted == null) {
      return false;
    }
    long postings = 0;
    long worth = (long) accepted.cardinality() * POSTINGS_PER_VECTOR;
    for (int i = 0; i < query.indices().length && postings < worth; i++) {
      postings += context.reader().docFreq(SparseField.term(field, query.indices()[i], false));
    }
    return postings >= worth;
  }

  private void scan(int leaf, @Nullable AcceptSet accepted, SparseForward vectors)
      throws IOException {
    int end = points.context(leaf).reader().maxDoc();
    for (int doc = accepted == null ? 0 : Matches.next(accepted.docs(), 0);
        doc < end;
        doc = accepted == null ? doc + 1 : Matches.next(accepted.docs(), doc + 1)) {
      consider(leaf, doc, vectors);
    }
  }

  private void consider(int leaf, int doc, SparseForward vectors) throws IOException {
    BytesRef vector = vectors.vector(doc);
    if (vector != null) {
      best.add(leaf, doc, query.sharedDot(vector));
    }
  }

  private final class Candidates implements LeafCollector {
    private final int leaf;
    private final SparseForward vectors;
    private Scorable scorer = NONE;
    private float told;

    Candidates(int leaf, SparseForward vectors) {
      this.leaf = leaf;
      this.vectors = vectors;
    }

    @Override
    public void setScorer(Scorable current) throws IOException {
      scorer = current;
      told = 0;
      tell();
    }

    @Override
    public void collect(int doc) throws IOException {
      if (scorer.score() >= best.bar()) {
        consider(leaf, doc, vectors);
        tell();
      }
    }

    /** Lucene may skip what cannot reach the bar; what equals it may have a smaller id. */
    private void tell() throws IOException {
      if (best.bar() > told) {
        told = best.bar();
        scorer.setMinCompetitiveScore(told);
      }
    }
  }

  private static final Scorable NONE =
      new Scorable() {
        @Override
        public float score() {
          throw new IllegalStateException("collected before a scorer was set");
        }
      };
}
