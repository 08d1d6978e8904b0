package dev.quiver.index;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes every node reachable from the entry point on level 0, where the heuristic has left some
 * out.
 *
 * <p>A breadth-first search builds a spanning tree. Each node that it misses gets an edge from a
 * close node of the tree, in a free place or instead of that node's farthest edge that is not the
 * tree's: replacing such an edge can't make anything unreachable. The search then goes on from the
 * node. Takes O(edges) and 8 heap bytes per node.
 */
final class Connectivity {
  private static final int UNREACHED = -1;

  private final HnswGraph graph;
  private final int[] parent;
  private final int[] queue;
  private final int[] list;
  private int queueEnd;

  /** Where the linear search for a node with room went on last. */
  private int roomCursor;

  Connectivity(HnswGraph graph) {
    this.graph = graph;
    this.parent = new int[graph.size()];
    this.queue = new int[graph.size()];
    this.list = new int[graph.neighbourCountMax(0)];
  }

  /** Number of nodes that can't be reached from the entry point on level 0. */
  int countUnreached() {
    explore();
    return graph.size() - queueEnd;
  }

  /**
   * Links every unreached node. Nobody else may write the graph meanwhile.
   *
   * @return how many needed it
   */
  int repair(Inserter inserter) {
    return repair(inserter, null);
  }

  /** As above, of a graph that holds only some of its nodes yet. */
  int repair(Inserter inserter, @Nullable OrdinalBitSet nodes) {
    int repaired = 0;
    if (countUnreached() == (nodes == null ? 0 : parent.length - nodes.cardinality())) {
      return repaired;
    }
    for (int ordinal = 0; ordinal < parent.length; ordinal++) {
      if (parent[ordinal] == UNREACHED && (nodes == null || nodes.accepts(ordinal))) {
        linkFromTree(ordinal, inserter);
        repaired++;
      }
    }
    return repaired;
  }

  private void explore() {
    Arrays.fill(parent, UNREACHED);
    queueEnd = 0;
    if (graph.size() == 0) {
      return;
    }
    int entryPoint = graph.entryPoint();
    reach(entryPoint, entryPoint);
    exploreFrom(0);
  }

  private void reach(int ordinal, int from) {
    parent[ordinal] = from;
    queue[queueEnd++] = ordinal;
  }

  private void exploreFrom(int queueStart) {
    for (int at = queueStart; at < queueEnd; at++) {
      int node = queue[at];
      int count = graph.neighbours(0, node, list);
      for (int i = 0; i < count; i++) {
        if (parent[list[i]] == UNREACHED) {
          reach(list[i], node);
        }
      }
    }
  }

  private void linkFromTree(int ordinal, Inserter inserter) {
    int found = inserter.findNear(ordinal);
    int from = UNREACHED;
    for (int i = 0; i < found && from == UNREACHED; i++) {
      int near = inserter.found(i);
      if (parent[near] != UNREACHED && linkIn(near, ordinal)) {
        from = near;
      }
    }
    // A tree of n nodes has n - 1 edges and each node has places for more than two: one has room.
    while (from == UNREACHED) {
      int node = queue[roomCursor];
      if (linkIn(node, ordinal)) {
        from = node;
      } else {
        roomCursor++;
      }
    }
    int start = queueEnd;
    reach(ordinal, from);
    exploreFrom(start);
  }

  /** Adds the edge, if there's a place for it; lists written by the heuristic are closest first. */
  private boolean linkIn(int from, int to) {
    int count = graph.neighbours(0, from, list);
    if (count < graph.neighbourCountMax(0)) {
      graph.appendNeighbour(0, from, count, to);
      return true;
    }
    for (int i = count - 1; i >= 0; i--) {
      if (parent[list[i]] != from) {
        list[i] = to;
        graph.setNeighbours(0, from, list, count);
        return true;
      }
    }
    return false;
  }
}
