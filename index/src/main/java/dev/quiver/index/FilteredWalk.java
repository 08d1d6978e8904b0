package dev.quiver.index;

/**
 * Walks of level 0 that return accepted nodes only. Both start from the seeds in {@code
 * scratch.candidates} and leave accepted nodes in {@code scratch.results}.
 */
final class FilteredWalk {
  /** Reading a node's neighbours, in distances of an exact scan. */
  private static final int NODE_COST = 4;

  private FilteredWalk() {}

  /**
   * Walks through rejected nodes like through accepted ones, for filters that accept many. Expands
   * about {@code ef} divided by the accepted share of nodes.
   */
  static void throughAll(
      HnswGraph graph, QueryScorer scorer, OrdinalFilter filter, SearchScratch scratch, int ef) {
    LongHeap candidates = scratch.candidates;
    LongHeap results = scratch.results;
    int[] neighbours = scratch.neighbours;
    float[] distances = scratch.distances;
    while (candidates.size() > 0) {
      long nearest = candidates.pop();
      if (results.size() >= ef && nearest > ~results.top()) {
        return;
      }
      int count = graph.neighbours(0, Scored.ordinal(nearest), neighbours);
      scratch.nodeCount++;
      count = scratch.visited.addAll(neighbours, 0, count);
      if (!scratch.spend(count)) {
        return;
      }
      scorer.distances(neighbours, count, distances);
      for (int i = 0; i < count; i++) {
        long scored = Scored.of(distances[i], neighbours[i]);
        boolean full = results.size() >= ef;
        if (full && scored > ~results.top()) {
          continue;
        }
        candidates.push(scored);
        if (filter.accepts(neighbours[i])) {
          if (full) {
            results.replaceTop(~scored);
          } else {
            results.push(~scored);
          }
        }
      }
    }
  }

  /**
   * Compares accepted nodes only and reaches over rejected ones: a rejected neighbour is replaced
   * by its own neighbours (ACORN-1: Patel and others, "ACORN: Performant and Predicate-Agnostic
   * Search Over Vector Embeddings and Structured Data", 2024, section 5.3). Departing from it,
   * where a node's two hops hold nothing accepted and results are still missing, its rejected
   * neighbours become candidates, so that the walk finds its way to accepted regions far off.
   *
   * @param costMax the walk gives up when it has cost more, in distances of an exact scan
   * @return whether it ended by itself
   */
  static boolean overRejected(
      HnswGraph graph,
      QueryScorer scorer,
      OrdinalFilter filter,
      SearchScratch scratch,
      int ef,
      long costMax) {
    LongHeap candidates = scratch.candidates;
    LongHeap results = scratch.results;
    float[] distances = scratch.distances;
    while (candidates.size() > 0) {
      long nearest = candidates.pop();
      if (results.size() >= ef && nearest > ~results.top()) {
        return true;
      }
      int count = gather(graph, filter, scratch, Scored.ordinal(nearest));
      boolean accepted = count > 0;
      if (!accepted && results.size() < ef) {
        count = gatherRejected(graph, filter, scratch, Scored.ordinal(nearest));
      }
      if (scratch.distanceCount + count + NODE_COST * scratch.nodeCount > costMax) {
        return false;
      }
      if (!scratch.spend(count)) {
        return true;
      }
      scorer.distances(scratch.batch, count, distances);
      for (int i = 0; i < count; i++) {
        long scored = Scored.of(distances[i], scratch.batch[i]);
        if (!accepted) {
          candidates.push(scored);
        } else if (results.size() < ef) {
          candidates.push(scored);
          results.push(~scored);
        } else if (scored < ~results.top()) {
          candidates.push(scored);
          results.replaceTop(~scored);
        }
      }
    }
    return true;
  }

  /**
   * Unseen accepted nodes one hop away, and two hops over rejected ones, into the batch. While
   * these are too few, as under filters that accept hardly any, it goes on over more rejected ones,
   * up to the room in {@code scratch.queue}.
   */
  private static int gather(
      HnswGraph graph, OrdinalFilter filter, SearchScratch scratch, int node) {
    VisitedSet visited = scratch.visited;
    int[] batch = scratch.batch;
    int[] queue = scratch.queue;
    int[] list = scratch.neighbours;
    int listCount = graph.neighbours(0, node, list);
    scratch.nodeCount++;
    int count = 0;
    int queued = 0;
    for (int i = 0; i < listCount; i++) {
      if (!filter.accepts(list[i])) {
        queue[queued++] = list[i];
      } else if (visited.add(list[i])) {
        batch[count++] = list[i];
      }
    }
    int firstHops = queued;
    int enough = graph.neighbourCountMax(0);
    for (int i = 0; i < queued; i++) {
      if (i == firstHops) {
        enough /= 2;
      }
      if (count >= enough) {
        break;
      }
      // Seen marks on rejected nodes say: its neighbours have been looked at.
      if (!visited.add(queue[i])) {
        continue;
      }
      listCount = graph.neighbours(0, queue[i], list);
      scratch.nodeCount++;
      for (int j = 0; j < listCount; j++) {
        if (filter.accepts(list[j])) {
          if (visited.add(list[j])) {
            batch[count++] = list[j];
          }
        } else if (queued < queue.length && !visited.contains(list[j])) {
          queue[queued++] = list[j];
        }
      }
    }
    return count;
  }

  private static int gatherRejected(
      HnswGraph graph, OrdinalFilter filter, SearchScratch scratch, int node) {
    int[] neighbours = scratch.neighbours;
    int neighbourCount = graph.neighbours(0, node, neighbours);
    int count = 0;
    for (int i = 0; i < neighbourCount; i++) {
      if (!filter.accepts(neighbours[i]) && scratch.bridged.add(neighbours[i])) {
        scratch.batch[count++] = neighbours[i];
      }
    }
    return count;
  }
}
