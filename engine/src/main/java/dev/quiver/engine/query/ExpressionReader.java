package dev.quiver.engine.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.filter.Datetimes;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterJson;
import dev.quiver.engine.filter.Json;
import dev.quiver.engine.filter.PayloadPath;
import dev.quiver.engine.query.Expression.Decay;
import dev.quiver.engine.query.Expression.Function;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Reads a formula from the JSON form that Qdrant's REST API gives it. Stateless. */
public final class ExpressionReader {
  /** What an object with one member of these names is; any other object is a condition. */
  private static final Set<String> FORMS =
      Set.of(
          "geo_distance",
          "datetime",
          "datetime_key",
          "mult",
          "sum",
          "neg",
          "abs",
          "div",
          "sqrt",
          "pow",
          "exp",
          "log10",
          "ln",
          "lin_decay",
          "exp_decay",
          "gauss_decay");

  private ExpressionReader() {}

  /**
   * Reads the default values of variables.
   *
   * @param at where they stand in the body, for messages
   * @throws QuiverException FORMAT when it is no object; VALIDATION for a name that is no variable,
   *     and for a score's default that is no number
   */
  public static Map<Expression.Variable, JsonNode> defaults(JsonNode node, String at) {
    Json.object(node, at, "a map");
    Map<Expression.Variable, JsonNode> defaults = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      addDefault(defaults, entry.getKey(), entry.getValue(), at);
    }
    return defaults;
  }

  /** Adds one default value; throws as {@link #defaults} does. */
  public static void addDefault(
      Map<Expression.Variable, JsonNode> defaults, String name, JsonNode value, String at) {
    Expression.Variable variable;
    try {
      variable = Expression.Variable.parse(name);
    } catch (QuiverException e) {
      throw Json.validation(at, "Invalid variable name: " + name);
    }
    if (variable instanceof Expression.Score && !value.isNumber()) {
      throw Json.validation(at, "Score default must be a number");
    }
    defaults.put(variable, value);
  }

  /**
   * Reads an expression.
   *
   * @param at where it stands in the body, for messages
   * @throws QuiverException FORMAT for a wrong shape; WRONG_INPUT for a name that is no variable, a
   *     text that is no time, and a decay's parameter out of range
   */
  public static Expression read(JsonNode node, String at) {
    if (node.isNumber()) {
      return new Expression.Constant(single(node, at));
    }
    if (node.isTextual()) {
      return Expression.Variable.parse(Json.string(node, at));
    }
    if (!node.isObject()) {
      throw Json.invalidType(node, "a formula's expression", at);
    }
    if (node.size() == 1) {
      Map.Entry<String, JsonNode> only = node.properties().iterator().next();
      if (FORMS.contains(only.getKey())) {
        return form(only.getKey(), only.getValue(), at + "." + only.getKey());
      }
    }
    return new Expression.Matching(Filter.must(FilterJson.parseCondition(node, at)));
  }

  private static Expression form(String name, JsonNode node, String at) {
    return switch (name) {
      case "geo_distance" -> {
        Json.object(node, at, "struct GeoDistanceParams");
        yield new Expression.GeoDistance(
            FilterJson.parsePoint(Json.required(node, "origin", at), at + ".origin"),
            path(Json.required(node, "to", at), at + ".to"));
      }
      case "datetime" -> datetime(Json.string(node, at));
      case "datetime_key" -> new Expression.DatetimeValue(path(node, at));
      case "mult" -> new Expression.Mult(list(node, at));
      case "sum" -> new Expression.Sum(list(node, at));
      case "neg" -> new Expression.Apply(Function.NEG, read(node, at));
      case "abs" -> new Expression.Apply(Function.ABS, read(node, at));
      case "sqrt" -> new Expression.Apply(Function.SQRT, read(node, at));
      case "exp" -> new Expression.Apply(Function.EXP, read(node, at));
      case "log10" -> new Expression.Apply(Function.LOG10, read(node, at));
      case "ln" -> new Expression.Apply(Function.LN, read(node, at));
      case "div" -> {
        Json.object(node, at, "struct DivParams");
        JsonNode byZero = Json.member(node, "by_zero_default");
        yield new Expression.Div(
            member(node, "left", at),
            member(node, "right", at),
            byZero == null ? null : single(byZero, at + ".by_zero_default"));
      }
      case "pow" -> {
        Json.object(node, at, "struct PowParams");
        yield new Expression.Pow(member(node, "base", at), member(node, "exponent", at));
      }
      case "lin_decay" -> decay(Decay.Shape.LINEAR, node, at);
      case "exp_decay" -> decay(Decay.Shape.EXPONENTIAL, node, at);
      case "gauss_decay" -> decay(Decay.Shape.GAUSSIAN, node, at);
      default -> throw new IllegalStateException("no form: " + name);
    };
  }

  private static Expression decay(Decay.Shape shape, JsonNode node, String at) {
    Json.object(node, at, "struct DecayParamsExpression");
    JsonNode target = Json.member(node, "target");
    return new Decay(
        shape,
        member(node, "x", at),
        target == null ? null : read(target, at + ".target"),
        parameter(node, "scale", Decay.DEFAULT_SCALE, at),
        parameter(node, "midpoint", Decay.DEFAULT_MIDPOINT, at));
  }

  private static double parameter(JsonNode node, String name, double absent, String at) {
    JsonNode value = Json.member(node, name);
    return value == null ? absent : single(value, at + "." + name);
  }

  private static Expression member(JsonNode node, String name, String at) {
    return read(Json.required(node, name, at), at + "." + name);
  }

  private static List<Expression> list(JsonNode node, String at) {
    Json.array(node, at, "a sequence");
    List<Expression> list = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      list.add(read(node.get(i), at + "[" + i + "]"));
    }
    return list;
  }

  /** A time as a text. */
  public static Expression.Datetime datetime(String text) {
    OptionalLong micros = Datetimes.parseMicros(text);
    if (micros.isEmpty()) {
      throw Formula.invalid(
          "failed to parse date-time " + text + ": expected RFC 3339, as 2026-01-31T12:00:00Z");
    }
    return new Expression.Datetime(micros.getAsLong());
  }

  private static PayloadPath path(JsonNode node, String at) {
    return PayloadPath.parse(Json.path(node, at));
  }

  /** Constants have single precision on the wire of both protocols. */
  private static double single(JsonNode node, String at) {
    float value = (float) Json.number(node, at);
    if (!Float.isFinite(value)) {
      throw Json.format("number out of range", at);
    }
    return value;
  }
}
