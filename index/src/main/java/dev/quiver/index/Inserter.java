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
  private final int[] others;
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
    this.others = new int[room];
    this.linkedDistances = new float[room];
    this.linkedSorted = new long[room];
  }

  /** Adds a node for which the graph has room and that it doesn't hold yet. */
  void insert(int ordinal) {
    int level = shared.params.levelOf(ordinal);
    graph.createNode(ordinal, level);
    long entry = graph.entry();
    if (level <= HnswGraph.entryLevel(entry)) {
      link(ordinal, level, entry, shared.params.efConstruction());
      return;
    }
    shared.entryLock.lock();
    try {
      entry = graph.entry();
      if (entry >= 0) {
        link(ordinal, level, entry, shared.params.efConstruction());
      }
      if (level > HnswGraph.entryLevel(entry)) {
        graph.setEntry(level, ordinal);
      }
    } finally {
      shared.entryLock.unlock();
    }
  }

  private void link(int ordinal, int level, long entry, int ef) {
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
      seedNeighbours(at, ordinal);
      GraphWalk.searchLevel(graph, at, walkScorer, scratch);
      startCount = takeSorted();
      int chosen = selection.select(sorted, startCount, shared.params.m(), selected);
      setOwn(at, ordinal, chosen);
    }
    for (int at = 0; at <= top; at++) {
      int count = graph.neighbours(at, ordinal, selected);
      for (int i = 0; i < count; i++) {
        linkBack(at, selected[i], ordinal);
      }
    }
  }

  /**
   * Links a node once more, on all its levels: it chooses among the nodes that there are now, and
   * keeps, as a new node would get them, the neighbours that have chosen it. Other threads may link
   * other nodes meanwhile.
   */
  void relink(int ordinal) {
    link(ordinal, graph.levelOf(ordinal), graph.entry(), shared.params.efRelink());
  }

  /** What a node that is linked again has for neighbours: a new one has none. */
  private void seedNeighbours(int level, int ordinal) {
    int count = graph.neighbours(level, ordinal, selected);
    for (int i = 0; i < count; i++) {
      int neighbour = selected[i];
      if (scratch.visited.add(neighbour)) {
        scratch.pool.add(Scored.of(walkScorer.distance(neighbour), neighbour));
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
    int entryNode = HnswGraph.entryNode(entry);
    GraphWalk.seedPool(scratch, Scored.of(walkScorer.distance(entryNode), entryNode));
    GraphWalk.searchLevel(graph, 0, walkScorer, scratch);
    return takeSorted();
  }

  /** The i-th closest of the last {@link #findNear}. */
  int found(int i) {
    return Scored.ordinal(sorted[i]);
  }

  /**
   * Gives a node a list on a level; for nodes that lost neighbours. No other thread may write the
   * node's list meanwhile.
   *
   * @param candidates those that it keeps come first
   * @param kept how many it keeps, which is all that fit
   * @param wanted how long the list may become by what is best of the others
   */
  void setBest(int level, int ordinal, int[] candidates, int count, int kept, int wanted) {
    int max = graph.neighbourCountMax(level);
    int from = kept <= max ? kept : 0;
    System.arraycopy(candidates, 0, selected, 0, from);
    if (sorted.length < count) {
      sorted = new long[count];
    }
    walkScorer.select(ordinal);
    for (int i = from; i < count; i++) {
      sorted[i - from] = Scored.of(walkScorer.distance(candidates[i]), candidates[i]);
    }
    Arrays.sort(sorted, 0, count - from);
    int taken = selection.extend(sorted, count - from, Math.min(wanted, max), selected, from);
    graph.setNeighbours(level, ordinal, selected, taken);
  }

  /**
   * Sets a node's list to the {@code chosen} first of {@link #selected}. Neighbours that it had and
   * that have it as theirs stay: others' links to a node are not the node's to choose.
   */
  private void setOwn(int level, int ordinal, int chosen) {
    int max = graph.neighbourCountMax(level);
    ReentrantLock lock = shared.lock(ordinal);
    lock.lock();
    try {
      int had = graph.neighbours(level, ordinal, linked);
      int count = chosen;
      for (int i = 0; i < had && count < max; i++) {
        if (!contains(selected, chosen, linked[i]) && hasNeighbour(level, linked[i], ordinal)) {
          selected[count++] = linked[i];
        }
      }
      graph.setNeighbours(level, ordinal, selected, count);
    } finally {
      lock.unlock();
    }
  }

  private boolean hasNeighbour(int level, int node, int neighbour) {
    return contains(others, graph.neighbours(level, node, others), neighbour);
  }

  private static boolean contains(int[] list, int count, int ordinal) {
    for (int i = 0; i < count; i++) {
      if (list[i] == ordinal) {
        return true;
      }
    }
    return false;
  }

  /** Adds {@code added} to a node's list, which is thinned out when it is full. */
  private void linkBack(int level, int node, int added) {
    ReentrantLock lock = shared.lock(node);
    lock.lock();
    try {
      int count = graph.neighbours(level, node, linked);
      if (contains(linked, count, added)) {
        return;
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
