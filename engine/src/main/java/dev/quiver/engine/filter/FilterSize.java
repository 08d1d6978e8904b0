package dev.quiver.engine.filter;

import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** How large a filter is, in the measures that strict mode limits. */
public final class FilterSize {
  private FilterSize() {}

  /** Conditions of the filter and of all filters within it; those themselves do not count. */
  public static int conditions(@Nullable Filter filter) {
    return filter == null ? 0 : sum(filter, FilterSize::conditionsOf);
  }

  private static int conditionsOf(Condition condition) {
    return switch (condition) {
      case Filter filter -> conditions(filter);
      case Condition.Nested(_, Filter filter) -> conditions(filter);
      default -> 1;
    };
  }

  private static int sum(Filter filter, ToIntFunction<Condition> size) {
    int sum = 0;
    for (Condition condition : all(filter)) {
      sum += size.applyAsInt(condition);
    }
    return sum;
  }

  /** Values of the condition that lists the most: ids, or values of any or except. */
  public static int largestCondition(@Nullable Filter filter) {
    int largest = 0;
    if (filter != null) {
      for (Condition condition : all(filter)) {
        largest = Math.max(largest, valuesOf(condition));
      }
    }
    return largest;
  }

  private static int valuesOf(Condition condition) {
    return switch (condition) {
      case Filter filter -> largestCondition(filter);
      case Condition.Nested(_, Filter filter) -> largestCondition(filter);
      case Condition.HasId(var ids) -> ids.size();
      case Condition.Field field ->
          switch (field.match()) {
            case Condition.Match.AnyKeyword(List<String> values) -> values.size();
            case Condition.Match.AnyInt(List<Long> values) -> values.size();
            case Condition.Match.ExceptKeyword(List<String> values) -> values.size();
            case Condition.Match.ExceptInt(List<Long> values) -> values.size();
            case null, default -> 0;
          };
      default -> 0;
    };
  }

  /** Whether a condition, outside of nested ones, is about the field. */
  public static boolean names(Filter filter, String field) {
    for (Condition condition : all(filter)) {
      boolean named =
          switch (condition) {
            case Condition.Field of -> of.key().equals(field);
            case Condition.IsEmpty(String key) -> key.equals(field);
            case Condition.IsNull(String key) -> key.equals(field);
            default -> false;
          };
      if (named) {
        return true;
      }
    }
    return false;
  }

  /** The conditions that stand directly in a filter, as Qdrant walks them. */
  static Iterable<Condition> all(Filter filter) {
    Filter.MinShould minShould = filter.minShould();
    return () ->
        List.of(
                filter.must(),
                filter.mustNot(),
                filter.should(),
                minShould == null ? List.<Condition>of() : minShould.conditions())
            .stream()
            .flatMap(List::stream)
            .iterator();
  }
}
