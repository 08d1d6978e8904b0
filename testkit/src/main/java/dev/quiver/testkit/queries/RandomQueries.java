package dev.quiver.testkit.queries;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.quiver.engine.OrderBy;
import dev.quiver.engine.PointId;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.PayloadPath;
import dev.quiver.engine.query.Expression;
import dev.quiver.engine.query.Formula;
import dev.quiver.engine.query.LookupLocation;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Trees of stages over the points of {@link QueryRounds}. */
final class RandomQueries {
  private final Random random;
  private final Map<PointId, ReferencePoint> points;
  private final Map<PointId, ReferencePoint> elsewhere;
  private final ReferenceQueries reference;

  RandomQueries(
      Random random,
      Map<PointId, ReferencePoint> points,
      Map<PointId, ReferencePoint> elsewhere,
      ReferenceQueries reference) {
    this.random = random;
    this.points = points;
    this.elsewhere = elsewhere;
    this.reference = reference;
  }

  QueryStage stage(int depth) {
    List<QueryStage> prefetch = new ArrayList<>();
    if (depth > 0 && random.nextInt(3) > 0) {
      int count = 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        prefetch.add(stage(depth - 1));
      }
    }
    String using = pick(List.copyOf(RandomPoints.DIMENSIONS.keySet()));
    LookupLocation lookup = random.nextInt(4) == 0 ? lookup(using) : null;
    Query query = query(prefetch.size(), using, lookup);
    boolean fusing = query instanceof Query.Fusion;
    boolean scored = query instanceof Query.OfVectors || fusing || query instanceof Query.Boost;
    return new QueryStage(
        prefetch,
        query,
        fusing ? "" : using,
        random.nextInt(3) == 0 ? filter() : null,
        random.nextBoolean() ? SearchParams.DEFAULT : params(),
        scored && random.nextInt(4) == 0 ? (Float) threshold() : null,
        1 + random.nextInt(20),
        lookup);
  }

  /** Half of them numbers that scores are when nothing is in common, or all is. */
  private float threshold() {
    return random.nextBoolean() ? (float) random.nextGaussian() : (random.nextInt(6) - 2) / 2f;
  }

  private SearchParams params() {
    return new SearchParams(
        null,
        random.nextBoolean(),
        false,
        SearchParams.Quantization.DEFAULT,
        random.nextInt(4) == 0 ? filter() : null);
  }

  private LookupLocation lookup(String using) {
    return new LookupLocation("elsewhere", random.nextBoolean() ? null : using);
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Query query(int prefetches, String using, @Nullable LookupLocation lookup) {
    Supplier<VectorInput> input = () -> input(using, lookup);
    int kinds = prefetches > 0 ? 13 : 10;
    return switch (random.nextInt(kinds)) {
      case 0 -> new Query.Nearest(input.get());
      case 1 ->
          new Query.Nearest(
              input.get(),
              new Query.Mmr(
                  random.nextFloat(), random.nextBoolean() ? null : (Integer) random.nextInt(30)));
      case 2 ->
          new Query.Recommend(list(input, 1, 3), list(input, 0, 2), Query.Strategy.AVERAGE_VECTOR);
      case 3 -> {
        List<VectorInput> positive = list(input, 0, 3);
        yield new Query.Recommend(
            positive, list(input, positive.isEmpty() ? 1 : 0, 3), Query.Strategy.BEST_SCORE);
      }
      case 4 -> {
        List<VectorInput> positive = list(input, 0, 3);
        yield new Query.Recommend(
            positive, list(input, positive.isEmpty() ? 1 : 0, 3), Query.Strategy.SUM_SCORES);
      }
      case 5 -> new Query.Discover(input.get(), pairs(input, 0));
      case 6 -> new Query.Context(pairs(input, 1));
      case 7 -> {
        List<Query.Judged> judged = new ArrayList<>();
        for (VectorInput example : list(input, 1, 4)) {
          judged.add(new Query.Judged(example, random.nextInt(4) / 4f));
        }
        yield new Query.Feedback(
            input.get(), judged, random.nextFloat(), random.nextFloat() * 2, random.nextFloat());
      }
      case 8 -> new Query.ByValue(new OrderBy("n", random.nextBoolean(), null));
      case 9 ->
          prefetches == 0
              ? new Query.None()
              : new Query.ByValue(new OrderBy("n", random.nextBoolean(), null));
      case 10 -> {
        List<Float> weights = new ArrayList<>();
        for (int i = 0; i < prefetches; i++) {
          weights.add((float) (random.nextInt(5) - 1));
        }
        yield new Query.Rrf(1 + random.nextInt(60), random.nextBoolean() ? null : weights);
      }
      case 11 -> new Query.Dbsf();
      default -> new Query.Boost(formula());
    };
  }

  private List<VectorInput> list(Supplier<VectorInput> input, int least, int most) {
    List<VectorInput> list = new ArrayList<>();
    int count = least + random.nextInt(most - least + 1);
    for (int i = 0; i < count; i++) {
      list.add(input.get());
    }
    return list;
  }

  private List<Query.Pair> pairs(Supplier<VectorInput> input, int least) {
    List<Query.Pair> pairs = new ArrayList<>();
    for (VectorInput positive : list(input, least, 3)) {
      pairs.add(new Query.Pair(positive, input.get()));
    }
    return pairs;
  }

  private VectorInput input(String using, @Nullable LookupLocation lookup) {
    Map<PointId, ReferencePoint> place = lookup == null ? points : elsewhere;
    List<PointId> having =
        place.values().stream()
            .filter(point -> point.vectors().containsKey(using))
            .map(ReferencePoint::id)
            .toList();
    if (!having.isEmpty() && random.nextBoolean()) {
      return new VectorInput.ById(pick(having));
    }
    if (using.equals(SparseModel.NAME)) {
      return new VectorInput.Sparse(SparseModel.vector(SparseModel.components(random)));
    }
    int dimension = RandomPoints.DIMENSIONS.getOrDefault(using, 0);
    // One row may come as a dense vector.
    return RandomPoints.MULTI.contains(using) && random.nextInt(5) > 0
        ? new VectorInput.Multi(RandomPoints.rows(random, dimension))
        : new VectorInput.Dense(RandomPoints.gaussian(random, dimension));
  }

  Filter filter() {
    int kind = random.nextInt(3);
    Filter filter;
    if (kind == 0) {
      long bound = random.nextInt(400);
      filter =
          Filter.must(
              new Condition.Field(
                  "n",
                  null,
                  new Condition.Range(null, null, (double) bound, null),
                  null,
                  null,
                  null,
                  null,
                  null,
                  null,
                  null));
      reference.mean(
          filter,
          point -> {
            JsonNode value = point.payload().path("n");
            boolean any = value.isIntegralNumber() && value.longValue() >= bound;
            for (JsonNode element : value) {
              any |= element.longValue() >= bound;
            }
            return any;
          });
    } else if (kind == 1) {
      Set<PointId> ids =
          Set.copyOf(points.keySet().stream().filter(_ -> random.nextInt(3) == 0).toList());
      filter = Filter.mustNot(new Condition.HasId(ids));
      reference.mean(filter, point -> !ids.contains(point.id()));
    } else {
      filter = Filter.must(new Condition.HasVector("b"));
      reference.mean(filter, point -> point.vectors().containsKey("b"));
    }
    return filter;
  }

  private Formula formula() {
    Map<Expression.Variable, JsonNode> defaults = new HashMap<>();
    JsonNodeFactory json = JsonNodeFactory.instance;
    defaults.put(new Expression.PayloadValue(path("f")), json.numberNode(0.25));
    defaults.put(
        new Expression.PayloadValue(path("g")), json.objectNode().put("lon", 1.5).put("lat", -3));
    defaults.put(new Expression.PayloadValue(path("t")), json.textNode("2024-02-29T12:00:00Z"));
    if (random.nextBoolean()) {
      defaults.put(new Expression.Score(random.nextInt(3)), json.numberNode(random.nextInt(5)));
    }
    return new Formula(expression(3), defaults);
  }

  private static PayloadPath path(String key) {
    return PayloadPath.parse(key);
  }

  private Expression expression(int depth) {
    return switch (random.nextInt(depth > 0 ? 16 : 6)) {
      case 0 -> new Expression.Constant((float) random.nextGaussian());
      case 1, 2 -> new Expression.Score(random.nextInt(3));
      case 3 -> new Expression.PayloadValue(path("f"));
      case 4 -> new Expression.Matching(filter());
      case 5 -> new Expression.Constant(random.nextInt(4));
      case 6 ->
          new Expression.Div(
              new Expression.GeoDistance(new Condition.GeoPoint(2, 3), path("g")),
              new Expression.Constant(1e6),
              null);
      case 7 ->
          new Expression.Decay(
              pick(List.of(Expression.Decay.Shape.values())),
              new Expression.DatetimeValue(path("t")),
              new Expression.Datetime(1_700_000_000_000_000L),
              86_400L * (1 + random.nextInt(300)),
              0.1 + random.nextFloat() * 0.8);
      case 8 -> new Expression.Mult(List.of(expression(depth - 1), expression(depth - 1)));
      case 9, 10 -> new Expression.Sum(List.of(expression(depth - 1), expression(depth - 1)));
      case 11 -> new Expression.Div(expression(depth - 1), positive(depth - 1), 0.5);
      case 12 -> new Expression.Pow(positive(depth - 1), new Expression.Constant(0.5));
      case 13 ->
          new Expression.Apply(
              pick(List.of(Expression.Function.NEG, Expression.Function.ABS)),
              expression(depth - 1));
      case 14 ->
          new Expression.Apply(
              pick(
                  List.of(
                      Expression.Function.SQRT, Expression.Function.LN, Expression.Function.LOG10)),
              positive(depth - 1));
      default ->
          new Expression.Decay(
              pick(List.of(Expression.Decay.Shape.values())),
              expression(depth - 1),
              random.nextBoolean() ? null : new Expression.Constant(random.nextInt(3)),
              0.5 + random.nextFloat(),
              0.25);
    };
  }

  private Expression positive(int depth) {
    return new Expression.Sum(
        List.of(
            new Expression.Constant(1),
            new Expression.Apply(Expression.Function.ABS, expression(depth))));
  }
}
