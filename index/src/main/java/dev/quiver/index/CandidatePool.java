package dev.quiver.index;

import java.util.Arrays;

/**
 * The closest nodes that an unfiltered walk knows, at most {@code ef}, in order: candidates and
 * results in one sorted array. A node that has been expanded carries a mark.
 *
 * <p>For the sizes that walks use, moving the tail of a short array is cheaper than keeping two
 * heaps, and the results need no sorting at the end.
 */
final class CandidatePool {
  /** Beside an ordinal, which is never negative, in the low half of a {@link Scored}. */
  private static final long EXPANDED = 0x8000_0000L;

  private long[] entries = new long[256];

  /** Working memory of {@link #addAll}: candidates that are closer, and where each one goes. */
  private long[] fresh = new long[256];

  private int[] places = new int[256];
  private int size;
  private int capacity;

  /** Nothing from here on is taken. */
  private long limit;

  /** The rank that the limit follows, 0 for none. */
  private int limitRank;

  private float limitFactor;
  private float limitBase;
  private float limitMargin;

  /** The closest entry that may not have been expanded. */
  private int cursor;

  /** Forgets everything. */
  void clear(int newCapacity) {
    capacity = newCapacity;
    limit = Long.MAX_VALUE;
    limitRank = 0;
    size = 0;
    cursor = 0;
    if (entries.length < newCapacity) {
      entries = new long[newCapacity + (newCapacity >> 1)];
    }
  }

  /**
   * Forgets everything, and from then on takes only what lies within a radius that shrinks with the
   * distance of the {@code rank}-th closest: {@code factor} times that distance, at least {@code
   * margin} more, both counted from {@code -base}.
   */
  void clear(int newCapacity, int rank, float base, float factor, float margin) {
    clear(newCapacity);
    limitRank = rank;
    limitBase = base;
    limitFactor = factor;
    limitMargin = margin;
  }

  int size() {
    return size;
  }

  /** How many candidates the walk will expand, as far as it is known. */
  int expected() {
    return limitRank > 0 ? size : capacity;
  }

  /** The i-th closest, as {@link Scored}. */
  long get(int i) {
    return entries[i] & ~EXPANDED;
  }

  /** Sets the i-th closest, for one who fills a cleared pool to its capacity in any order. */
  void set(int i, long scored) {
    entries[i] = scored;
    size = capacity;
  }

  /** Adds a node that isn't in the pool, unless that is full of closer ones or it is too far. */
  void add(long scored) {
    if (scored >= limit) {
      return;
    }
    long[] a = entries;
    int end = size;
    if (end == capacity) {
      if (end == 0 || scored >= (a[end - 1] & ~EXPANDED)) {
        return;
      }
      end--;
    } else {
      size = end + 1;
    }
    int low = placeOf(scored, a, end);
    System.arraycopy(a, low, a, low + 1, end - low);
    a[low] = scored;
    if (low < cursor) {
      cursor = low;
    }
    if (low < limitRank && size >= limitRank) {
      tighten();
    }
  }

  /**
   * Adds nodes that aren't in the pool, like {@link #add} one after the other; faster for many,
   * since each candidate moves once and the places are looked for independently of each other.
   */
  void addAll(float[] distances, int[] nodes, int count) {
    int added = takeCloser(distances, nodes, count);
    if (added == 0) {
      return;
    }
    Arrays.sort(fresh, 0, added);
    long[] a = entries;
    int end = size;
    for (int i = 0; i < added; i++) {
      places[i] = placeOf(fresh[i], a, end);
    }
    // Those that would come to lie beyond the capacity, behind others of this step.
    while (added > 0 && places[added - 1] + added > capacity) {
      added--;
    }
    if (added == 0) {
      return;
    }
    size = Math.min(capacity, end + added);
    int moved = size - added;
    for (int i = added - 1; i >= 0; i--) {
      int place = places[i];
      System.arraycopy(a, place, a, place + i + 1, moved - place);
      a[place + i] = fresh[i];
      moved = place;
    }
    cursor = Math.min(cursor, places[0]);
    if (places[0] < limitRank && size >= limitRank) {
      tighten();
    }
  }

  /** Puts into {@link #fresh} what isn't too far already; returns how many. */
  private int takeCloser(float[] distances, int[] nodes, int count) {
    if (fresh.length < count) {
      fresh = new long[2 * count];
      places = new int[2 * count];
    }
    long bound = limit;
    if (size == capacity) {
      bound = size == 0 ? Long.MIN_VALUE : Math.min(bound, get(size - 1));
    }
    long[] taken = fresh;
    int n = 0;
    for (int i = 0; i < count; i++) {
      long scored = Scored.of(distances[i], nodes[i]);
      taken[n] = scored;
      n += scored < bound ? 1 : 0;
    }
    return n;
  }

  /**
   * How many of {@code a[0..end)} are closer. A binary search that goes on whatever it sees: a
   * choice of values, not of branches, which nothing could predict.
   */
  private static int placeOf(long scored, long[] a, int end) {
    int low = 0;
    int left = end;
    while (left > 0) {
      int half = (left + 1) >>> 1;
      low = (a[low + half - 1] & ~EXPANDED) < scored ? low + half : low;
      left -= half;
    }
    return low;
  }

  private void tighten() {
    float distance = limitBase + Scored.distance(entries[limitRank - 1]);
    float radius = Math.max(limitFactor * distance, distance + limitMargin);
    limit = Scored.of(radius - limitBase, Integer.MAX_VALUE);
    while (size > limitRank && (entries[size - 1] & ~EXPANDED) > limit) {
      size--;
    }
  }

  /** Marks the closest node that wasn't yet expanded and returns its ordinal, or -1. */
  int expandNext() {
    while (cursor < size) {
      long entry = entries[cursor];
      if ((entry & EXPANDED) == 0) {
        entries[cursor++] = entry | EXPANDED;
        return (int) entry;
      }
      cursor++;
    }
    return -1;
  }

  /** Replaces nodes by the ordinals of their vectors. */
  void toOrdinals(NodeMap map) {
    for (int i = 0; i < size; i++) {
      long scored = get(i);
      entries[i] = Scored.of(Scored.distance(scored), map.ordinal(Scored.ordinal(scored)));
    }
    // Equally distant ones are in the order of their ordinals.
    Arrays.sort(entries, 0, size);
    cursor = 0;
  }

  /** How many of the closest nodes, up to the first that wasn't expanded, a filter accepts. */
  int countExpanded(OrdinalFilter filter) {
    int count = 0;
    for (int i = 0; i < size && (entries[i] & EXPANDED) != 0; i++) {
      count += filter.accepts(Scored.ordinal(get(i))) ? 1 : 0;
    }
    return count;
  }

  /** Removes what a filter doesn't accept. */
  void retain(OrdinalFilter filter) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      long scored = get(i);
      if (filter.accepts(Scored.ordinal(scored))) {
        entries[kept++] = scored;
      }
    }
    size = kept;
    cursor = 0;
  }

  long bytes() {
    return 8L * (entries.length + (long) fresh.length) + 4L * places.length;
  }
}
