package dev.quiver.index;

import java.util.Arrays;

/**
 * The closest nodes that an unfiltered walk knows, at most {@code ef}, in order: candidates and
 * results in one sorted array. A node that has been expanded carries a mark.
 *
 * <p>For the sizes that walks use, moving the tail of a short array is cheaper than keeping two
 * heaps, and the results need no sorting at the end.
 */
final class CandidatePool extends OwnLines {
  /** Beside an ordinal, which is never negative, in the low half of a {@link Scored}. */
  private static final long EXPANDED = 0x8000_0000L;

  private static final int ROOM = 256;

  /** From {@link OwnLines#LONGS} on. */
  private long[] entries = new long[LONGS + ROOM + LONGS];

  /** Working memory of {@link #addAll}: candidates that are closer. */
  private long[] fresh = new long[LONGS + ROOM + LONGS];

  /** Where each one goes, from {@link OwnLines#INTS} on. */
  private int[] places = new int[INTS + ROOM + INTS];

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
    if (entries.length < LONGS + newCapacity) {
      entries = new long[LONGS + newCapacity + (newCapacity >> 1) + LONGS];
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
    return entries[LONGS + i] & ~EXPANDED;
  }

  /** Sets the i-th closest, for one who fills a cleared pool to its capacity in any order. */
  void set(int i, long scored) {
    entries[LONGS + i] = scored;
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
      if (end == 0 || scored >= (a[LONGS + end - 1] & ~EXPANDED)) {
        return;
      }
      end--;
    } else {
      size = end + 1;
    }
    int low = placeOf(scored, a, end);
    System.arraycopy(a, LONGS + low, a, LONGS + low + 1, end - low);
    a[LONGS + low] = scored;
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
    Arrays.sort(fresh, LONGS, LONGS + added);
    long[] a = entries;
    int end = size;
    for (int i = 0; i < added; i++) {
      places[INTS + i] = placeOf(fresh[LONGS + i], a, end);
    }
    // Those that would come to lie beyond the capacity, behind others of this step.
    while (added > 0 && places[INTS + added - 1] + added > capacity) {
      added--;
    }
    if (added == 0) {
      return;
    }
    size = Math.min(capacity, end + added);
    int moved = size - added;
    for (int i = added - 1; i >= 0; i--) {
      int place = places[INTS + i];
      System.arraycopy(a, LONGS + place, a, LONGS + place + i + 1, moved - place);
      a[LONGS + place + i] = fresh[LONGS + i];
      moved = place;
    }
    cursor = Math.min(cursor, places[INTS]);
    if (places[INTS] < limitRank && size >= limitRank) {
      tighten();
    }
  }

  /** Puts into {@link #fresh} what isn't too far already; returns how many. */
  private int takeCloser(float[] distances, int[] nodes, int count) {
    if (fresh.length < LONGS + count) {
      fresh = new long[LONGS + 2 * count];
      places = new int[INTS + 2 * count];
    }
    long bound = limit;
    if (size == capacity) {
      bound = size == 0 ? Long.MIN_VALUE : Math.min(bound, get(size - 1));
    }
    long[] taken = fresh;
    int n = 0;
    for (int i = 0; i < count; i++) {
      long scored = Scored.of(distances[i], nodes[i]);
      taken[LONGS + n] = scored;
      n += scored < bound ? 1 : 0;
    }
    return n;
  }

  /**
   * How many of the first {@code end} entries are closer. A binary search that goes on whatever it
   * sees: a choice of values, not of branches, which nothing could predict.
   */
  private static int placeOf(long scored, long[] a, int end) {
    int low = 0;
    int left = end;
    while (left > 0) {
      int half = (left + 1) >>> 1;
      low = (a[LONGS + low + half - 1] & ~EXPANDED) < scored ? low + half : low;
      left -= half;
    }
    return low;
  }

  private void tighten() {
    float distance = limitBase + Scored.distance(entries[LONGS + limitRank - 1]);
    float radius = Math.max(limitFactor * distance, distance + limitMargin);
    limit = Scored.of(radius - limitBase, Integer.MAX_VALUE);
    while (size > limitRank && (entries[LONGS + size - 1] & ~EXPANDED) > limit) {
      size--;
    }
  }

  /** Marks the closest node that wasn't yet expanded and returns its ordinal, or -1. */
  int expandNext() {
    while (cursor < size) {
      long entry = entries[LONGS + cursor];
      if ((entry & EXPANDED) == 0) {
        entries[LONGS + cursor++] = entry | EXPANDED;
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
      entries[LONGS + i] = Scored.of(Scored.distance(scored), map.ordinal(Scored.ordinal(scored)));
    }
    // Equally distant ones are in the order of their ordinals.
    Arrays.sort(entries, LONGS, LONGS + size);
    cursor = 0;
  }

  /** How many of the closest nodes, up to the first that wasn't expanded, a filter accepts. */
  int countExpanded(OrdinalFilter filter) {
    int count = 0;
    for (int i = 0; i < size && (entries[LONGS + i] & EXPANDED) != 0; i++) {
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
        entries[LONGS + kept++] = scored;
      }
    }
    size = kept;
    cursor = 0;
  }

  long bytes() {
    return 8L * (entries.length + (long) fresh.length) + 4L * places.length;
  }
}
