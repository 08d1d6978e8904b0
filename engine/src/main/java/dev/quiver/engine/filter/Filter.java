package dev.quiver.engine.filter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A filter: all of {@code must}, none of {@code mustNot}, at least one of {@code should} and at
 * least {@code minShould.minCount} of its conditions. An empty list is no constraint.
 */
public record Filter(
    List<Condition> must,
    List<Condition> should,
    List<Condition> mustNot,
    @Nullable MinShould minShould)
    implements Condition {

  public record MinShould(List<Condition> conditions, int minCount) {}

  public static Filter must(Condition... conditions) {
    return new Filter(List.of(conditions), List.of(), List.of(), null);
  }

  public static Filter mustNot(Condition... conditions) {
    return new Filter(List.of(), List.of(), List.of(conditions), null);
  }

  /** What both accept; null accepts all. */
  public static @Nullable Filter both(@Nullable Filter a, @Nullable Filter b) {
    return a == null ? b : b == null ? a : must(a, b);
  }
}
