package dev.quiver.engine;

import org.jspecify.annotations.Nullable;

/**
 * Order by a payload value that has a range-capable index.
 *
 * @param startFrom inclusive
 */
public record OrderBy(String key, boolean descending, @Nullable StartFrom startFrom) {
  /** Where to begin. */
  public sealed interface StartFrom {
    record Int(long value) implements StartFrom {}

    record Real(double value) implements StartFrom {}

    record Datetime(long micros) implements StartFrom {}
  }
}
