package dev.quiver.engine.query;

import dev.quiver.engine.OrderBy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What points are ranked by. Unless a kind says otherwise, points rank by descending score and
 * scores do not depend on the distance's direction.
 */
public sealed interface Query {

  /** A query that compares points with examples, each a vector or a reference to one. */
  sealed interface OfVectors extends Query {
    /** Every example once, in a fixed order. */
    List<VectorInput> inputs();

    /** The same query with every example replaced. */
    OfVectors map(UnaryOperator<VectorInput> change);
  }

  /**
   * The nearest points, scored as the distance scores: ascending for Euclidean and Manhattan.
   *
   * @param mmr null: by nearness alone
   */
  record Nearest(VectorInput to, @Nullable Mmr mmr) implements OfVectors {
    public Nearest(VectorInput to) {
      this(to, null);
    }

    @Override
    public List<VectorInput> inputs() {
      return List.of(to);
    }

    @Override
    public Nearest map(UnaryOperator<VectorInput> change) {
      return new Nearest(change.apply(to), mmr);
    }
  }

  /**
   * Maximal marginal relevance: of the nearest candidates, one after the other the one that is near
   * to the query and far from those that were picked. Results keep their nearest score and stand in
   * the order in which they were picked.
   *
   * @param diversity 0 (nearness alone) to 1 (distance from each other alone)
   * @param candidatesLimit from 0; null: the stage's limit
   */
  record Mmr(float diversity, @Nullable Integer candidatesLimit) {
    public static final float DEFAULT_DIVERSITY = 0.5f;
    public static final int CANDIDATES_MAX = 16_384;

    /** How a query's results are spread out; null: not at all. */
    public static @Nullable Mmr of(OfVectors query) {
      return query instanceof Nearest nearest ? nearest.mmr() : null;
    }
  }

  /** Near to some examples, far from others. */
  record Recommend(List<VectorInput> positive, List<VectorInput> negative, Strategy strategy)
      implements OfVectors {
    @Override
    public List<VectorInput> inputs() {
      List<VectorInput> inputs = new ArrayList<>(positive);
      inputs.addAll(negative);
      return inputs;
    }

    @Override
    public Recommend map(UnaryOperator<VectorInput> change) {
      return new Recommend(
          positive.stream().map(change).toList(), negative.stream().map(change).toList(), strategy);
    }
  }

  /** How examples of a recommendation become a score. */
  enum Strategy {
    /**
     * Nearest to the mean of the positive ones, or to twice that minus the mean of the negative
     * ones; scored as {@link Nearest}.
     */
    AVERAGE_VECTOR,
    /** By the one example that is nearest; below zero when that is a negative one. */
    BEST_SCORE,
    /** Sum of similarities to the positive ones minus that to the negative ones. */
    SUM_SCORES
  }

  /**
   * First by how many pairs a point lies on the positive side of, then by nearness to the target.
   */
  record Discover(VectorInput target, List<Pair> context) implements OfVectors {
    @Override
    public List<VectorInput> inputs() {
      List<VectorInput> inputs = new ArrayList<>();
      inputs.add(target);
      Pair.addTo(inputs, context);
      return inputs;
    }

    @Override
    public Discover map(UnaryOperator<VectorInput> change) {
      return new Discover(change.apply(target), Pair.map(context, change));
    }
  }

  /** By how little points lie on the negative side of the pairs; at most about 0. */
  record Context(List<Pair> pairs) implements OfVectors {
    @Override
    public List<VectorInput> inputs() {
      List<VectorInput> inputs = new ArrayList<>();
      Pair.addTo(inputs, pairs);
      return inputs;
    }

    @Override
    public Context map(UnaryOperator<VectorInput> change) {
      return new Context(Pair.map(pairs, change));
    }
  }

  /** Two examples that split the space into a positive and a negative side. */
  record Pair(VectorInput positive, VectorInput negative) {
    private static void addTo(List<VectorInput> inputs, List<Pair> pairs) {
      for (Pair pair : pairs) {
        inputs.add(pair.positive);
        inputs.add(pair.negative);
      }
    }

    private static List<Pair> map(List<Pair> pairs, UnaryOperator<VectorInput> change) {
      return pairs.stream()
          .map(pair -> new Pair(change.apply(pair.positive), change.apply(pair.negative)))
          .toList();
    }
  }

  /**
   * By similarity to the target, corrected by what a better judge said of some results: {@code a *
   * similarity(target)} plus, for every two examples of which one was scored higher by {@code d},
   * {@code d^b * c * (similarity(higher) - similarity(lower))}.
   */
  record Feedback(VectorInput target, List<Judged> examples, float a, float b, float c)
      implements OfVectors {
    @Override
    public List<VectorInput> inputs() {
      List<VectorInput> inputs = new ArrayList<>();
      inputs.add(target);
      examples.forEach(judged -> inputs.add(judged.example()));
      return inputs;
    }

    @Override
    public Feedback map(UnaryOperator<VectorInput> change) {
      return new Feedback(
          change.apply(target),
          examples.stream()
              .map(judged -> new Judged(change.apply(judged.example()), judged.score()))
              .toList(),
          a,
          b,
          c);
    }
  }

  /** An example and how relevant it was said to be. */
  record Judged(VectorInput example, float score) {}

  /** By a payload value; every point scores 1. */
  record ByValue(OrderBy orderBy) implements Query {}

  /** Lists of results become one. Needs prefetches. */
  sealed interface Fusion extends Query {}

  /**
   * Reciprocal rank fusion: a point that is at rank {@code r} (from 1) of a list gains {@code 1 /
   * (r / weight + k - 1)}.
   *
   * @param k 1 or more
   * @param weights one for each prefetch, lists of weight 0 or less count for nothing; null: all 1
   */
  record Rrf(int k, @Nullable List<Float> weights) implements Fusion {
    public static final int DEFAULT_K = 2;
  }

  /**
   * Distribution-based score fusion: scores of each list are scaled so that their mean is 0.5 and
   * three standard deviations beside it are 0 and 1, and added.
   */
  record Dbsf() implements Fusion {}

  /** By a formula over the prefetches' scores and the payload. Needs prefetches. */
  record Boost(Formula formula) implements Query {}

  /** Points at random, in random order; every point scores 1. */
  record Sample() implements Query {}

  /** No query: points in the order of ids; every point scores 1. */
  record None() implements Query {}
}
