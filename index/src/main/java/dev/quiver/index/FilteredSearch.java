package dev.quiver.index;

import org.jspecify.annotations.Nullable;

/**
 * A search of a graph under a filter, in the cheapest way ({@link FilterPlan}), which depends on
 * how much the filter accepts and on how much of that is near the query. A walk that finds too few,
 * or becomes dearer than comparing all that is accepted, is followed by the exact scan.
 *
 * <p>The scan compares codes, if there are any, and its closest are ranked by the vectors, like
 * those of a walk.
 */
final class FilteredSearch {
  /** So few are compared by their vectors at once: most of them would be ranked by these anyway. */
  private static final int VECTORS_MAX = 32;

  /** Of a scan by codes, what is kept for each result: some of it is ranked by the vectors. */
  private static final int KEPT_PER_RESULT = 4;

  private static final int KEPT_MORE = 24;

  /**
   * A scan of nodes reads codes in their order, but has to find out which nodes are accepted. Where
   * fewer than one in so many is, it goes from ordinal to ordinal.
   */
  private static final int NODES_PER_ACCEPTED = 24;

  /** Neighbours of the node nearest to the query whose neighbours the filter is asked about. */
  private static final int NEIGHBOURS_ASKED = 8;

  private final HnswGraph graph;
  private final QueryScorer scorer;
  private final QueryScorer exact;
  private final @Nullable CodedScorer coded;
  private final SearchRequest request;
  private final NodeFilter filter;
  private final SearchScratch scratch;
  private final int ef;
  private final FilterPlan.Costs costs;

  /**
   * @param scorer of nodes
   * @param exact of ordinals
   * @param filter over ordinals
   */
  FilteredSearch(
      HnswGraph graph,
      QueryScorer scorer,
      QueryScorer exact,
      @Nullable CodedScorer coded,
      SearchRequest request,
      OrdinalFilter filter,
      SearchScratch scratch) {
    this.graph = graph;
    this.scorer = scorer;
    this.exact = exact;
    this.coded = coded;
    this.request = request;
    this.filter = new NodeFilter(filter, graph.map());
    this.scratch = scratch;
    this.ef = Math.min(request.effectiveEf(), graph.size());
    this.costs = coded == null ? FilterPlan.Costs.VECTORS : FilterPlan.Costs.CODES;
  }

  /** Searches, with a scratch that has just been reset. */
  SearchResult search() {
    int accepted = FilterPlan.measure(filter.ordinals(), graph.size());
    SearchStrategy strategy = SearchStrategy.EXACT;
    boolean walked = false;
    scratch.pool.clear(ef);
    if (!FilterPlan.scansAtOnce(accepted, graph.size(), ef, costs)) {
      long nearest = GraphWalk.descend(graph, graph.entry(), scorer, scratch, 0);
      long entry = scoredEntry(nearest);
      FilterPlan plan = plan(accepted, Scored.ordinal(nearest));
      strategy = plan.strategy();
      if (scratch.limitReached && filter.accepts(Scored.ordinal(nearest))) {
        scratch.pool.add(nearest);
      }
      walked = scratch.limitReached;
      for (FilterPlan next = plan.next(); next != null && !walked; next = plan.next()) {
        strategy = plan.strategy();
        walked = walk(plan, accepted, nearest, entry);
        plan = next;
        scratch.visited.clear(graph.size());
      }
    }
    long byScorer = scratch.distanceCount;
    CodedScorer ranked = coded;
    if (walked) {
      if (ranked != null) {
        rank(ranked);
      } else if (graph.map() != null) {
        scratch.pool.toOrdinals(graph.map());
      }
    } else if (ranked == null || accepted <= Math.max(VECTORS_MAX, request.k())) {
      scanVectors();
    } else {
      int kept = Math.max(ef, KEPT_PER_RESULT * request.k() + KEPT_MORE);
      scanCodes(accepted, kept);
      byScorer = scratch.distanceCount;
      boolean all = scratch.pool.size() < kept;
      if (!rank(ranked) && !all) {
        // The codes' error is too large to tell which these are.
        scanVectors();
      }
    }
    return scratch.takeResults(
        request.k(),
        new SearchStats(
            strategy,
            scratch.distanceCount,
            scratch.rerankCount,
            scratch.nodeCount,
            accepted,
            !walked && strategy != SearchStrategy.EXACT,
            scratch.limitReached,
            HnswSearcher.bytesTouched(graph, scorer, exact, scratch, byScorer)));
  }

