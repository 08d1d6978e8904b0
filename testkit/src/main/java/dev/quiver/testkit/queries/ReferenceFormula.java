package dev.quiver.testkit.queries;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.PointId;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.PayloadPath;
import dev.quiver.engine.query.Expression;
import dev.quiver.engine.query.Formula;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a formula is for one point; knows the payloads that {@link RandomQueries} makes. */
final class ReferenceFormula {
  private final Formula formula;
  private final Map<Filter, Predicate<ReferencePoint>> filters;
  private final List<Map<PointId, Interval>> scores;
  private final ReferencePoint point;

  ReferenceFormula(
      Formula formula,
      Map<Filter, Predicate<ReferencePoint>> filters,
      List<Map<PointId, Interval>> scores,
      ReferencePoint point) {
    this.formula = formula;
    this.filters = filters;
    this.scores = scores;
    this.point = point;
  }

  /** What the engine's float may be; the formula itself is in double precision there too. */
  Interval value() {
    return value(formula.expression()).single();
  }

  private Interval value(Expression expression) {
    return switch (expression) {
      case Expression.Constant(double value) -> Interval.of(value);
      case Expression.Score(int prefetch) -> {
        Interval score = prefetch < scores.size() ? scores.get(prefetch).get(point.id()) : null;
        JsonNode absent = formula.defaults().get(expression);
        yield score != null ? score : Interval.of(absent != null ? absent.doubleValue() : 0);
      }
      case Expression.PayloadValue(PayloadPath path) -> Interval.of(payload(path).doubleValue());
      case Expression.Matching(Filter filter) ->
          Interval.of(Objects.requireNonNull(filters.get(filter)).test(point) ? 1 : 0);
      case Expression.GeoDistance(var origin, PayloadPath to) -> {
        JsonNode place = payload(to);
        double lat1 = Math.toRadians(origin.lat());
        double lat2 = Math.toRadians(place.get("lat").doubleValue());
        double lon = Math.toRadians(place.get("lon").doubleValue() - origin.lon());
        double h =
            (1 - Math.cos(lat2 - lat1)) / 2
                + Math.cos(lat1) * Math.cos(lat2) * (1 - Math.cos(lon)) / 2;
        // 1 - cos of small angles is exact to 1e-16 in absolute terms.
        yield new Interval(Math.max(0, h - 1e-15), Math.min(1, h + 1e-15))
            .rising(x -> 2 * 6_371_008.8 * Math.asin(Math.sqrt(x)));
      }
      case Expression.Datetime(long micros) -> Interval.of(micros / 1e6);
      case Expression.DatetimeValue(PayloadPath path) ->
          Interval.of((double) OffsetDateTime.parse(payload(path).textValue()).toEpochSecond());
      case Expression.Mult(var factors) ->
          factors.stream().map(this::value).reduce(Interval.of(1), Interval::times);
      case Expression.Sum(var terms) ->
          terms.stream().map(this::value).reduce(Interval.ZERO, Interval::plus);
      case Expression.Div(Expression left, Expression right, Double byZero) ->
          quotient(value(left), value(right), byZero);
      case Expression.Pow(Expression base, Expression exponent) ->
          value(base).power(value(exponent));
      case Expression.Apply(Expression.Function function, Expression to) ->
          switch (function) {
            case NEG -> value(to).negated();
            case ABS -> value(to).abs();
            case SQRT -> value(to).rising(Math::sqrt);
            case EXP -> value(to).rising(Math::exp);
            case LOG10 -> value(to).rising(Math::log10);
            case LN -> value(to).rising(Math::log);
          };
      case Expression.Decay(
              var shape,
              Expression x,
              Expression target,
              double scale,
              double mid) -> {
        Interval aim = target == null ? Interval.ZERO : value(target);
        Interval away = value(x).minus(aim).abs().over(Interval.of(scale));
        // Falls with the distance, so it rises with the distance's negation.
        yield away.negated()
            .rising(
                to ->
                    switch (shape) {
                      case LINEAR -> Math.max(0, 1 + (1 - mid) * to);
                      case EXPONENTIAL -> Math.exp(Math.log(mid) * -to);
                      case GAUSSIAN -> Math.exp(Math.log(mid) * to * to);
                    });
      }
    };
  }

  private static Interval quotient(Interval top, Interval bottom, @Nullable Double byZero) {
    if (top.isZero()) {
      return Interval.ZERO;
    }
    return bottom.isZero() && byZero != null ? Interval.of(byZero) : top.over(bottom);
  }

  private JsonNode payload(PayloadPath path) {
    JsonNode value = point.payload().get(path.toString());
    return value != null
        ? value
        : Objects.requireNonNull(formula.defaults().get(new Expression.PayloadValue(path)));
  }
}
