package dev.quiver.engine;

import dev.quiver.lucene.AcceptSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The points with the largest inner product with a sparse query, among those whose inner product is
 * not 0. Exact, with the smaller id first among equal scores.
 *
 * <p>The postings know upper bounds of the components ({@link SparseField}), by which {@link
 * SparseWindows} finds candidates; each of them is scored by its vector, and the k-th best of these
 * scores is what others must be able to reach. Components of the sign that makes a score smaller
 * bound it by 0. A filter that few points match is answered by looking at these alone.
 */
final class SparseNearest {
  /** Components whose postings are walked at once; of more, all points that match are looked at. */
  private static final int COMPONENTS_MAX = 1024;

  /** Postings that are walked in the time in which one vector is read and compared. */
  private static final int POSTINGS_PER_VECTOR = 8;

  private final ViewPoints points;
  private final String field;
  private final SparseCode code;
  private final SparseQuery query;
  private final SparseTerms[] terms;
  private final BestPoints best;
  private @Nullable SparseWindows windows;

  /**
   * @param terms those of the query's indices, by segment
   */
  SparseNearest(
      ViewPoints points,
      String field,
      SparseCode code,
      SparseQuery query,
      SparseTerms[] terms,
      int k) {
    this.points = points;
    this.field = field;
    this.code = code;
    this.query = query;
    this.terms = terms;
    this.best = new BestPoints(points, k);
  }

  List<Hit> among(Matches matches) throws IOException {
    for (int leaf = 0; leaf < points.leafCount(); leaf++) {
      LeafReaderContext context = points.context(leaf);
      AcceptSet accepted = matches.accepted(context);
      int components = components(terms[leaf]);
      if (components == 0 || (accepted != null && accepted.cardinality() == 0)) {
        continue;
      }
      SparseForward vectors = new SparseForward(context.reader(), field);
      if (components > COMPONENTS_MAX || isFew(accepted, terms[leaf])) {
        scan(leaf, accepted, vectors);
      } else {
        walk(leaf, components, accepted, vectors);
      }
    }
    return best.hits();
  }

  /** How many of the query's components, by sign, a segment has. */
  private int components(SparseTerms found) {
    int count = 0;
    for (int i = 0; i < query.indices().length; i++) {
      if (query.weights()[i] != 0) {
        count += (found.count(2 * i) > 0 ? 1 : 0) + (found.count(2 * i + 1) > 0 ? 1 : 0);
      }
    }
    return count;
  }

  private void walk(int leaf, int components, @Nullable AcceptSet accepted, SparseForward vectors)
      throws IOException {
    SparseTerms found = terms[leaf];
    List<SparsePostings> postings = new ArrayList<>(components);
    for (int entry = 0; entry < 2 * query.indices().length; entry++) {
      float weight = query.weights()[entry / 2];
      if (weight == 0 || found.count(entry) == 0) {
        continue;
      }
      boolean negative = entry % 2 == 1;
      boolean raises = negative == weight < 0;
      float bound = raises ? SparseWindows.weight(Math.abs(weight), components) : 0;
      postings.add(new SparsePostings(found, entry, bound, code));
    }
    SparseWindows walker = windows;
    if (walker == null) {
      walker = new SparseWindows();
      windows = walker;
    }
    walker.walk(
        postings.toArray(SparsePostings[]::new),
        points.context(leaf).reader().maxDoc(),
        accepted == null ? null : accepted.docs(),
        new SparseWindows.Candidates() {
          @Override
          public float bar() {
            return best.bar();
          }

          @Override
          public void consider(int doc) throws IOException {
            SparseNearest.this.consider(leaf, doc, vectors);
          }
        });
  }

  /** Whether it is cheaper to look at the points that match than at the postings. */
  private boolean isFew(@Nullable AcceptSet accepted, SparseTerms found) {
    if (accepted == null) {
      return false;
    }
    long postings = 0;
    for (int entry = 0; entry < 2 * query.indices().length; entry++) {
      postings += found.count(entry);
    }
    return postings >= (long) accepted.cardinality() * POSTINGS_PER_VECTOR;
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
      best.add(leaf, doc, query.foundDot(vector));
    }
  }
}