  /** The entry point, from which every node can be reached; the given start if that's enough. */
  private long scoredEntry(long nearest) {
    int entry = HnswGraph.entryNode(graph.entry());
    return entry == Scored.ordinal(nearest) || scratch.limitReached || !scratch.spend(1)
        ? nearest
        : Scored.of(scorer.distance(entry), entry);
  }

  /** Asks the filter about the nodes around the one that a walk would begin at. */
  private FilterPlan plan(int accepted, int nearest) {
    int[] around = scratch.queue;
    int[] list = scratch.neighbours;
    int count = graph.links(0, nearest, around, 0);
    int asked = Math.min(count, NEIGHBOURS_ASKED);
    graph.touch(around, asked);
    int near = 0;
    int nearAccepted = 0;
    for (int i = 0; i < asked; i++) {
      int end = graph.links(0, around[i], list, 0);
      for (int j = 0; j < end; j++) {
        nearAccepted += filter.accepts(list[j]) ? 1 : 0;
      }
      near += end;
    }
    scratch.nodeCount += 1 + asked;
    return FilterPlan.of(accepted, graph.size(), near, nearAccepted, request.k(), ef, costs);
  }

  /** Walks; false if something else is to follow. */
  private boolean walk(FilterPlan plan, int accepted, long nearest, long entry) {
    double spent = costs.of((double) scratch.distanceCount, (double) scratch.nodeCount);
    boolean ended;
    if (plan.strategy() == SearchStrategy.WALK) {
      ended =
          FilteredWalk.throughAll(
              graph, scorer, filter, scratch, plan.ef(), plan.poolSize(), nearest, entry);
    } else {
      filter.collect(scratch, graph.size());
      ended =
          FilteredWalk.overRejected(
              graph,
              scorer,
              filter,
              scratch,
              plan.ef(),
              costs,
              spent + plan.scanCost(),
              nearest,
              entry);
    }
    return scratch.limitReached
        || (ended && scratch.pool.size() >= Math.min(request.k(), accepted));
  }

  /** Compares all vectors that are accepted; leaves the closest ordinals in {@code pool}. */
  private void scanVectors() {
    ExactSearch.scan(exact, graph.size(), request.k(), filter.ordinals(), null, scratch);
    scratch.results.drainComplements(scratch.pool);
  }

  /** Compares the codes of all that is accepted; leaves the closest nodes in {@code pool}. */
  private void scanCodes(int accepted, int kept) {
    int size = graph.size();
    if ((long) accepted * NODES_PER_ACCEPTED >= size) {
      filter.collect(scratch, size);
      ExactSearch.scan(scorer, size, kept, filter, null, scratch);
    } else {
      ExactSearch.scan(scorer, size, kept, filter.ordinals(), graph.map(), scratch);
    }
    scratch.results.drainComplements(scratch.pool);
  }

  /**
   * Ranks what is in {@code scratch.pool} by the vectors.
   *
   * @return whether, by the codes' error, none of the closest is likely to be missing from it
   */
  private boolean rank(CodedScorer ranked) {
    int found = scratch.pool.size();
    long before = scratch.rerankCount;
    Reranking.rank(scratch, ranked, exact, graph.map(), request.k(), request.rerank());
    return request.rerank() != SearchRequest.RERANK_MEASURED
        || scratch.rerankCount - before < found;
  }
}
