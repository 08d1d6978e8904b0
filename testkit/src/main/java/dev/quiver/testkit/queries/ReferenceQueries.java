package dev.quiver.testkit.queries;

import dev.quiver.engine.OrderBy;
import dev.quiver.engine.PointId;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.LookupLocation;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import dev.quiver.index.Distance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a query must answer: every point is looked at, with nothing shared with the engine but the
 * tree. Slow and plain.
 *
 * <p>Scores are intervals in which the engine's lie, since it computes in single precision and in
 * another order. Where two intervals overlap, either point may come first; where that decides the
 * answer, the answer is {@link #ambiguous}. Scores that are the same whatever rounding does are no
 * such case: the smaller id comes first.
 */
final class ReferenceQueries {
  private static final Interval ONE = Interval.of(1);

  /** The difference to 1 of the next larger float, in which Qdrant begins to count a loss. */
  private static final Interval EPSILON = Interval.of(Math.ulp(1f));

  record Ranked(ReferencePoint point, Interval score, @Nullable Number orderValue) {}

  private final Map<PointId, ReferencePoint> points;
  private final Map<PointId, ReferencePoint> elsewhere;
  private final Map<String, Distance> distances;
  private final Set<String> multi;
  private final boolean idf;
  private final IdentityHashMap<Filter, Predicate<ReferencePoint>> filters =
      new IdentityHashMap<>();

  /** Whether rounding may have decided something: the order of two, or what is in a list. */
  private boolean ambiguous;

  /**
   * @param multi the names of multivectors
   * @param idf whether queries of the sparse vector are weighted by how rare components are
   */
  ReferenceQueries(
      Map<PointId, ReferencePoint> points,
      Map<PointId, ReferencePoint> elsewhere,
      Map<String, Distance> distances,
      Set<String> multi,
      boolean idf) {
    this.idf = idf;
    this.points = points;
    this.elsewhere = elsewhere;
    this.distances = distances;
    this.multi = multi;
  }

  void mean(Filter filter, Predicate<ReferencePoint> meaning) {
    filters.put(filter, meaning);
  }

  boolean ambiguous() {
    return ambiguous;
  }

  /** The points that may be found at all: the examples are not among them. */
  List<Ranked> run(QueryStage root, int limit) {
    ambiguous = false;
    Set<PointId> named = new HashSet<>();
    root.forEach(
        stage -> {
          if (stage.lookup() == null && stage.query() instanceof Query.OfVectors of) {
            for (VectorInput input : of.inputs()) {
              if (input instanceof VectorInput.ById(PointId id)) {
                named.add(id);
              }
            }
          }
        });
    List<ReferencePoint> visible =
        points.values().stream().filter(point -> !named.contains(point.id())).toList();
    return stage(root, visible, limit, true);
  }

  /**
   * @param inOrder whether it matters where in the list a point is
   */
  private List<Ranked> stage(
      QueryStage stage, List<ReferencePoint> above, int limit, boolean inOrder) {
    List<ReferencePoint> visible = above;
    if (stage.filter() != null) {
      visible = visible.stream().filter(filters.get(stage.filter())).toList();
    }
    List<List<Ranked>> lists = new ArrayList<>();
    for (QueryStage prefetch : stage.prefetch()) {
      lists.add(stage(prefetch, visible, prefetch.limit(), stage.query() instanceof Query.Rrf));
    }
    Map<PointId, ReferencePoint> union = new LinkedHashMap<>();
    lists.forEach(list -> list.forEach(hit -> union.put(hit.point().id(), hit.point())));
    Collection<ReferencePoint> candidates = stage.prefetch().isEmpty() ? visible : union.values();
    return switch (stage.query()) {
      case Query.OfVectors query -> vectors(stage, query, candidates, limit, inOrder);
      case Query.ByValue(OrderBy order) -> ordered(order, candidates, limit);
      case Query.Rrf(int k, List<Float> weights) -> rrf(stage, lists, k, weights, limit, inOrder);
      case Query.Dbsf _ -> dbsf(stage, lists, limit, inOrder);
      case Query.Boost(var formula) -> {
        List<Map<PointId, Interval>> scores = new ArrayList<>();
        for (List<Ranked> list : lists) {
          Map<PointId, Interval> byId = new HashMap<>();
          list.forEach(hit -> byId.put(hit.point().id(), hit.score()));
          scores.add(byId);
        }
        yield best(
            stage,
            candidates,
            point -> new ReferenceFormula(formula, filters, scores, point).value(),
            true,
            limit,
            inOrder);
      }
      case Query.Sample _ -> throw new IllegalArgumentException("chance is not to be compared");
      case Query.None _ ->
          candidates.stream()
              .sorted(Comparator.comparing(ReferencePoint::id))
              .limit(limit)
              .map(point -> new Ranked(point, ONE, null))
              .toList();
    };
  }

  // ---- vectors

  private List<Ranked> vectors(
      QueryStage stage,
      Query.OfVectors query,
      Collection<ReferencePoint> candidates,
      int limit,
      boolean inOrder) {
    Distance distance = distance(stage);
    List<ReferencePoint> having =
        candidates.stream().filter(point -> point.vectors().containsKey(stage.using())).toList();
    if (query instanceof Query.Nearest(VectorInput to, Query.Mmr mmr) && mmr != null) {
      Interval[][] target = rows(stage, to);
      int wanted = mmr.candidatesLimit() == null ? stage.limit() : mmr.candidatesLimit();
      List<Ranked> nearest = nearest(stage, target, having, wanted, false);
      return new ReferenceDiversity(distance, stage.using(), mmr.diversity())
          .picked(nearest, target, limit, this::doubt);
    }
    Interval[][] one =
        switch (query) {
          case Query.Nearest(VectorInput to, _) -> rows(stage, to);
          case Query.Recommend(var positive, var negative, Query.Strategy strategy)
              when strategy == Query.Strategy.AVERAGE_VECTOR ->
              average(stage, positive, negative);
          default -> null;
        };
    return one != null
        ? nearest(stage, one, having, limit, inOrder)
        : best(stage, having, point -> combined(stage, query, point), true, limit, inOrder);
  }

  private List<Ranked> nearest(
      QueryStage stage,
      Interval[][] target,
      List<ReferencePoint> having,
      int limit,
      boolean inOrder) {
    Distance distance = distance(stage);
    Interval[][] asked = weighted(stage, target);
    return best(
        stage,
        sharing(stage, asked, having),
        point -> ReferenceVectors.shown(distance, asked, of(stage, point)),
        distance == Distance.DOT || distance == Distance.COSINE,
        limit,
        inOrder);
  }

  /** A score that is made of similarities to several examples. */
  private Interval combined(QueryStage stage, Query.OfVectors query, ReferencePoint point) {
    return switch (query) {
      case Query.Recommend(var positive, var negative, Query.Strategy strategy) ->
          strategy == Query.Strategy.BEST_SCORE
              ? bestScore(maximum(stage, positive, point), maximum(stage, negative, point))
              : sum(stage, positive, point).minus(sum(stage, negative, point)).rounded();
      case Query.Discover(VectorInput target, var pairs) -> {
        Interval score = Interval.ZERO;
        for (Query.Pair pair : pairs) {
          Interval good = similar(stage, pair.positive(), point);
          Interval bad = similar(stage, pair.negative(), point);
          score =
              score.plus(
                  new Interval(sign(good.low() - bad.high()), sign(good.high() - bad.low())));
        }
        yield score.plus(sigmoid(similar(stage, target, point))).rounded();
      }
      case Query.Context(var pairs) -> {
        Interval score = Interval.ZERO;
        for (Query.Pair pair : pairs) {
          Interval good = similar(stage, pair.positive(), point);
          Interval bad = similar(stage, pair.negative(), point);
          Interval loss =
              good.minus(bad)
                  .summed(good.isSame(bad) ? 0 : good.size() + bad.size())
                  .minus(EPSILON)
                  .min(Interval.ZERO);
          score = score.plus(loss.rising(ReferenceQueries::squashed).rounded()).rounded();
        }
        yield score;
      }
      case Query.Feedback(VectorInput target, var examples, float a, float b, float c) -> {
        Interval score = similar(stage, target, point).times(a);
        for (Query.Judged better : examples) {
          for (Query.Judged worse : examples) {
            double lead = better.score() - worse.score();
            if (lead > 0) {
              Interval gain =
                  similar(stage, better.example(), point)
                      .minus(similar(stage, worse.example(), point));
              score = score.plus(gain.times(Math.pow(lead, b) * c));
            }
          }
        }
        yield score.rounded();
      }
      case Query.Nearest _ -> throw new IllegalArgumentException("one vector: " + query);
    };
  }

  private static Interval bestScore(Interval good, Interval bad) {
    if (good.isAbove(bad)) {
      return sigmoid(good);
    }
    Interval against = sigmoid(bad).negated();
    return good.high() <= bad.low() ? against : against.or(sigmoid(good));
  }

  private static double sign(double difference) {
    return Math.signum(difference);
  }

  private static Interval sigmoid(Interval x) {
    return x.rising(value -> (squashed(value) + 1) / 2).rounded();
  }

  private static double squashed(double x) {
    return x / (1 + Math.abs(x));
  }

  private Interval maximum(QueryStage stage, List<VectorInput> inputs, ReferencePoint point) {
    return inputs.stream()
        .map(input -> similar(stage, input, point))
        .reduce(Interval.of(Double.NEGATIVE_INFINITY), Interval::max);
  }

  private Interval sum(QueryStage stage, List<VectorInput> inputs, ReferencePoint point) {
    Interval sum = Interval.ZERO;
    double sizes = 0;
    for (VectorInput input : inputs) {
      Interval similarity = similar(stage, input, point);
      sum = sum.plus(similarity);
      sizes += similarity.size();
    }
    return sum.summed(sizes);
  }

  /** Of a multivector all rows, the negative ones turned round; of others one row in the middle. */
  private Interval[][] average(
      QueryStage stage, List<VectorInput> positive, List<VectorInput> negative) {
    if (multi.contains(stage.using())) {
      List<Interval[]> rows = new ArrayList<>();
      positive.forEach(input -> rows.addAll(List.of(rows(stage, input))));
      for (VectorInput input : negative) {
        for (Interval[] row : rows(stage, input)) {
          rows.add(ReferenceVectors.negated(row));
        }
      }
      return rows.toArray(Interval[][]::new);
    }
    Interval[] target = mean(stage, positive);
    return new Interval[][] {
      negative.isEmpty() ? target : ReferenceVectors.twiceMinus(target, mean(stage, negative))
    };
  }

  private Interval[] mean(QueryStage stage, List<VectorInput> inputs) {
    return ReferenceVectors.mean(inputs.stream().map(input -> rows(stage, input)[0]).toList());
  }

  private static Interval[][] of(QueryStage stage, ReferencePoint point) {
    return rows(point, stage.using());
  }

  static Interval[][] rows(@Nullable ReferencePoint point, String name) {
    Interval[][] rows = point == null ? null : point.vectors().get(name);
    if (rows == null) {
      throw new IllegalArgumentException("no vector \"" + name + "\": " + point);
    }
    return rows;
  }

  private Distance distance(QueryStage stage) {
    return Objects.requireNonNull(distances.get(stage.using()));
  }

  private Interval similar(QueryStage stage, VectorInput input, ReferencePoint point) {
    return ReferenceVectors.similarity(
        distance(stage), weighted(stage, rows(stage, input)), of(stage, point));
  }

  private Interval[][] weighted(QueryStage stage, Interval[][] query) {
    if (!idf || !stage.using().equals(SparseModel.NAME)) {
      return query;
    }
    Filter corpus = stage.params().idfCorpus();
    List<Interval[]> all = new ArrayList<>();
    for (ReferencePoint point : points.values()) {
      Interval[][] vector = point.vectors().get(SparseModel.NAME);
      if (vector != null && (corpus == null || meaning(corpus).test(point))) {
        all.add(vector[0]);
      }
    }
    return new Interval[][] {SparseModel.weighted(query[0], all)};
  }

  private Predicate<ReferencePoint> meaning(Filter filter) {
    return Objects.requireNonNull(filters.get(filter));
  }

  /** What shares nothing with a sparse query is not found. */
  private List<ReferencePoint> sharing(
      QueryStage stage, Interval[][] query, List<ReferencePoint> points) {
    if (!stage.using().equals(SparseModel.NAME)) {
      return points;
    }
    List<ReferencePoint> sharing = new ArrayList<>();
    for (ReferencePoint point : points) {
      Interval[] own = of(stage, point)[0];
      if (SparseModel.mayShare(query[0], own)) {
        sharing.add(point);
        if (!SparseModel.shares(query[0], own)) {
          doubt();
        }
      }
    }
    return sharing;
  }

  private Interval[][] rows(QueryStage stage, VectorInput input) {
    LookupLocation lookup = stage.lookup();
    return switch (input) {
      case VectorInput.Dense(float[] values) -> new Interval[][] {ReferenceVectors.exact(values)};
      case VectorInput.ById(PointId id) -> {
        String vector = lookup == null ? null : lookup.vector();
        yield rows(
            (lookup == null ? points : elsewhere).get(id), vector == null ? stage.using() : vector);
      }
      case VectorInput.Multi(VectorValue.Multi multi) -> ReferenceVectors.exact(multi);
      case VectorInput.Sparse(VectorValue.Sparse sparse) ->
          new Interval[][] {ReferenceVectors.exact(SparseModel.components(sparse))};
      case VectorInput.Document _ -> throw new IllegalArgumentException("a text");
    };
  }

  // ---- values and fusions

  private static List<Ranked> ordered(
      OrderBy order, Collection<ReferencePoint> candidates, int limit) {
    List<Ranked> ranked = new ArrayList<>();
    for (ReferencePoint point : candidates) {
      Set<Long> values = new HashSet<>();
      var value = point.payload().path(order.key());
      if (value.isArray()) {
        value.forEach(element -> values.add(element.longValue()));
      } else if (value.isIntegralNumber()) {
        values.add(value.longValue());
      }
      values.forEach(number -> ranked.add(new Ranked(point, ONE, number)));
    }
    Comparator<Ranked> byValue =
        Comparator.comparingLong(hit -> Objects.requireNonNull(hit.orderValue()).longValue());
    ranked.sort(order.descending() ? byValue.reversed() : byValue);
    return ranked.subList(0, Math.min(limit, ranked.size()));
  }

  private List<Ranked> rrf(
      QueryStage stage,
      List<List<Ranked>> lists,
      int k,
      @Nullable List<Float> weights,
      int limit,
      boolean inOrder) {
    // In single precision, list by list: ranks that are swapped between lists make exact ties.
    Map<PointId, Float> gains = new HashMap<>();
    Map<PointId, ReferencePoint> found = new LinkedHashMap<>();
    for (int i = 0; i < lists.size(); i++) {
      float weight = weights == null ? 1 : weights.get(i);
      for (int rank = 1; rank <= lists.get(i).size(); rank++) {
        ReferencePoint point = lists.get(i).get(rank - 1).point();
        found.put(point.id(), point);
        gains.merge(point.id(), weight <= 0 ? 0 : 1 / (rank / weight + k - 1), Float::sum);
      }
    }
    return best(
        stage,
        found.values(),
        point -> Interval.of(Objects.requireNonNull(gains.get(point.id()))),
        true,
        limit,
        inOrder);
  }

  private List<Ranked> dbsf(
      QueryStage stage, List<List<Ranked>> lists, int limit, boolean inOrder) {
    Map<PointId, Interval> sums = new HashMap<>();
    Map<PointId, ReferencePoint> found = new LinkedHashMap<>();
    for (List<Ranked> list : lists) {
      List<Interval> scores = list.stream().map(Ranked::score).toList();
      UnaryOperator<Interval> normal = normal(scores);
      for (Ranked hit : list) {
        found.put(hit.point().id(), hit.point());
        sums.merge(hit.point().id(), normal.apply(hit.score()), (a, b) -> a.plus(b).rounded());
      }
    }
    return best(
        stage,
        found.values(),
        point -> Objects.requireNonNull(sums.get(point.id())),
        true,
        limit,
        inOrder);
  }

  /** Makes the mean 0.5, three deviations below it 0 and above it 1; 0.5 of scores that are one. */
  private UnaryOperator<Interval> normal(List<Interval> scores) {
    Interval middle = Interval.of(0.5);
    if (scores.size() < 2 || scores.stream().allMatch(scores.getFirst()::isSame)) {
      return _ -> middle;
    }
    int count = scores.size();
    double size = scores.stream().mapToDouble(Interval::size).max().orElseThrow();
    Interval mean =
        scores.stream().reduce(Interval.ZERO, Interval::plus).over(Interval.of(count)).summed(size);
    Interval squares = Interval.ZERO;
    for (Interval score : scores) {
      Interval away = score.minus(mean).abs();
      squares = squares.plus(away.times(away));
    }
    Interval reach =
        squares.rounded().over(Interval.of(count - 1)).rising(Math::sqrt).times(3).rounded();
    Interval span = reach.times(2).summed(size);
    if (span.contains(0)) {
      // Whether the scores differ at all is a matter of rounding.
      doubt();
      return _ -> middle;
    }
    return score -> score.minus(mean).plus(reach).summed(size).over(span).rounded();
  }

  // ---- ranking

  private List<Ranked> best(
      QueryStage stage,
      Collection<ReferencePoint> candidates,
      Function<ReferencePoint, Interval> score,
      boolean largerIsBetter,
      int limit,
      boolean inOrder) {
    List<Ranked> ranked = new ArrayList<>();
    for (ReferencePoint point : candidates) {
      ranked.add(new Ranked(point, score.apply(point), null));
    }
    Comparator<Ranked> byScore = Comparator.comparingDouble(hit -> hit.score().middle());
    ranked.sort(
        (largerIsBetter ? byScore.reversed() : byScore).thenComparing(hit -> hit.point().id()));
    List<Ranked> best = ranked.subList(0, Math.min(limit, ranked.size()));
    for (int i = 0; i < best.size(); i++) {
      Interval own = best.get(i).score();
      for (int j = inOrder ? i + 1 : limit; j < ranked.size(); j++) {
        Interval next = ranked.get(j).score();
        boolean isBetter = largerIsBetter ? own.isAbove(next) : next.isAbove(own);
        boolean isTie = own.isSame(next) && (j < limit || ordersTies(stage));
        if (!isBetter && !isTie) {
          doubt();
        }
      }
    }
    return best.stream().filter(hit -> passes(stage, hit.score(), largerIsBetter)).toList();
  }

  /** Which of several equal points a search by segments and graphs leaves out is not said. */
  private static boolean ordersTies(QueryStage stage) {
    return !(stage.query() instanceof Query.OfVectors)
        || !stage.prefetch().isEmpty()
        || stage.using().equals(SparseModel.NAME);
  }

  private boolean passes(QueryStage stage, Interval score, boolean largerIsBetter) {
    Float threshold = stage.scoreThreshold();
    if (threshold == null) {
      return true;
    }
    if (score.contains(threshold)) {
      if (!score.isExact()) {
        doubt();
      }
      // Strict for queries of vectors.
      return !(stage.query() instanceof Query.OfVectors);
    }
    return largerIsBetter ? score.low() > threshold : score.high() < threshold;
  }

  private void doubt() {
    ambiguous = true;
  }
}
