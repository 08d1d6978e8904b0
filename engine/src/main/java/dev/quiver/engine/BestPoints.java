package dev.quiver.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The k points with the largest scores of those that were added; of equal scores those with the
 * smaller ids, whatever the order in which they come. One thread.
 */
final class BestPoints {
  /** {@link Hit#order} turned round, in one step: it is called for every point that comes in. */
  private static final Comparator<Hit> WORST_FIRST =
      (a, b) -> {
        int byScore = Float.compare(a.score(), b.score());
        return byScore == 0 ? b.id().compareTo(a.id()) : byScore;
      };

  private final ViewPoints points;
  private final int k;
  private final PriorityQueue<Hit> best;
  private float bar = Float.NEGATIVE_INFINITY;

  /**
   * @param k 0 or more
   */
  BestPoints(ViewPoints points, int k) {
    this.points = points;
    this.k = k;
    this.best = new PriorityQueue<>(Math.clamp(k, 1, 1024), WORST_FIRST);
  }

  /** What a point must at least score to be among the best; none while there are too few. */
  float bar() {
    return bar;
  }

  /**
   * @param doc in the segment
   * @param score {@link Float#NaN}: the point is no result
   */
  void add(int leaf, int doc, float score) throws IOException {
    if (k == 0 || !(score >= bar)) {
      return;
    }
    Hit hit = new Hit(points.docBase(leaf) + doc, points.leaf(leaf).id(doc), score, null);
    if (best.size() < k) {
      best.add(hit);
    } else if (WORST_FIRST.compare(hit, best.element()) > 0) {
      best.remove();
      best.add(hit);
    }
    if (best.size() == k) {
      bar = best.element().score();
    }
  }

  /** Best first. */
  List<Hit> hits() {
    List<Hit> hits = new ArrayList<>(best);
    hits.sort(Hit.order(true));
    return hits;
  }
}
