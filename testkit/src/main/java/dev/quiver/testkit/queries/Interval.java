package dev.quiver.testkit.queries;

import java.util.function.DoubleUnaryOperator;

/**
 * Where a number of the engine's lies. The engine computes in single precision and in an order of
 * its own, so a number of the model's is known up to what that may change. It is exact where the
 * engine can get nothing else: of what is given, and of sums and products without rounding.
 *
 * @param low not larger than {@code high}
 */
record Interval(double low, double high) {
  static final Interval ZERO = of(0);

  /** More than what a few operations in single precision change, relative. */
  private static final double ROUNDING = 0x1p-21;

  /** What is smaller may become 0 in single precision. */
  private static final double UNDERFLOW = Float.MIN_NORMAL;

  /** More than what two libraries' functions differ in double precision, relative. */
  private static final double DOUBLE_ROUNDING = 0x1p-45;

  Interval {
    if (Double.isNaN(low) || Double.isNaN(high)) {
      low = Double.NEGATIVE_INFINITY;
      high = Double.POSITIVE_INFINITY;
    }
    // There is one zero.
    low += 0.0;
    high += 0.0;
  }

  static Interval of(double exact) {
    return new Interval(exact, exact);
  }

  boolean isExact() {
    return low == high;
  }

  boolean isZero() {
    return low == 0 && high == 0;
  }

  /** Whether this is larger whatever the two are. */
  boolean isAbove(Interval other) {
    return low > other.high;
  }

  /** Whether both are the same number whatever rounding does. */
  boolean isSame(Interval other) {
    return isExact() && other.isExact() && low == other.low;
  }

  boolean contains(double value) {
    return low <= value && value <= high;
  }

  /** How far a number is from what may be; 0 inside. */
  double away(double value) {
    return Math.max(0, Math.max(low - value, value - high));
  }

  double middle() {
    return isExact() ? low : low + (high - low) / 2;
  }

  /** The largest absolute value. */
  double size() {
    return Math.max(Math.abs(low), Math.abs(high));
  }

  Interval plus(Interval other) {
    return new Interval(low + other.low, high + other.high);
  }

  Interval minus(Interval other) {
    return new Interval(low - other.high, high - other.low);
  }

  Interval times(Interval other) {
    return among(low * other.low, low * other.high, high * other.low, high * other.high);
  }

  Interval times(double factor) {
    return times(of(factor));
  }

  /** Anything when the divisor may be 0. */
  Interval over(Interval divisor) {
    return divisor.contains(0)
        ? new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY)
        : among(low / divisor.low, low / divisor.high, high / divisor.low, high / divisor.high);
  }

  /** Of a number that is not negative. */
  Interval power(Interval exponent) {
    return among(
            Math.pow(low, exponent.low),
            Math.pow(low, exponent.high),
            Math.pow(high, exponent.low),
            Math.pow(high, exponent.high))
        .widened(DOUBLE_ROUNDING, 0);
  }

  private static Interval among(double a, double b, double c, double d) {
    return new Interval(
        Math.min(Math.min(a, b), Math.min(c, d)), Math.max(Math.max(a, b), Math.max(c, d)));
  }

  Interval negated() {
    return new Interval(-high, -low);
  }

  Interval abs() {
    return low >= 0 ? this : high <= 0 ? negated() : new Interval(0, size());
  }

  Interval max(Interval other) {
    return new Interval(Math.max(low, other.low), Math.max(high, other.high));
  }

  Interval min(Interval other) {
    return new Interval(Math.min(low, other.low), Math.min(high, other.high));
  }

  /** Whatever either may be. */
  Interval or(Interval other) {
    return new Interval(Math.min(low, other.low), Math.max(high, other.high));
  }

  /** A function that never falls, in double precision. */
  Interval rising(DoubleUnaryOperator function) {
    return new Interval(function.applyAsDouble(low), function.applyAsDouble(high))
        .widened(DOUBLE_ROUNDING, 0);
  }

  /** A result of the engine's in single precision, of few operations. */
  Interval rounded() {
    return widened(ROUNDING, UNDERFLOW);
  }

  /** A sum in single precision of numbers whose sizes have this sum. */
  Interval summed(double sizes) {
    double slack = sizes > 0 ? ROUNDING * sizes + UNDERFLOW : 0;
    return new Interval(low - slack, high + slack);
  }

  /** A double that the engine makes a float. */
  Interval single() {
    return new Interval((float) low, (float) high);
  }

  /** What a float holds was not rounded. */
  private Interval widened(double relative, double absolute) {
    if (isExact() && (float) low == low) {
      return this;
    }
    return new Interval(
        low - relative * Math.abs(low) - absolute, high + relative * Math.abs(high) + absolute);
  }

  @Override
  public String toString() {
    return isExact() ? Double.toString(low) : low + " to " + high;
  }
}
