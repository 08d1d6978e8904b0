package dev.quiver.index;

import org.jspecify.annotations.Nullable;

/** A filter over ordinals as walks ask it: by nodes. */
final class NodeFilter implements OrdinalFilter {
  private final OrdinalFilter ordinals;
  private final @Nullable NodeMap map;

  /**
   * @param map null where nodes are ordinals
   */
  NodeFilter(OrdinalFilter ordinals, @Nullable NodeMap map) {
    this.ordinals = ordinals;
    this.map = map;
  }

  /** The filter over ordinals, which finds rare ones faster than asking node by node. */
  OrdinalFilter ordinals() {
    return ordinals;
  }

  @Override
  public boolean accepts(int node) {
    return ordinals.accepts(map == null ? node : map.ordinal(node));
  }

  @Override
  public int cardinality() {
    return ordinals.cardinality();
  }

  /** The node of an ordinal. */
  int node(int ordinal) {
    return map == null ? ordinal : map.node(ordinal);
  }
}
