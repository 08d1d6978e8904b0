package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryStage;
import java.util.List;

/** What makes a query's tree one that can be run, whatever the collection is. */
final class QueryRules {
  /** Stages of one query: each holds its hits while those above it wait. */
  static final int STAGES_MAX = 1_000;

  /** Vectors and ids that one query compares with. */
  static final int INPUTS_MAX = 10_000;

  private QueryRules() {}

  /**
   * @throws QuiverException BAD_REQUEST or WRONG_INPUT
   */
  static void check(QueryStage root) {
    int depth = root.depth();
    if (depth > QueryStage.DEPTH_MAX) {
      throw invalid("prefetches depth " + depth + " exceeds max depth " + QueryStage.DEPTH_MAX);
    }
    int[] counts = new int[2];
    root.forEach(
        stage -> {
          counts[0]++;
          counts[1] += stage.query() instanceof Query.OfVectors of ? of.inputs().size() : 0;
          checkStage(stage);
        });
    refuseOver("prefetches", counts[0] - 1, STAGES_MAX);
    refuseOver("vectors and ids to compare with", counts[1], INPUTS_MAX);
  }

  private static void refuseOver(String what, int count, int max) {
    if (count > max) {
      throw QuiverException.badRequest(
          "a query with " + count + " " + what + " (expected: at most " + max + ")");
    }
  }

  private static void checkStage(QueryStage stage) {
    boolean isLeaf = stage.prefetch().isEmpty();
    boolean hasThreshold = stage.scoreThreshold() != null;
    switch (stage.query()) {
      case Query.None _ -> {
        if (!isLeaf) {
          throw QuiverException.badRequest(
              "A query is needed to merge the prefetches. Can't have prefetches without defining a"
                  + " query.");
        }
        if (hasThreshold) {
          throw QuiverException.badRequest(
              "A query is needed to use the score_threshold. Can't have score_threshold without"
                  + " defining a query.");
        }
      }
      case Query.ByValue _ -> {
        if (hasThreshold) {
          throw QuiverException.badRequest("Can't use score_threshold with an order_by query.");
        }
      }
      case Query.Fusion fusion -> {
        if (!stage.using().isEmpty()) {
          throw QuiverException.badRequest(
              "Fusion queries cannot be combined with the 'using' field.");
        }
        if (isLeaf) {
          throw invalid("cannot apply Fusion without prefetches");
        }
        checkWeights(fusion, stage.prefetch().size());
      }
      case Query.Boost _ -> {
        if (isLeaf) {
          throw invalid("cannot apply Formula without prefetches");
        }
      }
      case Query.Recommend(var positive, var negative, Query.Strategy strategy) -> {
        if (positive.isEmpty() && negative.isEmpty()) {
          throw QuiverException.badRequest(
              "At least one positive or negative vector ID required with this strategy");
        }
        if (positive.isEmpty() && strategy == Query.Strategy.AVERAGE_VECTOR) {
          throw QuiverException.wrongInput(
              "Positive vectors should not be empty with `average` strategy");
        }
      }
      case Query.Feedback(_, var examples, float a, float b, float c) -> {
        if (examples.isEmpty()) {
          throw QuiverException.badRequest("feedback elements must be non-empty");
        }
        if (!Float.isFinite(a) || !Float.isFinite(c) || !(b >= 0 && Float.isFinite(b))) {
          throw QuiverException.badRequest(
              "relevance feedback with a = "
                  + a
                  + ", b = "
                  + b
                  + ", c = "
                  + c
                  + " (expected: finite numbers, b 0 or larger)");
        }
      }
      case Query.Nearest _, Query.Discover _, Query.Context _, Query.Sample _ -> {
        // Nothing that only the whole tree tells.
      }
    }
  }

  private static void checkWeights(Query.Fusion fusion, int prefetches) {
    List<Float> weights = fusion instanceof Query.Rrf rrf ? rrf.weights() : null;
    if (weights != null && weights.size() != prefetches) {
      throw invalid(
          "RRF weights length ("
              + weights.size()
              + ") does not match number of prefetches ("
              + prefetches
              + ")");
    }
  }

  private static QuiverException invalid(String text) {
    return QuiverException.wrongInput("Validation failed: " + text);
  }
}
