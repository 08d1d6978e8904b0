package dev.quiver.index;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/** One thread's part of building: Algorithm 1 of the paper with its own working memory. */
final class Inserter {
  private final GraphInsertion shared;
  private final HnswGraph graph;
  private final OrdinalScorer walkScorer;
  private final OrdinalScorer linkScorer;
  private final NeighbourSelection selection;
  private final SearchScratch scratch = new SearchScratch();
  private long[] sorted = new long[256];
  private final int[] selected;
  private final int[] linked;
  private final float[] linkedDistances;
  private final long[] linkedSorted;

  Inserter(GraphInsertion shared) {
    this.shared = shared;
    this.graph = shared.graph;
    this.walkScorer = shared.scoring.ordinalScorer();
    this.linkScorer = shared.scoring.ordinalScorer();
    this.selection = new NeighbourSelection(shared.scoring.ordinalScorer());
    int room = graph.neighbourCountMax(0) + 1;
    this.selected = new int[room];
    this.linked = new int[room];
    this.linkedDistances = new float[room];
    this.linkedSorted = new long[room];
  }

  /** Adds a node for which the graph has room and that it doesn't hold yet. */
  void insert(int ordinal) {
    int level = shared.params.levelOf(ordinal);
    graph.createNode(ordinal, level);
    long entry = graph.entry();
    if (level <= HnswGraph.entryLevel(entry)) {
      link(ordinal, level, entry);
      return;
    }
    shared.entryLock.lock();
    try {
      entry = graph.entry();
      if (entry >= 0) {
        link(ordinal, level, entry);
      }
      if (level > HnswGraph.entryLevel(entry)) {
        graph.setEntry(level, ordinal);
      }
    } finally {
      shared.entryLock.unlock();
    }
  }

  private void link(int ordinal, int level, long entry) {
    int ef = shared.params.efConstruction();
    walkScorer.select(ordinal);
    scratch.reset(graph.size(), graph.neighbourCountMax(0), Long.MAX_VALUE);
    int top = Math.min(level, HnswGraph.entryLevel(entry));
    long start = GraphWalk.descend(graph, entry, walkScorer, scratch, top);
    int startCount = 1;
    sorted[0] = start;
    for (int at = top; at >= 0; at--) {
      scratch.visited.clear(graph.size());
      // The node itself may be in the graph's memory already (repair): it is not its own neighbour.
      scratch.visited.add(ordinal);
      scratch.pool.clear(ef);
      for (int i = 0; i < startCount; i++) {
        GraphWalk.seedPool(scratch, sorted[i]);
      }
      GraphWalk.searchLevel(graph, at, walkScorer, scratch);
      startCount = takeSorted();
      int count = selection.select(sorted, startCount, shared.params.m(), selected);
      setOwn(at, ordinal, count);
    }
    for (int at = 0; at <= top; at++) {
      int count = graph.neighbours(at, ordinal, selected);
      for (int i = 0; i < count; i++) {
        linkBack(at, selected[i], ordinal);
      }
    }
  }

  /**
   * The closest nodes to a node, on level 0, from the entry point: {@link #found} holds them.
   *
   * @return how many
   */
  int findNear(int ordinal) {
    walkScorer.select(ordinal);
    scratch.reset(graph.size(), graph.neighbourCountMax(0), Long.MAX_VALUE);
    long entry = graph.entry();
    long start = GraphWalk.descend(graph, entry, walkScorer, scratch, 0);
    scratch.visited.add(ordinal);
    scratch.pool.clear(shared.params.efConstruction());
    GraphWalk.seedPool(scratch, start);
    int entryOrdinal = HnswGraph.entryOrdinal(entry);
    GraphWalk.seedPool(scratch, Scored.of(walkScorer.distance(entryOrdinal), entryOrdinal));
    GraphWalk.searchLevel(graph, 0, walkScorer, scratch);
    return takeSorted();
  }

  /** The i-th closest of the last {@link #findNear}. */
  int found(int i) {
    return Scored.ordinal(sorted[i]);
  }

  /**
   * Gives a node the best of the given candidates as its list on a level; for nodes that lost
   * neighbours. No other thread may write the node's list meanwhile.
   */
  void setBest(int level, int ordinal, int[] candidates, int count) {
    if (sorted.length < count) {
      sorted = new long[count];
    }
    walkScorer.select(ordinal);
    for (int i = 0; i < count; i++) {
      sorted[i] = Scored.of(walkScorer.distance(candidates[i]), candidates[i]);
    }
    Arrays.sort(sorted, 0, count);
    int taken = selection.select(sorted, count, graph.neighbourCountMax(level), selected);
    graph.setNeighbours(level, ordinal, selected, taken);
  }

  private void setOwn(int level, int ordinal, int count) {
    ReentrantLock lock = shared.lock(ordinal);
    lock.lock();
    try {
      graph.setNeighbours(level, ordinal, selected, count);
    } finally {
      lock.unlock();
    }
  }

  /** Adds {@code added} to a node's list, which is thinned out when it is full. */
  private void linkBack(int level, int node, int added) {
    ReentrantLock lock = shared.lock(node);
    lock.lock();
    try {
      int count = graph.neighbours(level, node, linked);
      for (int i = 0; i < count; i++) {
        if (linked[i] == added) {
          return;
        }
      }
      int max = graph.neighbourCountMax(level);
      if (count < max) {
        graph.appendNeighbour(level, node, count, added);
        return;
      }
      linked[count++] = added;
      linkScorer.select(node);
      linkScorer.distances(linked, count, linkedDistances);
      for (int i = 0; i < count; i++) {
        linkedSorted[i] = Scored.of(linkedDistances[i], linked[i]);
      }
      Arrays.sort(linkedSorted, 0, count);
      int taken = selection.select(linkedSorted, count, max, linked);
      graph.setNeighbours(level, node, linked, taken);
    } finally {
      lock.unlock();
    }
  }

  /** Copies the walk's results into {@link #sorted}, closest first. */
  private int takeSorted() {
    CandidatePool pool = scratch.pool;
    int count = pool.size();
    if (sorted.length < count) {
      sorted = new long[count * 2];
    }
    for (int i = 0; i < count; i++) {
      sorted[i] = pool.get(i);
    }
    return count;
  }
}
