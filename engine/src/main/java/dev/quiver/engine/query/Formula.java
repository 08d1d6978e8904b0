package dev.quiver.engine.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.QuiverException;
import java.util.Map;

/**
 * An expression and what stands in for missing values.
 *
 * @param defaults by variable
 */
public record Formula(Expression expression, Map<Expression.Variable, JsonNode> defaults) {

  static QuiverException invalid(String text) {
    return QuiverException.wrongInput("Validation failed: " + text);
  }

  /** A number as Qdrant's messages show it. */
  static String shown(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return whole ? Long.toString((long) value) : Double.toString(value);
  }
}
