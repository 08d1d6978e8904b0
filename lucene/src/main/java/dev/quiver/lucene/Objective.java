package dev.quiver.lucene;

import dev.quiver.index.Distance;
import dev.quiver.index.QueryScorer;
import dev.quiver.index.VectorScoring;
import org.jspecify.annotations.Nullable;

/**
 * What a search of a segment looks for: a scorer for its vectors, lower is better, and what the
 * scorer's numbers mean to the caller. A graph walk goes by the scorer whatever it computes, as
 * long as points that are near to each other score alike. Thread-safe if the scorers that it makes
 * share nothing.
 */
@FunctionalInterface
public interface Objective {
  /** A new scorer over a segment's vectors; used by one thread. */
  QueryScorer scorer(VectorScoring vectors);

  /** The score that callers see for a scorer's number; here larger is better. */
  default float score(Distance distance, float scored) {
    return 0f - scored;
  }

  /**
   * The vector whose distances are the scorer's numbers; null when they are something else. With it
   * a graph is walked by codes where the segment has them. Not modified.
   */
  default float @Nullable [] nearestTo() {
    return null;
  }

  /**
   * Whether a graph over the segment's vectors leads to what scores well; if not, every accepted
   * vector is scored.
   */
  default boolean walksGraphs() {
    return true;
  }

  /**
   * The candidates that a walk keeps for good recall, where one by a distance to a vector needs
   * {@code usual}.
   */
  default int candidates(int usual) {
    return usual;
  }

  /** Nearest to a vector, scored as the field's distance scores. */
  static Objective nearest(float[] query) {
    return new Objective() {
      @Override
      public QueryScorer scorer(VectorScoring vectors) {
        return vectors.queryScorer(query);
      }

      @Override
      public float[] nearestTo() {
        return query;
      }

      @Override
      public float score(Distance distance, float scored) {
        return distance.score(scored);
      }
    };
  }

  /**
   * Similar to a vector, larger is better for every distance: the inner product or cosine, the
   * negated squared Euclidean distance, the negated Manhattan distance.
   */
  static Objective similar(float[] query) {
    return new Objective() {
      @Override
      public QueryScorer scorer(VectorScoring vectors) {
        return vectors.queryScorer(query);
      }

      @Override
      public float[] nearestTo() {
        return query;
      }
    };
  }
}
