package dev.quiver.engine;

import java.io.IOException;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Reads points as the last change left them, on the thread that makes the changes. Made by {@link
 * ShardIndex#lookup} for one operation, and closed at its end.
 */
final class PointLookup implements AutoCloseable {
  private final IndexViews views;
  private final RecentPoints recent;
  private final VectorFields vectors;
  private IndexView current;
  private LeafPoints[] leaves;

  /**
   * @param current closed with this
   * @param vectors those that the points have
   */
  PointLookup(IndexViews views, RecentPoints recent, IndexView current, VectorFields vectors) {
    this.views = views;
    this.recent = recent;
    this.vectors = vectors;
    this.current = current;
    this.leaves = LeafPoints.of(current.reader());
  }

  /** The view, for queries: it has all operations before this one when that was asked for. */
  IndexReader reader() {
    return current.reader();
  }

  @Nullable StoredPoint find(PointId id) throws IOException {
    RecentPoints.Recent written = recent.find(id);
    if (written != null) {
      return written.point();
    }
    if (current != views.current()) {
      // What is no longer among the recent points is in the view that took them out.
      IndexView newer = views.view(0);
      current.close();
      current = newer;
      leaves = LeafPoints.of(newer.reader());
    }
    BytesRef term = new BytesRef(PointIds.toBytes(id));
    for (LeafPoints leaf : leaves) {
      int doc = leaf.find(term);
      if (doc >= 0) {
        return leaf.point(vectors, doc);
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
