package dev.quiver.engine.query;

import dev.quiver.engine.QuiverException;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.PayloadPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A formula's expression over one point: a number, computed in double precision. */
public sealed interface Expression {

  record Constant(double value) implements Expression {}

  /** Something that may have a default. */
  sealed interface Variable extends Expression {
    /**
     * Reads a variable's name: {@code $score}, {@code $score[1]} or a payload path.
     *
     * @throws QuiverException WRONG_INPUT
     */
    static Variable parse(String name) {
      try {
        if (!name.startsWith("$")) {
          return new PayloadValue(PayloadPath.parse(name));
        }
        List<PayloadPath.Step> steps = PayloadPath.parse(name.substring(1)).steps();
        if (!steps.getFirst().equals(new PayloadPath.Step.Key("score"))) {
          throw invalid(name, "Invalid reserved word: " + name);
        }
        if (steps.size() == 1) {
          return new Score(0);
        }
        if (steps.size() == 2 && steps.get(1) instanceof PayloadPath.Step.Index(int position)) {
          return new Score(position);
        }
      } catch (QuiverException e) {
        if (e.code() != dev.quiver.engine.ErrorCode.FORMAT) {
          throw e;
        }
        String kind = name.startsWith("$") ? "reserved" : "payload";
        throw invalid(name, "Invalid " + kind + " variable: " + name);
      }
      throw invalid(name, "Invalid reserved variable: " + name);
    }

    private static QuiverException invalid(String name, String reason) {
      return Formula.invalid("failed to parse variable ID " + name + ": " + reason);
    }
  }

  /**
   * The score that a prefetch gave the point; its default, or 0, when that did not find it.
   *
   * @param prefetch from 0
   */
  record Score(int prefetch) implements Variable {}

  /** The number at a path of the payload. */
  record PayloadValue(PayloadPath path) implements Variable {}

  /** 1 when the point matches, else 0. */
  record Matching(Filter filter) implements Expression {}

  /** Metres from {@code origin} to the place in the payload. */
  record GeoDistance(Condition.GeoPoint origin, PayloadPath to) implements Expression {}

  /** Seconds since 1970-01-01 UTC. */
  record Datetime(long micros) implements Expression {}

  /** Seconds since 1970-01-01 UTC of the time in the payload. */
  record DatetimeValue(PayloadPath path) implements Expression {}

  /** Product; 1 of nothing. A factor 0 ends it: those behind are not computed. */
  record Mult(List<Expression> factors) implements Expression {}

  /** Sum; 0 of nothing. */
  record Sum(List<Expression> terms) implements Expression {}

  /**
   * Quotient; 0 when {@code left} is 0.
   *
   * @param byZeroDefault instead of dividing by 0
   */
  record Div(Expression left, Expression right, @Nullable Double byZeroDefault)
      implements Expression {}

  record Pow(Expression base, Expression exponent) implements Expression {}

  record Apply(Function function, Expression to) implements Expression {}

  /** A function of one number. */
  enum Function {
    NEG,
    ABS,
    SQRT,
    EXP,
    LOG10,
    LN
  }

  /**
   * 1 where {@code x} is the target, {@code midpoint} where it is {@code scale} away from it, down
   * to 0.
   *
   * @param target null: 0
   */
  record Decay(
      Shape shape, Expression x, @Nullable Expression target, double scale, double midpoint)
      implements Expression {
    public static final double DEFAULT_SCALE = 1;
    public static final double DEFAULT_MIDPOINT = 0.5;

    /** How it falls. */
    public enum Shape {
      LINEAR,
      EXPONENTIAL,
      GAUSSIAN
    }

    /**
     * @throws QuiverException WRONG_INPUT for a scale or midpoint out of range
     */
    public Decay {
      if (shape == Shape.LINEAR && !(midpoint >= 0 && midpoint <= 1)) {
        throw Formula.invalid(
            "Linear decay midpoint should be in the range [0.0, 1.0], got "
                + Formula.shown(midpoint)
                + ".");
      }
      if (shape != Shape.LINEAR && !(midpoint > 0 && midpoint < 1)) {
        throw Formula.invalid(
            "Decay midpoint should be in the range (0.0, 1.0), got "
                + Formula.shown(midpoint)
                + ".");
      }
      if (!(scale > 0)) {
        throw Formula.invalid(
            "Decay scale should be non-zero positive, got " + Formula.shown(scale) + ".");
      }
    }
  }
}
