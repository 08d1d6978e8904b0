package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.query.Expression;
import dev.quiver.engine.query.ExpressionReader;
import dev.quiver.engine.query.Formula;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.VectorInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads QueryInterface: what stands under {@code query}. */
final class RestQueryKinds {
  private final JsonIn in;
  private final String label;
  private final List<Query> queries = new ArrayList<>(1);
  private Query.@Nullable Mmr mmr;
  private Map<Expression.Variable, JsonNode> defaults = Map.of();

  private RestQueryKinds(JsonIn in, String label) {
    this.in = in;
    this.label = label;
  }

  /**
   * @param label before the names of members in messages, as {@code internal.query.}
   */
  static Query read(JsonIn in, String label) throws IOException {
    return in.isObject()
        ? new RestQueryKinds(in, label).object()
        : new Query.Nearest(RestVectors.queryInput(in, label));
  }

  private Query object() throws IOException {
    RestVectors.Parts parts = new RestVectors.Parts();
    in.object(
        "Query",
        name -> {
          if (!member(name)) {
            parts.add(in, name);
          }
          return true;
        });
    if (queries.size() > 1) {
      throw in.error("a query has one form, not " + queries.size());
    }
    if (queries.isEmpty()) {
      VectorInput input = parts.inputOrNull(in, label);
      if (input == null) {
        throw in.error("data did not match any variant of untagged enum QueryInterface");
      }
      return new Query.Nearest(input);
    }
    return switch (queries.getFirst()) {
      case Query.Nearest nearest when mmr != null -> new Query.Nearest(nearest.to(), mmr);
      case Query.Boost(Formula formula) ->
          new Query.Boost(new Formula(formula.expression(), defaults));
      case Query query -> query;
    };
  }

  private boolean member(String name) throws IOException {
    switch (name) {
      case "nearest" -> queries.add(new Query.Nearest(RestVectors.queryInput(in, label)));
      case "mmr" -> mmr = in.isNull() ? null : mmr();
      case "recommend" -> queries.add(recommend());
      case "discover" -> queries.add(discover());
      case "context" -> queries.add(new Query.Context(pairs(in)));
      case "order_by" -> queries.add(new Query.ByValue(RestParts.orderBy(in)));
      case "fusion" -> queries.add(fusion());
      case "rrf" -> queries.add(rrf());
      case "formula" -> queries.add(new Query.Boost(new Formula(expression(), Map.of())));
      case "defaults" -> defaults = defaults();
      case "sample" -> queries.add(sample());
      case "relevance_feedback" -> queries.add(new RestFeedback(in, label).read());
      default -> {
        return false;
      }
    }
    return true;
  }

