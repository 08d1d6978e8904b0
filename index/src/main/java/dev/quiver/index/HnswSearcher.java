package dev.quiver.index;

import org.jspecify.annotations.Nullable;

/**
 * Searches a graph, with or without a filter. Returns k results whenever k ordinals match.
 *
 * <p>Under a filter the way is chosen by what each costs for the same recall, from the number of
 * accepted ordinals, as the filter tells it or measured on a sample, and from how many are accepted
 * near the query. Few: all of them are compared. Else: a walk through all nodes, or, where it would
 * pass too many that are rejected, one that compares accepted nodes only. The latter, when it
 * becomes dearer than comparing all accepted ones, and any walk that ends with fewer than k are
 * followed by an exact scan.
 */
public final class HnswSearcher {
  /**
   * Where rows lie so close together that their codes' errors decide which seems closest, a walk
   * goes on at least by so many standard deviations of them.
   */
  private static final float MARGIN_DEVIATIONS = 1.5f;

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
    NodeMap map = graph.map();
    QueryScorer byNode = map == null ? scorer : map.byNode(scorer);
    return search(graph, byNode, scorer, null, request, filter, scratch);
  }

  /**
   * The closest vectors to {@code query}, found by codes and ranked by the vectors themselves.
   * Where few ordinals are accepted, these are compared exactly.
   *
   * @param codes of the vectors that the graph was built over, in the order of its nodes
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

  /**
   * @param scorer of nodes, by codes or vectors
   * @param exact of ordinals
   * @param filter over ordinals
   */
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
    if (filter != null) {
      return new FilteredSearch(graph, scorer, exact, coded, request, filter, scratch).search();
    }
    int k = request.k();
    int ef = Math.min(request.effectiveEf(), size);
    // With so few nodes a walk would visit every one.
    SearchStrategy strategy = size <= ef ? SearchStrategy.EXACT : SearchStrategy.WALK;
    boolean completed =
        strategy == SearchStrategy.WALK && !walked(graph, scorer, coded, request, ef, scratch);
    long walkDistances = scratch.distanceCount;
    if (completed || strategy == SearchStrategy.EXACT) {
      ExactSearch.scan(exact, size, k, null, null, scratch);
      scratch.results.drainComplements(scratch.pool);
    } else if (coded != null) {
      Reranking.rank(scratch, coded, exact, graph.map(), k, request.rerank());
    } else if (graph.map() != null) {
      scratch.pool.toOrdinals(graph.map());
    }
    return scratch.takeResults(
        k,
        new SearchStats(
            strategy,
            scratch.distanceCount,
            scratch.rerankCount,
            scratch.nodeCount,
            size,
            completed,
            scratch.limitReached,
            bytesTouched(graph, scorer, exact, scratch, walkDistances)));
  }

  /**
   * What a filtered walk is expected to cost, in distances of a scan of what is accepted, when that
   * lies anywhere. Where no more ordinals are accepted, they are scanned.
   *
   * @param k results wanted
   * @param ef candidates that the walk keeps
   * @param coded whether it goes by codes
   */
  public static double filteredWalkCost(int size, int accepted, int k, int ef, boolean coded) {
    return FilterPlan.walkCost(
        k,
        ef,
        Math.max(1, accepted) / (double) size,
        coded ? FilterPlan.Costs.CODES : FilterPlan.Costs.VECTORS);
  }

  /**
   * Bytes that a search read.
   *
   * @param walkDistances distances by {@code scorer}; the others were by {@code exact}
   */
  static long bytesTouched(
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
   * @return false if it found too few
   */
  private static boolean walked(
      HnswGraph graph,
      QueryScorer scorer,
      @Nullable CodedScorer coded,
      SearchRequest request,
      int ef,
      SearchScratch scratch) {
    clearPool(graph, coded, request, ef, scratch.pool);
    long entry = graph.entry();
    long start = GraphWalk.descend(graph, entry, scorer, scratch, 0);
    if (scratch.limitReached) {
      return true;
    }
    GraphWalk.seedPool(scratch, start);
    // Every node can be reached from the entry point, but not from every other.
    int entryNode = HnswGraph.entryNode(entry);
    if (entryNode != Scored.ordinal(start) && scratch.spend(1)) {
      GraphWalk.seedPool(scratch, Scored.of(scorer.distance(entryNode), entryNode));
    }
    GraphWalk.searchLevel(graph, 0, scorer, scratch);
    return scratch.limitReached || scratch.pool.size() >= Math.min(request.k(), graph.size());
  }

  private static void clearPool(
      HnswGraph graph,
      @Nullable CodedScorer coded,
      SearchRequest request,
      int ef,
      CandidatePool pool) {
    DistanceGrowth growth = graph.growth();
    int rank = Math.max(request.k(), request.rerank());
    // Codes of one bit tell so little that the ranking needs all the candidates it was promised.
    boolean tellEnough = coded == null || coded.leastLikelyAscends();
    if (!request.adaptive() || !growth.known() || !tellEnough || ef <= rank) {
      pool.clear(ef);
      return;
    }
    int capacity = (int) Math.min((long) DistanceGrowth.CAPACITY * ef, graph.size());
    int entryNode = HnswGraph.entryNode(graph.entry());
    float margin = coded == null ? 0 : coded.typicalError(MARGIN_DEVIATIONS, entryNode);
    pool.clear(capacity, rank, growth.base(), growth.factor(rank, ef), margin);
  }
}
