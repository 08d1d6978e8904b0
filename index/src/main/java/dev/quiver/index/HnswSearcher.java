package dev.quiver.index;

import org.jspecify.annotations.Nullable;

/**
 * Searches a graph, with or without a filter. Returns k results whenever k ordinals match.
 *
 * <p>Under a filter the way is chosen by the number of accepted ordinals: as the filter tells it,
 * or measured on a sample of ordinals. Few: all of them are compared. Most: a walk through all
 * nodes. Between: a walk that compares accepted nodes only. A walk that becomes dearer than
 * comparing all accepted ones, or that ends with fewer than k, is followed by an exact scan.
 */
public final class HnswSearcher {
  /** A filter that doesn't know its cardinality is asked about this many ordinals. */
  private static final int SAMPLE = 1024;

  /** From this accepted share on, a walk through all nodes is cheaper and finds as much. */
  private static final double THROUGH_ALL_SHARE = 0.6;

  /**
   * What a filtered walk costs for each of its {@code ef} results, in distances of an exact scan:
   * some 18 distances and a few reads of neighbours, each at a random place, where the scan's
   * distances follow each other in memory.
   */
  private static final double WALK_COST_PER_RESULT = 60;

  /** On top, divided by the accepted share: the rejected nodes that the walk reaches over. */
  private static final double REACH_COST_PER_RESULT = 10;

  /** What a walk by codes costs of one by vectors. */
  private static final double CODED_COST = 0.4;

  private HnswSearcher() {}

  /**
   * The closest vectors to {@code query}.
   *
   * @param scoring of the vectors that the graph was built over, same ordinals
   * @param filter null accepts all
   * @throws IllegalArgumentException if the query's length isn't the dimension
   */
  public static SearchResult search(
      HnswGraph graph,
      VectorScoring scoring,
      float[] query,
      SearchRequest request,
      @Nullable OrdinalFilter filter,
      SearchScratch scratch) {
    return search(graph, scratch.exactScorer(scoring, query), request, filter, scratch);
  }

  /** As above, for a scorer that was made already. */
  public static SearchResult search(
      HnswGraph graph,
      QueryScorer scorer,
      SearchRequest request,
      @Nullable OrdinalFilter filter,
      SearchScratch scratch) {
    return search(graph, scorer, scorer, null, request, filter, scratch);
  }

  /**
   * The closest vectors to {@code query}, found by codes and ranked by the vectors themselves.
   * Where few ordinals are accepted, these are compared exactly.
   *
   * @param codes of the vectors that the graph was built over, same ordinals
   * @param exact scoring of the same vectors in full
   * @throws IllegalArgumentException if the query's length isn't the dimension
   */
  public static SearchResult search(
      HnswGraph graph,
      CodedVectors codes,
      VectorScoring exact,
      float[] query,
      SearchRequest request,
      @Nullable OrdinalFilter filter,
      SearchScratch scratch) {
    CodedScorer coded = scratch.codedScorer(codes);
    coded.prepare(query);
    return search(graph, coded, scratch.exactScorer(exact, query), coded, request, filter, scratch);
  }

  private static SearchResult search(
      HnswGraph graph,
      QueryScorer scorer,
      QueryScorer exact,
      @Nullable CodedScorer coded,
      SearchRequest request,
      @Nullable OrdinalFilter filter,
      SearchScratch scratch) {
    int size = graph.size();
    scratch.reset(size, graph.neighbourCountMax(0), request.visitLimit());
    int ef = Math.min(request.effectiveEf(), size);
    int accepted = filter == null ? size : measure(filter, size);
    SearchStrategy strategy = choose(filter, size, accepted, ef, coded != null);
    int k = request.k();
    boolean completed =
        strategy != SearchStrategy.EXACT
            && !walked(
                graph, scorer, filter, scratch, strategy, ef, accepted, Math.min(k, accepted));
    long walkDistances = scratch.distanceCount;
    if (completed || strategy == SearchStrategy.EXACT) {
      ExactSearch.scan(exact, size, k, filter, scratch);
      scratch.results.drainComplements(scratch.pool);
    } else if (coded != null) {
      Reranking.rank(scratch, coded, exact, k, request.rerank());
    }
    return scratch.takeResults(
        k,
        new SearchStats(
            strategy,
            scratch.distanceCount,
            scratch.rerankCount,
            scratch.nodeCount,
            accepted,
            completed,
            scratch.limitReached,
            bytesTouched(graph, scorer, exact, scratch, walkDistances)));
  }

  private static long bytesTouched(
      HnswGraph graph,
      QueryScorer scorer,
      QueryScorer exact,
      SearchScratch scratch,
      long walkDistances) {
    long baseNodes = scratch.nodeCount - scratch.upperNodeCount;
    long exactDistances = scratch.distanceCount - walkDistances + scratch.rerankCount;
    return walkDistances * scorer.bytesPerDistance()
        + exactDistances * exact.bytesPerDistance()
        + baseNodes * Integer.BYTES * HnswGraph.baseSlots(graph.m())
        + scratch.upperNodeCount * Integer.BYTES * HnswGraph.upperSlots(graph.m());
  }

