package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.filter.PayloadPath;
import dev.quiver.engine.query.Expression;
import dev.quiver.engine.query.Expression.Decay;
import dev.quiver.engine.query.Expression.Function;
import dev.quiver.engine.query.ExpressionReader;
import dev.quiver.engine.query.Formula;
import io.qdrant.client.grpc.Common;
import io.qdrant.client.grpc.Points;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Formulas from their wire form. */
final class GrpcExpressions {
  private GrpcExpressions() {}

  static Formula read(Points.Formula formula) {
    if (!formula.hasExpression()) {
      throw GrpcFaults.malformed("missing field: expression");
    }
    Map<Expression.Variable, JsonNode> defaults = new LinkedHashMap<>();
    formula
        .getDefaultsMap()
        .forEach((name, value) -> addDefault(defaults, name, GrpcValues.read(value)));
    return new Formula(expression(formula.getExpression()), defaults);
  }

  private static void addDefault(
      Map<Expression.Variable, JsonNode> defaults, String name, JsonNode value) {
    try {
      ExpressionReader.addDefault(defaults, name, value, "query.formula.defaults");
    } catch (QuiverException e) {
      throw e.code() == ErrorCode.VALIDATION
          ? new QuiverException(e.code(), "Validation error in body: " + e.getMessage(), e)
          : e;
    }
  }

  private static Expression expression(Points.Expression expression) {
    return switch (expression.getVariantCase()) {
      case CONSTANT -> new Expression.Constant(finite("constant", expression.getConstant()));
      case VARIABLE -> Expression.Variable.parse(expression.getVariable());
      case CONDITION ->
          new Expression.Matching(
              GrpcFilters.read(
                  Common.Filter.newBuilder().addMust(expression.getCondition()).build()));
      case GEO_DISTANCE -> {
        Points.GeoDistance distance = expression.getGeoDistance();
        if (!distance.hasOrigin()) {
          throw GrpcFaults.malformed("missing field: origin");
        }
        yield new Expression.GeoDistance(
            GrpcFilters.geoPoint(distance.getOrigin()), path(distance.getTo()));
      }
      case DATETIME -> ExpressionReader.datetime(expression.getDatetime());
      case DATETIME_KEY -> new Expression.DatetimeValue(path(expression.getDatetimeKey()));
      case MULT -> new Expression.Mult(list(expression.getMult().getMultList()));
      case SUM -> new Expression.Sum(list(expression.getSum().getSumList()));
      case DIV -> {
        Points.DivExpression div = expression.getDiv();
        yield new Expression.Div(
            part(div.hasLeft(), div.getLeft(), "left"),
            part(div.hasRight(), div.getRight(), "right"),
            div.hasByZeroDefault()
                ? (Double) finite("by_zero_default", div.getByZeroDefault())
                : null);
      }
      case POW -> {
        Points.PowExpression pow = expression.getPow();
        yield new Expression.Pow(
            part(pow.hasBase(), pow.getBase(), "base"),
            part(pow.hasExponent(), pow.getExponent(), "exponent"));
      }
      case NEG -> applied(Function.NEG, expression.getNeg());
      case ABS -> applied(Function.ABS, expression.getAbs());
      case SQRT -> applied(Function.SQRT, expression.getSqrt());
      case EXP -> applied(Function.EXP, expression.getExp());
      case LOG10 -> applied(Function.LOG10, expression.getLog10());
      case LN -> applied(Function.LN, expression.getLn());
      case LIN_DECAY -> decay(Decay.Shape.LINEAR, expression.getLinDecay());
      case EXP_DECAY -> decay(Decay.Shape.EXPONENTIAL, expression.getExpDecay());
      case GAUSS_DECAY -> decay(Decay.Shape.GAUSSIAN, expression.getGaussDecay());
      case VARIANT_NOT_SET -> throw GrpcFaults.malformed("missing field: variant");
    };
  }

  private static List<Expression> list(List<Points.Expression> expressions) {
    return expressions.stream().map(GrpcExpressions::expression).toList();
  }

  private static Expression applied(Function function, Points.Expression to) {
    return new Expression.Apply(function, expression(to));
  }

  private static Expression part(boolean present, Points.Expression part, String name) {
    if (!present) {
      throw GrpcFaults.malformed("missing field: " + name);
    }
    return expression(part);
  }

  private static Expression decay(Decay.Shape shape, Points.DecayParamsExpression decay) {
    return new Decay(
        shape,
        part(decay.hasX(), decay.getX(), "x"),
        decay.hasTarget() ? expression(decay.getTarget()) : null,
        decay.hasScale() ? decay.getScale() : Decay.DEFAULT_SCALE,
        decay.hasMidpoint() ? decay.getMidpoint() : Decay.DEFAULT_MIDPOINT);
  }

  private static PayloadPath path(String key) {
    return PayloadPath.parse(GrpcFilters.path(key));
  }

  private static double finite(String what, float value) {
    if (!Float.isFinite(value)) {
      throw GrpcFaults.malformed(what + ": " + value + " (expected: a finite number)");
    }
    return value;
  }
}
