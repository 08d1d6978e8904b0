package dev.quiver.engine.filter;

/**
 * Integers compared as doubles. Rounding keeps their order, so the ones on one side of a bound are
 * a range, whose end is found by halving.
 */
final class Numbers {
  private Numbers() {}

  /** The least integer that is, as a double, at least the bound; max when none is. */
  static long firstAtLeast(double bound) {
    long low = Long.MIN_VALUE;
    long high = Long.MAX_VALUE;
    while (low < high) {
      long middle = low + ((high - low) >>> 1);
      if ((double) middle >= bound) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** The greatest integer that is, as a double, at most the bound; min when none is. */
  static long lastAtMost(double bound) {
    long low = Long.MIN_VALUE;
    long high = Long.MAX_VALUE;
    while (low < high) {
      long middle = high - ((high - low) >>> 1);
      if ((double) middle <= bound) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
