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

/** What a formula is for one point; knows the payloads that {@link RandomQueries} makes. */
final class ReferenceFormula {
  private final Formula formula;
  private final Map<Filter, Predicate<ReferencePoint>> filters;
  private final List<Map<PointId, Double>> scores;
  private final ReferencePoint point;

  ReferenceFormula(
      Formula formula,
      Map<Filter, Predicate<ReferencePoint>> filters,
      List<Map<PointId, Double>> scores,
      ReferencePoint point) {
    this.formula = formula;
    this.filters = filters;
    this.scores = scores;
    this.point = point;
  }

  double value() {
    return value(formula.expression());
  }

  private double value(Expression expression) {
    return switch (expression) {
      case Expression.Constant(double value) -> value;
      case Expression.Score(int prefetch) -> {
        Double score = prefetch < scores.size() ? scores.get(prefetch).get(point.id()) : null;
        JsonNode absent = formula.defaults().get(expression);
        yield score != null ? score : absent != null ? absent.doubleValue() : 0;
      }
      case Expression.PayloadValue(PayloadPath path) -> payload(path).doubleValue();
      case Expression.Matching(Filter filter) ->
          Objects.requireNonNull(filters.get(filter)).test(point) ? 1 : 0;
      case Expression.GeoDistance(var origin, PayloadPath to) -> {
        JsonNode place = payload(to);
        double lat1 = Math.toRadians(origin.lat());
        double lat2 = Math.toRadians(place.get("lat").doubleValue());
        double lon = Math.toRadians(place.get("lon").doubleValue() - origin.lon());
        double h =
            (1 - Math.cos(lat2 - lat1)) / 2
                + Math.cos(lat1) * Math.cos(lat2) * (1 - Math.cos(lon)) / 2;
        yield 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
      }
      case Expression.Datetime(long micros) -> micros / 1e6;
      case Expression.DatetimeValue(PayloadPath path) ->
          OffsetDateTime.parse(payload(path).textValue()).toEpochSecond();
      case Expression.Mult(var factors) ->
          factors.stream().mapToDouble(this::value).reduce(1, (a, b) -> a * b);
      case Expression.Sum(var terms) -> terms.stream().mapToDouble(this::value).sum();
      case Expression.Div(Expression left, Expression right, Double byZero) -> {
        double top = value(left);
        double bottom = value(right);
        yield top == 0 ? 0 : bottom == 0 && byZero != null ? byZero : top / bottom;
      }
      case Expression.Pow(Expression base, Expression exponent) ->
          Math.pow(value(base), value(exponent));
      case Expression.Apply(Expression.Function function, Expression to) ->
          switch (function) {
            case NEG -> -value(to);
            case ABS -> Math.abs(value(to));
            case SQRT -> Math.sqrt(value(to));
            case EXP -> Math.exp(value(to));
            case LOG10 -> Math.log10(value(to));
            case LN -> Math.log(value(to));
          };
      case Expression.Decay(
              var shape,
              Expression x,
              Expression target,
              double scale,
              double mid) -> {
        double away = Math.abs(value(x) - (target == null ? 0 : value(target))) / scale;
        yield switch (shape) {
          case LINEAR -> Math.max(0, 1 - (1 - mid) * away);
          case EXPONENTIAL -> Math.exp(Math.log(mid) * away);
          case GAUSSIAN -> Math.exp(Math.log(mid) * away * away);
        };
      }
    };
  }

  private JsonNode payload(PayloadPath path) {
    JsonNode value = point.payload().get(path.toString());
    return value != null
        ? value
        : Objects.requireNonNull(formula.defaults().get(new Expression.PayloadValue(path)));
  }
}
