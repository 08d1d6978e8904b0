package dev.quiver.index;

/** Which ordinals a search may return. Must not change during a search; thread-safe if shared. */
public interface OrdinalFilter {
  /** What {@link #cardinality} returns when nothing is known: the search then samples. */
  int UNKNOWN = -1;

  /** What {@link #nextAccepted} returns at the end. */
  int NO_MORE = Integer.MAX_VALUE;

  /** Whether the ordinal may be returned. Called often: should cost nanoseconds. */
  boolean accepts(int ordinal);

  /**
   * How many ordinals are accepted: exact or a good estimate, or {@link #UNKNOWN}. It only chooses
   * the way of searching; a wrong number costs speed, never results.
   */
  int cardinality();

  /**
   * The first accepted ordinal in {@code [from, limit)}, or {@link #NO_MORE}. A filter that can do
   * better than asking one by one should.
   */
  default int nextAccepted(int from, int limit) {
    for (int ordinal = from; ordinal < limit; ordinal++) {
      if (accepts(ordinal)) {
        return ordinal;
      }
    }
    return NO_MORE;
  }
}
