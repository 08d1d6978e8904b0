package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import dev.quiver.index.QueryScorer;
import dev.quiver.index.VectorScoring;
import dev.quiver.lucene.Objective;
import java.util.List;

/**
 * The scores of queries that compare a point with several examples. What goes in are similarities,
 * larger is nearer: inner product, cosine, negated squared Euclidean or negated Manhattan distance.
 *
 * @param examples {@code float[count][dimension]}, in the order of the query's inputs
 * @param combination makes one score of a point's similarities
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier that is never compared or hashed
record CombinedScores(float[][] examples, Combination combination) implements Objective {

  /** Makes a score, larger is better, of similarities to the examples, in their order. */
  @FunctionalInterface
  interface Combination {
    float score(float[] similarities);
  }

  static Combination of(Query.OfVectors query) {
    return switch (query) {
      case Query.Nearest _ -> similarities -> similarities[0];
      case Query.Recommend(var positive, _, Query.Strategy strategy) ->
          strategy == Query.Strategy.SUM_SCORES
              ? similarities -> sumOfScores(similarities, positive.size())
              : similarities -> bestScore(similarities, positive.size());
      case Query.Discover _ -> CombinedScores::discovery;
      case Query.Context _ -> CombinedScores::context;
      case Query.Feedback feedback -> feedback(feedback);
    };
  }

  private static float bestScore(float[] similarities, int positives) {
    float positive = best(similarities, 0, positives);
    float negative = best(similarities, positives, similarities.length);
    return positive > negative ? unit(positive) : -unit(negative);
  }

  private static float best(float[] similarities, int from, int to) {
    float best = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      best = Math.max(best, similarities[i]);
    }
    return best;
  }

  private static float sumOfScores(float[] similarities, int positives) {
    float sum = 0;
    for (int i = 0; i < positives; i++) {
      sum += similarities[i];
    }
    float against = 0;
    for (int i = positives; i < similarities.length; i++) {
      against += similarities[i];
    }
    return sum - against;
  }

  /** The whole part counts pairs, the fraction is nearness to the target. */
  private static float discovery(float[] similarities) {
    int rank = 0;
    for (int i = 1; i < similarities.length; i += 2) {
      rank += Integer.signum(Float.compare(similarities[i], similarities[i + 1]));
    }
    return rank + unit(similarities[0]);
  }

  private static float context(float[] similarities) {
    float sum = 0;
    for (int i = 0; i < similarities.length; i += 2) {
      float difference = similarities[i] - similarities[i + 1] - Math.ulp(1f);
      sum += squashed(Math.min(difference, 0f));
    }
    return sum;
  }

  /**
   * The sum over pairs of examples is linear in the similarities, so each example gets one factor
   * and no pair is looked at again.
   */
  private static Combination feedback(Query.Feedback feedback) {
    List<Query.Judged> examples = feedback.examples();
    double[] factors = new double[examples.size()];
    for (int i = 0; i < factors.length; i++) {
      for (int j = 0; j < factors.length; j++) {
        float confidence = examples.get(i).score() - examples.get(j).score();
        if (confidence > 0) {
          double weight = Math.pow(confidence, feedback.b()) * feedback.c();
          factors[i] += weight;
          factors[j] -= weight;
        }
      }
    }
    float a = feedback.a();
    return similarities -> {
      double score = a * similarities[0];
      for (int i = 0; i < factors.length; i++) {
        score += factors[i] * similarities[i + 1];
      }
      return (float) score;
    };
  }

  /** Squashes any number into -1 to 1. */
  private static float squashed(float x) {
    return x / (1 + Math.abs(x));
  }

  /** Squashes any number into 0 to 1. */
  private static float unit(float x) {
    return 0.5f * (squashed(x) + 1);
  }

  @Override
  public QueryScorer scorer(VectorScoring vectors) {
    QueryScorer[] scorers = new QueryScorer[examples.length];
    for (int i = 0; i < scorers.length; i++) {
      scorers[i] = vectors.queryScorer(examples[i]);
    }
    return over(scorers, combination);
  }

  /** A scorer of what scorers of the examples say, in their order. */
  static QueryScorer over(QueryScorer[] examples, Combination combination) {
    return new Scorer(examples, combination);
  }

  private static final class Scorer implements QueryScorer {
    private final QueryScorer[] examples;
    private final Combination combination;
    private final float[] similarities;
    private final float[][] distances;

    Scorer(QueryScorer[] examples, Combination combination) {
      this.examples = examples;
      this.combination = combination;
      this.similarities = new float[examples.length];
      this.distances = new float[examples.length][];
    }

    @Override
    public float distance(int ordinal) {
      for (int e = 0; e < examples.length; e++) {
        similarities[e] = 0f - examples[e].distance(ordinal);
      }
      return distance();
    }

    @Override
    public void distances(int[] ordinals, int count, float[] out) {
      for (int e = 0; e < examples.length; e++) {
        if (distances[e] == null || distances[e].length < count) {
          distances[e] = new float[Math.max(count, out.length)];
        }
        examples[e].distances(ordinals, count, distances[e]);
      }
      for (int i = 0; i < count; i++) {
        for (int e = 0; e < examples.length; e++) {
          similarities[e] = 0f - distances[e][i];
        }
        out[i] = distance();
      }
    }

    @Override
    public int bytesPerDistance() {
      // All examples are compared with the same row, which the first of them has fetched.
      return examples.length == 0 ? 0 : examples[0].bytesPerDistance();
    }

    /** Overflow of extreme vectors ends in the largest finite number, which can be sorted. */
    private float distance() {
      float score = combination.score(similarities);
      return Float.isNaN(score)
          ? Float.MAX_VALUE
          : Math.clamp(0f - score, -Float.MAX_VALUE, Float.MAX_VALUE);
    }
  }
}
