package dev.quiver.index;

import org.jspecify.annotations.Nullable;

/**
 * A filter over ordinals as walks ask it: by nodes. Where the two differ, each question is one to
 * the {@link NodeMap} first, at random; a search that asks often turns the filter into a set of
 * nodes before ({@link #collect}).
 */
final class NodeFilter implements OrdinalFilter {
  private final OrdinalFilter ordinals;
  private final @Nullable NodeMap map;
  private @Nullable OrdinalBitSet nodes;

  /**
   * @param map null where nodes are ordinals
   */
  NodeFilter(OrdinalFilter ordinals, @Nullable NodeMap map) {
    this.ordinals = ordinals;
    this.map = map;
  }

  /** The filter over ordinals. */
  OrdinalFilter ordinals() {
    return ordinals;
  }

  /** Gathers all accepted nodes, unless that was done or nodes are ordinals: O(accepted). */
  void collect(SearchScratch scratch, int size) {
    NodeMap places = map;
    if (places == null || nodes != null) {
      return;
    }
    long[] words = scratch.clearedBits(size);
    if (ordinals instanceof OrdinalBitSet set) {
      set.forEachBelow(size, ordinal -> mark(words, places.node(ordinal)));
    } else {
      int ordinal = ordinals.nextAccepted(0, size);
      while (ordinal < size) {
        mark(words, places.node(ordinal));
        ordinal = ordinals.nextAccepted(ordinal + 1, size);
      }
    }
    nodes = new OrdinalBitSet(words, size, Math.clamp(ordinals.cardinality(), 0, size));
  }

  private static void mark(long[] words, int node) {
    words[node >> 6] |= 1L << node;
  }

  @Override
  public boolean accepts(int node) {
    OrdinalBitSet set = nodes;
    if (set != null) {
      return set.accepts(node);
    }
    return ordinals.accepts(map == null ? node : map.ordinal(node));
  }

  @Override
  public int cardinality() {
    return ordinals.cardinality();
  }

  @Override
  public int nextAccepted(int from, int limit) {
    OrdinalBitSet set = nodes;
    if (set != null) {
      return set.nextAccepted(from, limit);
    }
    return map == null
        ? ordinals.nextAccepted(from, limit)
        : OrdinalFilter.super.nextAccepted(from, limit);
  }
}
