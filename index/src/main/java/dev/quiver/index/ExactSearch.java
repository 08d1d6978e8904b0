package dev.quiver.index;

import org.jspecify.annotations.Nullable;

/**
 * Compares the query with every ordinal that a filter accepts: always right, O(accepted). For small
 * sets and on request.
 */
public final class ExactSearch {
  private static final int BATCH = 64;

  private ExactSearch() {}

  /**
   * The {@code k} closest of the accepted ordinals below {@code scoring.size()}.
   *
   * @param filter null accepts all
   */
  public static SearchResult search(
      VectorScoring scoring,
      float[] query,
      int k,
      @Nullable OrdinalFilter filter,
      SearchScratch scratch) {
    QueryScorer scorer = scratch.exactScorer(scoring, query);
    return search(scorer, scoring.size(), SearchRequest.of(k), filter, scratch);
  }

  /** As above, with the scorer, the number of ordinals and a visit limit given. */
  public static SearchResult search(
      QueryScorer scorer,
      int size,
      SearchRequest request,
      @Nullable OrdinalFilter filter,
      SearchScratch scratch) {
    scratch.reset(0, 0, request.visitLimit());
    scan(scorer, size, request.k(), filter, null, scratch);
    scratch.results.drainComplements(scratch.pool);
    int accepted = filter == null ? size : (int) scratch.distanceCount;
    return scratch.takeResults(
        request.k(),
        new SearchStats(
            SearchStrategy.EXACT,
            scratch.distanceCount,
            0,
            0,
            accepted,
            false,
            scratch.limitReached,
            scratch.distanceCount * scorer.bytesPerDistance()));
  }

  /**
   * Leaves the {@code k} closest in {@code scratch.results}.
   *
   * @param map where the scorer is one of nodes, but the filter one of ordinals; then the results
   *     are nodes
   */
  static void scan(
      QueryScorer scorer,
      int size,
      int k,
      @Nullable OrdinalFilter filter,
      @Nullable NodeMap map,
      SearchScratch scratch) {
    LongHeap results = scratch.results;
    results.clear();
    int[] batch = scratch.batch;
    float[] distances = scratch.distances;
    int next = 0;
    while (next < size) {
      int count = 0;
      while (count < BATCH && next < size) {
        int ordinal = filter == null ? next : filter.nextAccepted(next, size);
        if (ordinal >= size) {
          next = size;
          break;
        }
        batch[count++] = map == null ? ordinal : map.node(ordinal);
        next = ordinal + 1;
      }
      if (!scratch.spend(count)) {
        return;
      }
      scorer.distances(batch, count, distances);
      for (int i = 0; i < count; i++) {
        long scored = Scored.of(distances[i], batch[i]);
        if (results.size() < k) {
          results.push(~scored);
        } else if (scored < ~results.top()) {
          results.replaceTop(~scored);
        }
      }
    }
  }
}
