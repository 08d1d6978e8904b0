package dev.quiver.index;

/** The walks that building and searching share: Algorithm 2 of the paper, and its greedy form. */
final class GraphWalk {
  /** A walk that keeps this many candidates for each node of the beam loses nothing by it. */
  private static final int EF_PER_BEAM = 8;

  private GraphWalk() {}

  /**
   * Goes from the entry point down to {@code level}, on each level above it to the closest node
   * that can be reached step by step. No node is compared twice: one that was seen before, on any
   * of the levels, wasn't closer than the best so far. Leaves {@code scratch.visited} empty.
   *
   * @return where it ended, as {@link Scored}
   */
  static long descend(
      HnswGraph graph, long entry, QueryScorer scorer, SearchScratch scratch, int level) {
    int current = HnswGraph.entryNode(entry);
    scratch.distanceCount++;
    long best = Scored.of(scorer.distance(current), current);
    if (HnswGraph.entryLevel(entry) > level) {
      scratch.visited.add(current);
      for (int at = HnswGraph.entryLevel(entry); at > level; at--) {
        best = greedy(graph, at, best, scorer, scratch);
      }
      scratch.visited.clear(graph.size());
    }
    return best;
  }

  private static long greedy(
      HnswGraph graph, int level, long start, QueryScorer scorer, SearchScratch scratch) {
    int[] neighbours = scratch.neighbours;
    float[] distances = scratch.distances;
    long best = start;
    while (true) {
      long before = best;
      int count = graph.links(level, Scored.ordinal(best), neighbours, 0);
      scratch.nodeCount++;
      scratch.upperNodeCount++;
      count = scratch.visited.addAll(neighbours, 0, count, graph.changes());
      if (!scratch.spend(count)) {
        return best;
      }
      scorer.distances(neighbours, count, distances);
      for (int i = 0; i < count; i++) {
        best = Math.min(best, Scored.of(distances[i], neighbours[i]));
      }
      if (best == before) {
        return best;
      }
    }
  }

  /** Adds a place to start from to {@code scratch.pool}. */
  static void seedPool(SearchScratch scratch, long start) {
    if (scratch.visited.add(Scored.ordinal(start))) {
      scratch.pool.add(start);
    }
  }

  /**
   * Best-first walk of one level from the seeds in {@code scratch.pool}, until all nodes in it have
   * been expanded: as many as its capacity, the closest that are known, or fewer, within its limit.
   *
   * <p>Up to {@value SearchScratch#BEAM} of the closest are expanded at a time, not one. Memory
   * latency decides how long a walk takes: the lists of several nodes are waited for together, and
   * so are the vectors of all their neighbours. A narrow walk would pay for that with nodes that it
   * need not have expanded.
   */
  static void searchLevel(HnswGraph graph, int level, QueryScorer scorer, SearchScratch scratch) {
    CandidatePool pool = scratch.pool;
    VisitedSet visited = scratch.visited;
    boolean changes = graph.changes();
    int[] beam = scratch.beam;
    int[] neighbours = scratch.neighbours;
    float[] distances = scratch.distances;
    while (true) {
      int widest = Math.clamp(pool.expected() / EF_PER_BEAM, 1, SearchScratch.BEAM);
      int width = 0;
      while (width < widest) {
        int node = pool.expandNext();
        if (node < 0) {
          break;
        }
        beam[OwnLines.INTS + width++] = node;
      }
      if (width == 0) {
        return;
      }
      if (level == 0 && width > 1) {
        graph.touch(beam, OwnLines.INTS, OwnLines.INTS + width);
      }
      int count = 0;
      for (int i = 0; i < width; i++) {
        int end = graph.links(level, beam[OwnLines.INTS + i], neighbours, count);
        count = visited.addAll(neighbours, count, end, changes);
      }
      scratch.nodeCount += width;
      if (!scratch.spend(count)) {
        return;
      }
      scorer.distances(neighbours, count, distances);
      pool.addAll(distances, neighbours, count);
    }
  }
}
