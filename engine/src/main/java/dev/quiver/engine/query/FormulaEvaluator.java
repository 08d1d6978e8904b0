package dev.quiver.engine.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Datetimes;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.Geo;
import dev.quiver.engine.filter.PayloadPath;
import dev.quiver.engine.query.Expression.Decay;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Computes a formula for one point after the other. As thread-safe as its points are. */
public final class FormulaEvaluator {
  private final Formula formula;

  public FormulaEvaluator(Formula formula) {
    this.formula = formula;
  }

  /** What a formula sees of a point. */
  public interface Scene {
    /** The score by a prefetch, from 0; null when that did not find the point. */
    @Nullable Float score(int prefetch);

    JsonNode payload() throws IOException;

    boolean matches(Filter filter) throws IOException;
  }

  /**
   * The point's score.
   *
   * @throws QuiverException WRONG_INPUT for a value that is missing or of the wrong type, and for a
   *     result that is not finite
   */
  public float score(Scene point) throws IOException {
    double value = value(formula.expression(), point);
    float score = (float) value;
    if (!Float.isFinite(score)) {
      throw notFinite(Formula.shown(value) + " as f32", score);
    }
    // No negative zero, which would rank below zero.
    return score + 0f;
  }

  private double value(Expression expression, Scene point) throws IOException {
    return switch (expression) {
      case Expression.Constant(double value) -> value;
      case Expression.Score score -> {
        Float given = point.score(score.prefetch());
        JsonNode absent = formula.defaults().get(score);
        yield given != null ? given : absent == null ? 0 : absent.doubleValue();
      }
      case Expression.PayloadValue variable -> {
        JsonNode value = payloadValue(variable.path(), "number", point);
        if (!value.isNumber()) {
          throw wrongType(variable.path(), "number", "Value is not a number");
        }
        yield value.doubleValue();
      }
      case Expression.Matching(Filter filter) -> point.matches(filter) ? 1 : 0;
      case Expression.GeoDistance(Condition.GeoPoint origin, PayloadPath to) -> {
        Condition.GeoPoint place = Geo.point(payloadValue(to, "geo point", point));
        if (place == null || !Geo.isLegal(place.lon(), place.lat())) {
          throw wrongType(to, "geo point", "Value is not an object of lon and lat in degrees");
        }
        yield Geo.distance(origin, place.lon(), place.lat());
      }
      case Expression.Datetime(long micros) -> seconds(micros);
      case Expression.DatetimeValue(PayloadPath path) -> {
        JsonNode value = payloadValue(path, "datetime", point);
        if (!value.isTextual()) {
          throw wrongType(path, "datetime", "Value is not a string");
        }
        OptionalLong micros = Datetimes.parseMicros(value.textValue());
        if (micros.isEmpty()) {
          throw wrongType(path, "datetime", "Value is not in RFC 3339");
        }
        yield seconds(micros.getAsLong());
      }
      case Expression.Mult(List<Expression> factors) -> {
        double product = 1;
        for (Expression factor : factors) {
          double value = value(factor, point);
          if (value == 0) {
            yield 0;
          }
          product *= value;
        }
        yield product;
      }
      case Expression.Sum(List<Expression> terms) -> {
        double sum = 0;
        for (Expression term : terms) {
          sum += value(term, point);
        }
        yield sum;
      }
      case Expression.Div div -> quotient(div, point);
      case Expression.Pow(Expression base, Expression exponent) -> {
        double b = value(base, point);
        double e = value(exponent, point);
        double power = Math.pow(b, e);
        yield finite(power, Formula.shown(b) + "^" + Formula.shown(e));
      }
      case Expression.Apply(Expression.Function function, Expression to) ->
          applied(function, value(to, point));
      case Decay decay -> decayed(decay, point);
    };
  }

  private static double seconds(long micros) {
    return micros / 1e6;
  }

  private double quotient(Expression.Div div, Scene point) throws IOException {
    double left = value(div.left(), point);
    if (left == 0) {
      return 0;
    }
    double right = value(div.right(), point);
    Double byZero = div.byZeroDefault();
    if (right == 0 && byZero != null) {
      return byZero;
    }
    return finite(left / right, Formula.shown(left) + "/" + Formula.shown(right));
  }

  private static double applied(Expression.Function function, double x) {
    return switch (function) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SQRT -> finite(Math.sqrt(x), "√" + Formula.shown(x));
      case EXP -> finite(Math.exp(x), "exp(" + Formula.shown(x) + ")");
      case LOG10 -> finite(Math.log10(x), "log10(" + Formula.shown(x) + ")");
      case LN -> finite(Math.log(x), "ln(" + Formula.shown(x) + ")");
    };
  }

  private double decayed(Decay decay, Scene point) throws IOException {
    Expression target = decay.target();
    double away = Math.abs(value(decay.x(), point) - (target == null ? 0 : value(target, point)));
    double scales = away / decay.scale();
    return switch (decay.shape()) {
      case LINEAR -> Math.max(0, 1 - (1 - decay.midpoint()) * scales);
      case EXPONENTIAL -> Math.pow(decay.midpoint(), scales);
      case GAUSSIAN -> Math.pow(decay.midpoint(), scales * scales);
    };
  }

  /** The value at a path, of which there must be one, or its default. */
  private JsonNode payloadValue(PayloadPath path, String expected, Scene point) throws IOException {
    boolean everyElement = path.steps().getLast() instanceof PayloadPath.Step.Every;
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (JsonNode value : path.valuesIn(point.payload())) {
      // An array stands for its elements, as it does in filters.
      if (value.isArray() && !everyElement) {
        value.forEach(all::add);
      } else {
        all.add(value);
      }
    }
    if (!all.isEmpty()) {
      return all.size() == 1 ? all.get(0) : all;
    }
    JsonNode absent = formula.defaults().get(new Expression.PayloadValue(path));
    if (absent == null) {
      throw wrongType(path, expected, "No value found in a payload nor defaults");
    }
    return absent;
  }

  private static double finite(double value, String expression) {
    if (!Double.isFinite(value)) {
      throw notFinite(expression, value);
    }
    return value;
  }

  private static QuiverException notFinite(String expression, double value) {
    return QuiverException.wrongInput(
        "The expression "
            + expression
            + " = "
            + Formula.shown(value)
            + " produced a non-finite number");
  }

  private static QuiverException wrongType(PayloadPath path, String expected, String reason) {
    return QuiverException.wrongInput(
        "Expected "
            + expected
            + " value for "
            + path
            + " in the payload and/or in the formula defaults. Error: "
            + reason);
  }
}
