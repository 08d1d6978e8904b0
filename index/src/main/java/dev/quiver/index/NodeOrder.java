package dev.quiver.index;

import java.util.Arrays;
import java.util.concurrent.CancellationException;

/**
 * An order of a graph's nodes in which neighbours lie close together. A file whose lists and codes
 * stand in this order is walked faster: rows that are compared one after the other share cache
 * lines and pages.
 *
 * <p>Greedy: the next node is the one that most of the {@value #WINDOW} last placed ones link to. A
 * form of Gorder (Wei and others, "Speedup Graph Processing by Graph Ordering", 2016) that looks at
 * links in one direction only, which needs no list of the links that lead to a node, and brings as
 * much (docs/performance.md). O(links), some microsecond a node, by one thread. The same graph
 * always gets the same order. Immutable.
 */
public final class NodeOrder {
  private static final int WINDOW = 64;
  private static final int CANCEL_CHECK_INTERVAL = 4096;

  private final int[] ordinals;
  private final int[] nodes;

  private NodeOrder(int[] ordinals) {
    this.ordinals = ordinals;
    this.nodes = new int[ordinals.length];
    for (int node = 0; node < ordinals.length; node++) {
      nodes[ordinals[node]] = node;
    }
  }

  /**
   * Orders the nodes of a graph that nobody changes, by its lists of level 0.
   *
   * @throws CancellationException if the listener cancelled
   */
  public static NodeOrder of(HnswGraph graph, BuildListener listener) {
    int size = graph.size();
    int[] placed = new int[size];
    int[] list = new int[graph.neighbourCountMax(0)];
    Linked linked = new Linked(size);
    for (int at = 0; at < size; at++) {
      if (at % CANCEL_CHECK_INTERVAL == 0 && listener.cancelled()) {
        throw new CancellationException("ordering of " + size + " nodes cancelled");
      }
      int node = at == 0 ? graph.entryPoint() : linked.most();
      linked.remove(node);
      placed[at] = node;
      int count = graph.neighbours(0, node, list);
      for (int i = 0; i < count; i++) {
        linked.change(list[i], 1);
      }
      if (at >= WINDOW) {
        count = graph.neighbours(0, placed[at - WINDOW], list);
        for (int i = 0; i < count; i++) {
          linked.change(list[i], -1);
        }
      }
    }
    return new NodeOrder(placed);
  }

  /** Heap bytes that ordering {@code size} nodes takes at its peak. */
  public static long estimateBytes(int size) {
    // Both directions of the order, and 9 bytes a node for the lists of those not yet placed.
    return 17L * size;
  }

  int size() {
    return ordinals.length;
  }

  /** The ordinal of the vector whose node stands at this place. */
  int ordinal(int node) {
    return ordinals[node];
  }

  /** The place of an ordinal's node. */
  int node(int ordinal) {
    return nodes[ordinal];
  }

  /** Nodes that are not yet placed, by how many of the last ones link to them: lists of equals. */
  private static final class Linked {
    private static final int NONE = -1;
    private static final byte REMOVED = -1;

    private final int[] next;
    private final int[] previous;
    private final byte[] count;
    private final int[] first = new int[WINDOW + 2];
    private int highest;

    Linked(int size) {
      next = new int[size];
      previous = new int[size];
      count = new byte[size];
      Arrays.fill(first, NONE);
      for (int node = size - 1; node >= 0; node--) {
        insert(node, 0);
      }
    }

    int most() {
      while (first[highest] == NONE) {
        highest--;
      }
      return first[highest];
    }

    void change(int node, int by) {
      int before = count[node];
      if (before != REMOVED) {
        unlink(node);
        insert(node, before + by);
      }
    }

    void remove(int node) {
      unlink(node);
      count[node] = REMOVED;
    }

    private void insert(int node, int newCount) {
      count[node] = (byte) newCount;
      previous[node] = NONE;
      next[node] = first[newCount];
      if (first[newCount] != NONE) {
        previous[first[newCount]] = node;
      }
      first[newCount] = node;
      highest = Math.max(highest, newCount);
    }

    private void unlink(int node) {
      if (previous[node] == NONE) {
        first[count[node]] = next[node];
      } else {
        next[previous[node]] = next[node];
      }
      if (next[node] != NONE) {
        previous[next[node]] = previous[node];
      }
    }
  }
}