  /**
   * Walks and leaves what was found in {@code scratch.pool}, closest first.
   *
   * @return false if an exact scan is to be made instead: the walk became too dear or found too few
   */
  private static boolean walked(
      HnswGraph graph,
      QueryScorer scorer,
      @Nullable OrdinalFilter filter,
      SearchScratch scratch,
      SearchStrategy strategy,
      int ef,
      int accepted,
      int wanted) {
    scratch.pool.clear(ef);
    boolean ended = walk(graph, graph.entry(), scorer, filter, scratch, strategy, ef, accepted);
    if (filter != null) {
      scratch.results.drainComplements(scratch.pool);
    }
    return scratch.limitReached || (ended && scratch.pool.size() >= wanted);
  }

  /**
   * What a filtered walk is expected to cost, in distances of an exact scan. Where no more ordinals
   * are accepted than that, they are scanned.
   *
   * @param ef candidates that the walk keeps
   * @param coded whether it goes by codes
   */
  public static double filteredWalkCost(int size, int accepted, int ef, boolean coded) {
    double reach = REACH_COST_PER_RESULT * size / Math.max(1, accepted);
    return ef * (WALK_COST_PER_RESULT + reach) * (coded ? CODED_COST : 1);
  }

  private static SearchStrategy choose(
      @Nullable OrdinalFilter filter, int size, int accepted, int ef, boolean coded) {
    if (size <= ef) {
      // The walk would visit every node.
      return SearchStrategy.EXACT;
    }
    if (filter == null) {
      return SearchStrategy.WALK;
    }
    if (accepted <= filteredWalkCost(size, accepted, ef, coded)) {
      return SearchStrategy.EXACT;
    }
    return accepted >= THROUGH_ALL_SHARE * size
        ? SearchStrategy.WALK
        : SearchStrategy.FILTERED_WALK;
  }

  private static boolean walk(
      HnswGraph graph,
      long entry,
      QueryScorer scorer,
      @Nullable OrdinalFilter filter,
      SearchScratch scratch,
      SearchStrategy strategy,
      int ef,
      int accepted) {
    long start = GraphWalk.descend(graph, entry, scorer, scratch, 0);
    if (scratch.limitReached) {
      return true;
    }
    if (filter == null) {
      walkAll(graph, entry, start, scorer, scratch);
      return true;
    }
    GraphWalk.seed(scratch, start);
    // Every node can be reached from the entry point, but not from every other.
    int entryOrdinal = HnswGraph.entryOrdinal(entry);
    if (entryOrdinal != Scored.ordinal(start) && scratch.spend(1)) {
      GraphWalk.seed(scratch, Scored.of(scorer.distance(entryOrdinal), entryOrdinal));
    }
    dropRejected(filter, scratch);
    if (strategy == SearchStrategy.WALK) {
      FilteredWalk.throughAll(graph, scorer, filter, scratch, ef);
      return true;
    }
    scratch.bridged.clear(graph.size());
    return FilteredWalk.overRejected(graph, scorer, filter, scratch, ef, accepted);
  }

  private static void walkAll(
      HnswGraph graph, long entry, long start, QueryScorer scorer, SearchScratch scratch) {
    GraphWalk.seedPool(scratch, start);
    // Every node can be reached from the entry point, but not from every other.
    int entryOrdinal = HnswGraph.entryOrdinal(entry);
    if (entryOrdinal != Scored.ordinal(start) && scratch.spend(1)) {
      GraphWalk.seedPool(scratch, Scored.of(scorer.distance(entryOrdinal), entryOrdinal));
    }
    GraphWalk.searchLevel(graph, 0, scorer, scratch);
  }

  /** The seeds are places to start from, but results only if the filter accepts them. */
  private static void dropRejected(OrdinalFilter filter, SearchScratch scratch) {
    LongHeap results = scratch.results;
    long first = results.pop();
    long second = results.size() > 0 ? results.pop() : first;
    results.clear();
    if (filter.accepts(Scored.ordinal(~first))) {
      results.push(first);
    }
    if (second != first && filter.accepts(Scored.ordinal(~second))) {
      results.push(second);
    }
  }

  /** Accepted ordinals below {@code size}, from the filter or from a sample. */
  private static int measure(OrdinalFilter filter, int size) {
    int known = filter.cardinality();
    if (known != OrdinalFilter.UNKNOWN) {
      return Math.min(known, size);
    }
    if (size <= SAMPLE) {
      int count = 0;
      for (int ordinal = 0; ordinal < size; ordinal++) {
        count += filter.accepts(ordinal) ? 1 : 0;
      }
      return count;
    }
    int hits = 0;
    // Weyl's sequence: evenly spread, the same each time, never in step with a periodic filter.
    long position = 0;
    for (int i = 0; i < SAMPLE; i++) {
      position += 0x9e3779b97f4a7c15L;
      int ordinal = (int) Math.multiplyHigh(position >>> 1, 2L * size);
      hits += filter.accepts(ordinal) ? 1 : 0;
    }
    return (int) ((long) hits * size / SAMPLE);
  }
}
