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
import java.util.Arrays;
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
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a query must answer: every point is looked at, in double precision, with nothing shared with
 * the engine but the tree. Slow and plain.
 */
final class ReferenceQueries {
  /** Scores nearer than this may stand in either order in single precision. */
  private static final double CLOSE = 2e-5;

  record Ranked(ReferencePoint point, double score, @Nullable Number orderValue) {}

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
    return stage(root, visible, limit);
  }

  private List<Ranked> stage(QueryStage stage, List<ReferencePoint> above, int limit) {
    List<ReferencePoint> visible = above;
    if (stage.filter() != null) {
      visible = visible.stream().filter(filters.get(stage.filter())).toList();
    }
    List<List<Ranked>> lists = new ArrayList<>();
    for (QueryStage prefetch : stage.prefetch()) {
      lists.add(stage(prefetch, visible, prefetch.limit()));
    }
    Map<PointId, ReferencePoint> union = new LinkedHashMap<>();
    lists.forEach(list -> list.forEach(hit -> union.put(hit.point().id(), hit.point())));
    Collection<ReferencePoint> candidates = stage.prefetch().isEmpty() ? visible : union.values();
    return switch (stage.query()) {
      case Query.OfVectors query -> vectors(stage, query, candidates, limit);
      case Query.ByValue(OrderBy order) -> ordered(order, candidates, limit);
      case Query.Rrf(int k, List<Float> weights) -> rrf(stage, lists, k, weights, limit);
      case Query.Dbsf _ -> dbsf(stage, lists, limit);
      case Query.Boost(var formula) -> {
        List<Map<PointId, Double>> scores = new ArrayList<>();
        for (List<Ranked> list : lists) {
          Map<PointId, Double> byId = new HashMap<>();
          list.forEach(hit -> byId.put(hit.point().id(), hit.score()));
          scores.add(byId);
        }
        yield best(
            stage,
            candidates,
            point -> new ReferenceFormula(formula, filters, scores, point).value(),
            true,
            true,
            limit);
      }
      case Query.Sample _ -> throw new IllegalArgumentException("chance is not to be compared");
      case Query.None _ ->
          candidates.stream()
              .sorted(Comparator.comparing(ReferencePoint::id))
              .limit(limit)
              .map(point -> new Ranked(point, 1, null))
              .toList();
    };
  }

  // ---- vectors

  private List<Ranked> vectors(
      QueryStage stage, Query.OfVectors query, Collection<ReferencePoint> candidates, int limit) {
    Distance distance = distance(stage);
    List<ReferencePoint> having =
        candidates.stream().filter(point -> point.vectors().containsKey(stage.using())).toList();
    boolean similarity = distance == Distance.DOT || distance == Distance.COSINE;
    return switch (query) {
      case Query.Nearest(VectorInput to, Query.Mmr mmr) -> {
        double[][] target = rows(stage, to);
        double[][] asked = weighted(stage, target);
        int wanted =
            mmr == null
                ? limit
                : mmr.candidatesLimit() == null ? stage.limit() : mmr.candidatesLimit();
        List<Ranked> nearest =
            best(
                stage,
                sharing(stage, asked, having),
                point -> shown(distance, asked, of(stage, point)),
                similarity,
                false,
                wanted);
        yield mmr == null ? nearest : diverse(stage, nearest, target, mmr.diversity(), limit);
      }
      case Query.Recommend(var positive, var negative, Query.Strategy strategy) ->
          switch (strategy) {
            case AVERAGE_VECTOR -> {
              double[][] target = weighted(stage, average(stage, positive, negative));
              yield best(
                  stage,
                  sharing(stage, target, having),
                  point -> shown(distance, target, of(stage, point)),
                  similarity,
                  false,
                  limit);
            }
            case BEST_SCORE ->
                best(
                    stage,
                    having,
                    point -> {
                      double good = maximum(stage, positive, point);
                      double bad = maximum(stage, negative, point);
                      near(good, bad);
                      return good > bad ? sigmoid(good) : -sigmoid(bad);
                    },
                    true,
                    false,
                    limit);
            case SUM_SCORES ->
                best(
                    stage,
                    having,
                    point -> sum(stage, positive, point) - sum(stage, negative, point),
                    true,
                    false,
                    limit);
          };
      case Query.Discover(VectorInput target, var pairs) ->
          best(
              stage,
              having,
              point -> {
                double score = sigmoid(similar(stage, target, point));
                for (Query.Pair pair : pairs) {
                  double good = similar(stage, pair.positive(), point);
                  double bad = similar(stage, pair.negative(), point);
                  near(good, bad);
                  score += Math.signum(good - bad);
                }
                return score;
              },
              true,
              false,
              limit);
      case Query.Context(var pairs) ->
          best(
              stage,
              having,
              point -> {
                double score = 0;
                for (Query.Pair pair : pairs) {
                  double margin =
                      similar(stage, pair.positive(), point)
                          - similar(stage, pair.negative(), point)
                          - 1.1920929e-7;
                  double loss = Math.min(margin, 0);
                  score += loss / (1 + Math.abs(loss));
                }
                return score;
              },
              true,
              false,
              limit);
      case Query.Feedback(VectorInput target, var examples, float a, float b, float c) ->
          best(
              stage,
              having,
              point -> {
                double score = a * similar(stage, target, point);
                for (Query.Judged better : examples) {
                  for (Query.Judged worse : examples) {
                    double lead = better.score() - worse.score();
                    if (lead > 0) {
                      score +=
                          Math.pow(lead, b)
                              * c
                              * (similar(stage, better.example(), point)
                                  - similar(stage, worse.example(), point));
                    }
                  }
                }
                return score;
              },
              true,
              false,
              limit);
    };
  }

  private double maximum(QueryStage stage, List<VectorInput> inputs, ReferencePoint point) {
    return inputs.stream()
        .mapToDouble(input -> similar(stage, input, point))
        .max()
        .orElse(Double.NEGATIVE_INFINITY);
  }

  private double sum(QueryStage stage, List<VectorInput> inputs, ReferencePoint point) {
    return inputs.stream().mapToDouble(input -> similar(stage, input, point)).sum();
  }

  /** Of a multivector all rows, the negative ones turned round; of others one row in the middle. */
  private double[][] average(
      QueryStage stage, List<VectorInput> positive, List<VectorInput> negative) {
    List<double[]> rows = new ArrayList<>();
    if (multi.contains(stage.using())) {
      positive.forEach(input -> rows.addAll(List.of(rows(stage, input))));
      for (VectorInput input : negative) {
        for (double[] row : rows(stage, input)) {
          rows.add(Arrays.stream(row).map(x -> -x).toArray());
        }
      }
      return rows.toArray(double[][]::new);
    }
    double[] target = mean(stage, positive);
    if (!negative.isEmpty()) {
      double[] against = mean(stage, negative);
      for (int i = 0; i < target.length; i++) {
        target[i] = 2 * target[i] - against[i];
      }
    }
    return new double[][] {target};
  }

  private double[] mean(QueryStage stage, List<VectorInput> inputs) {
    double[] mean = new double[rows(stage, inputs.getFirst())[0].length];
    for (VectorInput input : inputs) {
      double[] vector = rows(stage, input)[0];
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vector[i] / inputs.size();
      }
    }
    return mean;
  }

  private static double[][] of(QueryStage stage, ReferencePoint point) {
    return rows(point, stage.using());
  }

  private static double[][] rows(@Nullable ReferencePoint point, String name) {
    double[][] rows = point == null ? null : point.vectors().get(name);
    if (rows == null) {
      throw new IllegalArgumentException("no vector \"" + name + "\": " + point);
    }
    return rows;
  }

  private Distance distance(QueryStage stage) {
    return Objects.requireNonNull(distances.get(stage.using()));
  }

  private double similar(QueryStage stage, VectorInput input, ReferencePoint point) {
    return similarity(distance(stage), weighted(stage, rows(stage, input)), of(stage, point));
  }

  private double[][] weighted(QueryStage stage, double[][] query) {
    if (!idf || !stage.using().equals(SparseModel.NAME)) {
      return query;
    }
    Filter corpus = stage.params().idfCorpus();
    List<double[]> all = new ArrayList<>();
    for (ReferencePoint point : points.values()) {
      double[][] vector = point.vectors().get(SparseModel.NAME);
      if (vector != null && (corpus == null || meaning(corpus).test(point))) {
        all.add(vector[0]);
      }
    }
    return new double[][] {SparseModel.weighted(query[0], all)};
  }

  private Predicate<ReferencePoint> meaning(Filter filter) {
    return Objects.requireNonNull(filters.get(filter));
  }

  /** What shares nothing with a sparse query is not found. */
  private static List<ReferencePoint> sharing(
      QueryStage stage, double[][] query, List<ReferencePoint> points) {
    return stage.using().equals(SparseModel.NAME)
        ? points.stream()
            .filter(point -> SparseModel.shares(query[0], of(stage, point)[0]))
            .toList()
        : points;
  }

  private double[][] rows(QueryStage stage, VectorInput input) {
    LookupLocation lookup = stage.lookup();
    return switch (input) {
      case VectorInput.Dense(float[] values) -> new double[][] {doubles(values)};
      case VectorInput.ById(PointId id) -> {
        String vector = lookup == null ? null : lookup.vector();
        yield rows(
            (lookup == null ? points : elsewhere).get(id), vector == null ? stage.using() : vector);
      }
      case VectorInput.Multi(VectorValue.Multi multi) -> doubles(multi);
      case VectorInput.Sparse(VectorValue.Sparse sparse) ->
          new double[][] {SparseModel.components(sparse)};
      case VectorInput.Document _ -> throw new IllegalArgumentException("a text");
    };
  }

  static double[][] doubles(VectorValue.Multi vector) {
    double[][] rows = new double[vector.rows()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = doubles(vector.row(i));
    }
    return rows;
  }

  static double[] doubles(float[] values) {
    double[] vector = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      vector[i] = values[i];
    }
    return vector;
  }

  static double[] unit(double[] vector) {
    double length = 0;
    for (double x : vector) {
      length += x * x;
    }
    double[] unit = vector.clone();
    for (int i = 0; i < unit.length && length > 0; i++) {
      unit[i] /= Math.sqrt(length);
    }
    return unit;
  }

  /** Larger is nearer: the sum over the rows of {@code a} of that to the nearest row of b. */
  private static double similarity(Distance distance, double[][] a, double[][] b) {
    double sum = 0;
    for (double[] asked : a) {
      double nearest = Double.NEGATIVE_INFINITY;
      for (double[] row : b) {
        nearest = Math.max(nearest, similarity(distance, asked, row));
      }
      sum += nearest;
    }
    return sum;
  }

  private static double similarity(Distance distance, double[] a, double[] b) {
    double[] left = distance == Distance.COSINE ? unit(a) : a;
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      double difference = left[i] - b[i];
      sum +=
          switch (distance) {
            case DOT, COSINE -> left[i] * b[i];
            case EUCLIDEAN -> -difference * difference;
            case MANHATTAN -> -Math.abs(difference);
          };
    }
    return sum;
  }

  /** As the API shows it. */
  private static double shown(Distance distance, double[][] a, double[][] b) {
    double similarity = similarity(distance, a, b);
    return switch (distance) {
      case DOT, COSINE -> similarity;
      case EUCLIDEAN -> Math.sqrt(Math.max(0, -similarity));
      case MANHATTAN -> -similarity;
    };
  }

  private static double sigmoid(double x) {
    return (x / (1 + Math.abs(x)) + 1) / 2;
  }

  private List<Ranked> diverse(
      QueryStage stage, List<Ranked> nearest, double[][] target, double diversity, int limit) {
    Distance distance = distance(stage);
    List<Ranked> left = new ArrayList<>(nearest);
    List<Ranked> picked = new ArrayList<>();
    while (picked.size() < limit && !left.isEmpty()) {
      List<Ranked> scored = new ArrayList<>();
      for (Ranked candidate : left) {
        double[][] own = of(stage, candidate.point());
        double score = similarity(distance, target, own);
        if (!picked.isEmpty()) {
          double nearestPick = Double.NEGATIVE_INFINITY;
          for (Ranked earlier : picked) {
            nearestPick =
                Math.max(nearestPick, similarity(distance, own, of(stage, earlier.point())));
          }
          score = (1 - diversity) * score - diversity * nearestPick;
        }
        scored.add(new Ranked(candidate.point(), score, null));
      }
      scored.sort(Comparator.comparingDouble(Ranked::score).reversed());
      if (scored.size() > 1
          && Math.abs(scored.get(0).score() - scored.get(1).score())
              < CLOSE * scale(scored.get(0).score())) {
        ambiguous = true;
      }
      PointId best = scored.getFirst().point().id();
      for (Ranked candidate : List.copyOf(left)) {
        if (candidate.point().id().equals(best)) {
          picked.add(candidate);
          left.remove(candidate);
        }
      }
    }
    return picked;
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
      values.forEach(number -> ranked.add(new Ranked(point, 1, number)));
    }
    Comparator<Ranked> byValue =
        Comparator.comparingLong(hit -> Objects.requireNonNull(hit.orderValue()).longValue());
    ranked.sort(order.descending() ? byValue.reversed() : byValue);
    return ranked.subList(0, Math.min(limit, ranked.size()));
  }

  private List<Ranked> rrf(
      QueryStage stage, List<List<Ranked>> lists, int k, List<Float> weights, int limit) {
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
    return best(stage, found.values(), point -> gains.get(point.id()), true, true, limit);
  }

  private List<Ranked> dbsf(QueryStage stage, List<List<Ranked>> lists, int limit) {
    Map<PointId, Double> sums = new HashMap<>();
    Map<PointId, ReferencePoint> found = new LinkedHashMap<>();
    for (List<Ranked> list : lists) {
      double mean = list.stream().mapToDouble(Ranked::score).average().orElse(0);
      double squares =
          list.stream().mapToDouble(hit -> (hit.score() - mean) * (hit.score() - mean)).sum();
      double deviation = Math.sqrt(squares / (list.size() - 1));
      if (list.size() > 1 && deviation != 0 && deviation < 1e-2 * scale(mean)) {
        // What is left of differences of nearly equal numbers is rounding.
        ambiguous = true;
      }
      for (Ranked hit : list) {
        found.put(hit.point().id(), hit.point());
        double normal =
            list.size() < 2 || deviation == 0
                ? 0.5
                : (hit.score() - (mean - 3 * deviation)) / (6 * deviation);
        sums.merge(hit.point().id(), normal, Double::sum);
      }
    }
    return best(stage, found.values(), point -> sums.get(point.id()), true, true, limit);
  }

  // ---- ranking

  private List<Ranked> best(
      QueryStage stage,
      Collection<ReferencePoint> candidates,
      ToDoubleFunction<ReferencePoint> score,
      boolean largerIsBetter,
      boolean inclusive,
      int limit) {
    List<Ranked> ranked = new ArrayList<>();
    for (ReferencePoint point : candidates) {
      // There is one zero.
      ranked.add(new Ranked(point, score.applyAsDouble(point) + 0.0, null));
    }
    Comparator<Ranked> byScore = Comparator.comparingDouble(Ranked::score);
    ranked.sort(
        (largerIsBetter ? byScore.reversed() : byScore).thenComparing(hit -> hit.point().id()));
    for (int i = 1; i < ranked.size() && i <= limit; i++) {
      double value = ranked.get(i).score();
      near(ranked.get(i - 1).score(), value);
      // Equal vectors may differ in the last bit of their score, by which kernel it was computed;
      // so may equal sums of scores that were normalised in single precision.
      ambiguous |=
          (stage.query() instanceof Query.OfVectors || stage.query() instanceof Query.Dbsf)
              && value != 0
              && value == ranked.get(i - 1).score();
    }
    boolean searched = stage.query() instanceof Query.OfVectors && stage.prefetch().isEmpty();
    if (searched && limit > 0 && limit < ranked.size()) {
      // Which of several equal points a search leaves out is not said.
      ambiguous |= ranked.get(limit - 1).score() == ranked.get(limit).score();
    }
    Float threshold = stage.scoreThreshold();
    List<Ranked> best = new ArrayList<>();
    for (Ranked hit : ranked.subList(0, Math.min(limit, ranked.size()))) {
      if (threshold != null) {
        near(hit.score(), threshold);
        boolean passes = largerIsBetter ? hit.score() > threshold : hit.score() < threshold;
        if (!passes && !(inclusive && hit.score() == threshold)) {
          continue;
        }
      }
      best.add(hit);
    }
    return best;
  }

  /** Notes two numbers that are close but not the same. */
  private void near(double a, double b) {
    ambiguous |= a != b && Math.abs(a - b) < CLOSE * scale(Math.max(Math.abs(a), Math.abs(b)));
  }

  static double scale(double score) {
    return Math.max(1, Math.abs(score));
  }
}
