package dev.quiver.index;

/**
 * Walks of level 0 that return accepted nodes only: what they found is in {@code scratch.pool}.
 * Both begin near the query, at the node that was reached from above, and at the entry point: every
 * node can be reached from there, but not from every other.
 */
final class FilteredWalk {
  /** Accepted nodes anywhere that a walk over rejected ones begins at too. */
  private static final int SEEDS = 32;

  /** Nodes that a walk through all expands together. */
  private static final int EXPANDED_TOGETHER = 4;

  /** Lists of rejected nodes that are waited for together. */
  private static final int TOUCHED_TOGETHER = 8;

  private FilteredWalk() {}

  /**
   * Walks through rejected nodes like through accepted ones, until the {@code ef} closest accepted
   * nodes that it knows have been expanded.
   *
   * @param poolSize nodes that it keeps, accepted or not
   * @return whether it found half as many or more; if not, few are accepted near the query
   */
  static boolean throughAll(
      HnswGraph graph,
      QueryScorer scorer,
      NodeFilter filter,
      SearchScratch scratch,
      int ef,
      int poolSize,
      long nearest,
      long entry) {
    CandidatePool pool = scratch.pool;
    pool.clear(poolSize);
    GraphWalk.seedPool(scratch, nearest);
    GraphWalk.seedPool(scratch, entry);
    VisitedSet visited = scratch.visited;
    boolean changes = graph.changes();
    int[] beam = scratch.beam;
    int[] neighbours = scratch.neighbours;
    float[] distances = scratch.distances;
    int accepted = 0;
    int lookAt = ef;
    boolean enough = false;
    while (!enough) {
      int width = 0;
      while (width < EXPANDED_TOGETHER && accepted < lookAt) {
        int node = pool.expandNext();
        if (node < 0) {
          break;
        }
        beam[OwnLines.INTS + width++] = node;
        accepted += filter.accepts(node) ? 1 : 0;
      }
      if (width == 0 && accepted < lookAt) {
        break;
      }
      if (width > 1) {
        graph.touch(beam, OwnLines.INTS, OwnLines.INTS + width);
      }
      int count = 0;
      for (int i = 0; i < width; i++) {
        int end = graph.links(0, beam[OwnLines.INTS + i], neighbours, count);
        count = visited.addAll(neighbours, count, end, changes);
      }
      scratch.nodeCount += width;
      if (!scratch.spend(count)) {
        break;
      }
      scorer.distances(neighbours, count, distances);
      pool.addAll(distances, neighbours, count);
      if (accepted >= lookAt) {
        // Nodes expanded early may have turned out to be far, and closer ones not to be expanded.
        int closest = pool.countExpanded(filter);
        enough = closest >= ef;
        lookAt = accepted + ef - closest;
      }
    }
    pool.retain(filter);
    return enough || pool.size() >= ef / 2;
  }

  /**
   * Compares accepted nodes only and reaches over rejected ones: a rejected neighbour is replaced
   * by its own neighbours (ACORN-1: Patel and others, "ACORN: Performant and Predicate-Agnostic
   * Search Over Vector Embeddings and Structured Data", 2024, section 5.3). Departing from it, the
   * walk begins at some accepted nodes anywhere as well, and so finds what is accepted far from the
   * query.
   *
   * @param costMax the walk gives up when it has cost more, in distances of an exact scan
   * @return whether it ended by itself
   */
  static boolean overRejected(
      HnswGraph graph,
      QueryScorer scorer,
      NodeFilter filter,
      SearchScratch scratch,
      int ef,
      FilterPlan.Costs costs,
      double costMax,
      long nearest,
      long entry) {
    CandidatePool pool = scratch.pool;
    pool.clear(ef);
    if (!start(graph, scorer, filter, scratch, nearest)
        || !start(graph, scorer, filter, scratch, entry)
        || !compare(scorer, scratch, gatherSeeds(filter, scratch, graph.size()))) {
      return true;
    }
    for (int node = pool.expandNext(); node >= 0; node = pool.expandNext()) {
      if (!compare(scorer, scratch, gather(graph, filter, scratch, node))) {
        return true;
      }
      if (costs.of((double) scratch.distanceCount, (double) scratch.nodeCount) > costMax) {
        return false;
      }
    }
    return true;
  }

  /** A start that isn't accepted is replaced by what can be reached over it. */
  private static boolean start(
      HnswGraph graph, QueryScorer scorer, NodeFilter filter, SearchScratch scratch, long at) {
    int node = Scored.ordinal(at);
    if (filter.accepts(node)) {
      GraphWalk.seedPool(scratch, at);
      return true;
    }
    return !scratch.visited.add(node)
        || compare(scorer, scratch, gather(graph, filter, scratch, node));
  }

  /** Adds the batch to the pool; false when the visit limit forbids it. */
  private static boolean compare(QueryScorer scorer, SearchScratch scratch, int count) {
    if (!scratch.spend(count)) {
      return false;
    }
    int[] batch = scratch.batch;
    float[] distances = scratch.distances;
    scorer.distances(batch, count, distances);
    scratch.pool.addAll(distances, batch, count);
    return true;
  }

  /** Accepted nodes from everywhere into the batch, evenly spread as far as the filter lets. */
  private static int gatherSeeds(NodeFilter filter, SearchScratch scratch, int size) {
    int count = 0;
    int next = 0;
    for (int i = 0; i < SEEDS; i++) {
      int from = Math.max(next, (int) ((long) i * size / SEEDS));
      next = filter.nextAccepted(from, size);
      if (next >= size) {
        break;
      }
      if (scratch.visited.add(next)) {
        scratch.batch[count++] = next;
      }
      next++;
    }
    return count;
  }

  /**
   * Unseen accepted nodes one hop away, and two hops over rejected ones, into the batch. While
   * these are too few, as under filters that accept hardly any, it goes on over more rejected ones,
   * up to the room in {@code scratch.queue}.
   */
  private static int gather(HnswGraph graph, NodeFilter filter, SearchScratch scratch, int node) {
    VisitedSet visited = scratch.visited;
    int[] batch = scratch.batch;
    int[] queue = scratch.queue;
    int[] list = scratch.neighbours;
    int listCount = graph.links(0, node, list, 0);
    scratch.nodeCount++;
    int count = 0;
    int queued = 0;
    for (int i = 0; i < listCount; i++) {
      if (!filter.accepts(list[i])) {
        // Seen marks on rejected nodes say: its neighbours have been looked at.
        if (!visited.contains(list[i])) {
          queue[queued++] = list[i];
        }
      } else if (visited.add(list[i])) {
        batch[count++] = list[i];
      }
    }
    int firstHops = queued;
    int enough = graph.neighbourCountMax(0);
    int touched = 0;
    for (int i = 0; i < queued; i++) {
      if (i == firstHops) {
        enough /= 2;
      }
      if (count >= enough) {
        break;
      }
      if (i == touched) {
        touched = Math.min(queued, i + TOUCHED_TOGETHER);
        graph.touch(queue, i, touched);
      }
      if (!visited.add(queue[i])) {
        continue;
      }
      listCount = graph.links(0, queue[i], list, 0);
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
}
