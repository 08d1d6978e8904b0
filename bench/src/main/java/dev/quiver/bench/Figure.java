package dev.quiver.bench;

import org.jspecify.annotations.Nullable;

/**
 * One measured number.
 *
 * @param goal what it should reach, as text (for example {@code >= 0.97}), or null when there is
 *     none
 * @param met whether it does; null without a goal
 */
public record Figure(
    String figure, double value, String unit, @Nullable String goal, @Nullable Boolean met) {

  public static Figure of(String figure, double value, String unit) {
    return new Figure(figure, value, unit, null, null);
  }

  public static Figure atLeast(String figure, double value, String unit, double goal) {
    return new Figure(figure, value, unit, ">= " + Report.number(goal), value >= goal);
  }

  public static Figure atMost(String figure, double value, String unit, double goal) {
    return new Figure(figure, value, unit, "<= " + Report.number(goal), value <= goal);
  }
}
