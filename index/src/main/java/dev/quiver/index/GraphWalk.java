package dev.quiver.index;

/** The walks that building and searching share: Algorithm 2 of the paper, and its greedy form. */
final class GraphWalk {
  private GraphWalk() {}

  /**
   * Goes from the entry point down to {@code level}, on each level above it to the closest node
   * that can be reached step by step.
   *
   * @return where it ended, as {@link Scored}
   */
  static long descend(
      HnswGraph graph, long entry, QueryScorer scorer, SearchScratch scratch, int level) {
    int current = HnswGraph.entryOrdinal(entry);
    scratch.distanceCount++;
    long best = Scored.of(scorer.distance(current), current);
    for (int at = HnswGraph.entryLevel(entry); at > level; at--) {
      best = greedy(graph, at, best, scorer, scratch);
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
      int count = graph.neighbours(level, Scored.ordinal(best), neighbours);
      scratch.nodeCount++;
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

  /** Adds a place to start from to the walk's candidates and results. */
  static void seed(SearchScratch scratch, long start) {
    if (scratch.visited.add(Scored.ordinal(start))) {
      scratch.candidates.push(start);
      scratch.results.push(~start);
    }
  }

  /**
   * Best-first walk of one level from the seeded starts, until the {@code ef} closest nodes known
   * have all been expanded. They are in {@code scratch.results} then.
   */
  static void searchLevel(
      HnswGraph graph, int level, QueryScorer scorer, SearchScratch scratch, int ef) {
    LongHeap candidates = scratch.candidates;
    LongHeap results = scratch.results;
    int[] neighbours = scratch.neighbours;
    float[] distances = scratch.distances;
    while (candidates.size() > 0) {
      long nearest = candidates.pop();
      if (results.size() >= ef && nearest > ~results.top()) {
        return;
      }
      int count = graph.neighbours(level, Scored.ordinal(nearest), neighbours);
      scratch.nodeCount++;
      count = scratch.visited.addAll(neighbours, count);
      if (!scratch.spend(count)) {
        return;
      }
      scorer.distances(neighbours, count, distances);
      for (int i = 0; i < count; i++) {
        long scored = Scored.of(distances[i], neighbours[i]);
        if (results.size() < ef) {
          candidates.push(scored);
          results.push(~scored);
        } else if (scored < ~results.top()) {
          candidates.push(scored);
          results.replaceTop(~scored);
        }
      }
    }
  }
}