  private Query.Mmr mmr() throws IOException {
    float[] diversity = {Query.Mmr.DEFAULT_DIVERSITY};
    Integer[] candidates = {null};
    in.object(
        "Mmr",
        name -> {
          if (in.isNull()) {
            return true;
          }
          switch (name) {
            case "diversity" -> {
              diversity[0] = in.float32();
              if (!(diversity[0] >= 0 && diversity[0] <= 1)) {
                in.invalid(
                    label + "mmr.diversity",
                    "value " + diversity[0] + " invalid, must be from 0.0 to 1.0");
              }
            }
            case "candidates_limit" -> {
              long limit = in.unsigned("usize");
              if (limit > Query.Mmr.CANDIDATES_MAX) {
                in.invalid(
                    label + "mmr.candidates_limit",
                    "value "
                        + limit
                        + " invalid, must be "
                        + Query.Mmr.CANDIDATES_MAX
                        + " or smaller");
              }
              candidates[0] = (int) Math.min(limit, Query.Mmr.CANDIDATES_MAX);
            }
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Query.Mmr(diversity[0], candidates[0]);
  }

  private Query recommend() throws IOException {
    RecommendParts parts = new RecommendParts();
    in.object("RecommendInput", name -> parts.add(in, name));
    if (parts.positive.isEmpty() && parts.negative.isEmpty()) {
      in.invalid(
          label + "recommend.positives, negatives",
          "At least one positive or negative vector/id must be provided");
    }
    return new Query.Recommend(parts.positive, parts.negative, parts.strategy);
  }

  /** Members that the older call has as well. */
  static final class RecommendParts {
    private List<VectorInput> positive = List.of();
    private List<VectorInput> negative = List.of();
    private Query.Strategy strategy = Query.Strategy.AVERAGE_VECTOR;

    boolean add(JsonIn in, String name) throws IOException {
      switch (name) {
        case "positive" -> positive = in.isNull() ? List.of() : inputs(in);
        case "negative" -> negative = in.isNull() ? List.of() : inputs(in);
        case "strategy" -> strategy = in.isNull() ? strategy : strategyOf(in);
        default -> {
          return false;
        }
      }
      return true;
    }

    List<VectorInput> positive() {
      return positive;
    }

    List<VectorInput> negative() {
      return negative;
    }

    Query.Strategy strategy() {
      return strategy;
    }
  }

  private static Query.Strategy strategyOf(JsonIn in) throws IOException {
    String word = in.string();
    return switch (word) {
      case "average_vector" -> Query.Strategy.AVERAGE_VECTOR;
      case "best_score" -> Query.Strategy.BEST_SCORE;
      case "sum_scores" -> Query.Strategy.SUM_SCORES;
      default ->
          throw unknownVariant(in, word, "one of `average_vector`, `best_score`, `sum_scores`");
    };
  }

  private static List<VectorInput> inputs(JsonIn in) throws IOException {
    List<VectorInput> inputs = new ArrayList<>();
    in.array(() -> inputs.add(RestVectors.queryInput(in)));
    return inputs;
  }

  private Query discover() throws IOException {
    List<VectorInput> target = new ArrayList<>(1);
    List<Query.Pair> context = new ArrayList<>();
    boolean[] found = {false};
    in.object(
        "DiscoverInput",
        name -> {
          switch (name) {
            case "target" -> target.add(RestVectors.queryInput(in));
            case "context" -> {
              found[0] = true;
              context.addAll(pairs(in));
            }
            default -> {
              return false;
            }
          }
          return true;
        });
    if (target.isEmpty() || !found[0]) {
      throw in.missing(target.isEmpty() ? "target" : "context");
    }
    return new Query.Discover(target.getLast(), context);
  }

  /** One pair, an array of them, or null. */
  private static List<Query.Pair> pairs(JsonIn in) throws IOException {
    List<Query.Pair> pairs = new ArrayList<>();
    if (in.isObject()) {
      pairs.add(pair(in));
    } else if (!in.isNull()) {
      in.array(() -> pairs.add(pair(in)));
    }
    return pairs;
  }

  static Query.Pair pair(JsonIn in) throws IOException {
    VectorInput[] sides = new VectorInput[2];
    in.object(
        "ContextPair",
        name -> {
          switch (name) {
            case "positive" -> sides[0] = RestVectors.queryInput(in);
            case "negative" -> sides[1] = RestVectors.queryInput(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    if (sides[0] == null || sides[1] == null) {
      throw in.missing(sides[0] == null ? "positive" : "negative");
    }
    return new Query.Pair(sides[0], sides[1]);
  }

  private Query fusion() throws IOException {
    String word = in.string();
    return switch (word) {
      case "rrf" -> new Query.Rrf(Query.Rrf.DEFAULT_K, null);
      case "dbsf" -> new Query.Dbsf();
      default -> throw unknownVariant(in, word, "`rrf` or `dbsf`");
    };
  }

  private Query rrf() throws IOException {
    int[] k = {Query.Rrf.DEFAULT_K};
    List<Float> weights = new ArrayList<>();
    boolean[] weighted = {false};
    in.object(
        "Rrf",
        name -> {
          if (in.isNull()) {
            return true;
          }
          switch (name) {
            case "k" -> k[0] = RestParts.bounded(in, label + "rrf.k", Integer.MAX_VALUE);
            case "weights" -> {
              weighted[0] = true;
              in.array(() -> weights.add(in.float32()));
            }
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Query.Rrf(k[0], weighted[0] ? weights : null);
  }

  private Expression expression() throws IOException {
    String at = in.path();
    JsonNode tree = in.tree();
    return RestParts.labelled(() -> ExpressionReader.read(tree, at));
  }

  private Map<Expression.Variable, JsonNode> defaults() throws IOException {
    if (in.isNull()) {
      return Map.of();
    }
    JsonNode tree = in.tree();
    return RestParts.labelled(() -> ExpressionReader.defaults(tree, label + "defaults"));
  }

  private Query sample() throws IOException {
    String word = in.string();
    if (!word.equals("random")) {
      throw unknownVariant(in, word, "`random`");
    }
    return new Query.Sample();
  }

  private static QuiverException unknownVariant(JsonIn in, String word, String expected) {
    return in.error("unknown variant `" + Shape.abbreviate(word) + "`, expected " + expected);
  }
}
