package dev.quiver.engine;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A point in the ranking of a query's stage.
 *
 * @param doc its document in the whole view, which stands for the point within one run
 * @param orderValue the value that it was ordered by, or null
 */
record Hit(int doc, PointId id, float score, @Nullable Number orderValue) {
  /** Best first, whatever better means; ties by ascending id. */
  static Comparator<Hit> order(boolean largerIsBetter) {
    Comparator<Hit> byScore =
        largerIsBetter
            ? (a, b) -> Float.compare(b.score, a.score)
            : (a, b) -> Float.compare(a.score, b.score);
    return byScore.thenComparing(Hit::id);
  }

  Hit withScore(float changed) {
    return new Hit(doc, id, changed, null);
  }
}
