package dev.quiver.index;

/**
 * What a search asks for.
 *
 * @param k how many results, at least 1
 * @param efSearch candidates that the walk keeps: more finds more and costs more. Values below
 *     {@code k} count as {@code k}. Under a filter a walk keeps fewer accepted ones, as many as it
 *     needs to find what this finds without a filter
 * @param visitLimit the search stops after this many distances and says so; what it has found until
 *     then it returns
 * @param rerank of a walk by codes, how many of its closest are ranked again by their vectors: at
 *     least {@code k}, or {@link #RERANK_MEASURED}, or {@link #RERANK_NONE}. Without codes it has
 *     no meaning
 * @param adaptive whether a walk without a filter ends by the query instead of after {@code
 *     efSearch} candidates: at the radius that holds so many around the average vector. Easy
 *     queries end earlier, hard ones keep up to four times as many. No meaning for DOT and for
 *     graphs of before this was measured
 */
public record SearchRequest(int k, int efSearch, long visitLimit, int rerank, boolean adaptive) {
  /** As many as the codes' measured error makes likely to be needed. */
  public static final int RERANK_MEASURED = -1;

  /** None: ordinals and distances are those of the codes. */
  public static final int RERANK_NONE = 0;

  /** Default of {@code efSearch}: see the module's measurements of recall. */
  public static final int EF_SEARCH_DEFAULT = 128;

  public SearchRequest {
    if (k < 1) {
      throw new IllegalArgumentException("k: " + k + " (expected: >= 1)");
    }
    if (efSearch < 1) {
      throw new IllegalArgumentException("efSearch: " + efSearch + " (expected: >= 1)");
    }
    if (visitLimit < 1) {
      throw new IllegalArgumentException("visitLimit: " + visitLimit + " (expected: >= 1)");
    }
    if (rerank < RERANK_MEASURED) {
      throw new IllegalArgumentException(
          "rerank: " + rerank + " (expected: a number of candidates, 0 or -1)");
    }
  }

  /** Ends by the query. */
  public SearchRequest(int k, int efSearch, long visitLimit, int rerank) {
    this(k, efSearch, visitLimit, rerank, true);
  }

  /** Ends by the query, and ranks as many as is measured to be needed. */
  public SearchRequest(int k, int efSearch, long visitLimit) {
    this(k, efSearch, visitLimit, RERANK_MEASURED);
  }

  /** The {@code k} closest with default effort. */
  public static SearchRequest of(int k) {
    return new SearchRequest(k, Math.max(k, EF_SEARCH_DEFAULT), Long.MAX_VALUE);
  }

  public SearchRequest withEfSearch(int newEfSearch) {
    return new SearchRequest(k, newEfSearch, visitLimit, rerank, adaptive);
  }

  public SearchRequest withVisitLimit(long newVisitLimit) {
    return new SearchRequest(k, efSearch, newVisitLimit, rerank, adaptive);
  }

  public SearchRequest withRerank(int newRerank) {
    return new SearchRequest(k, efSearch, visitLimit, newRerank, adaptive);
  }

  public SearchRequest withAdaptive(boolean newAdaptive) {
    return new SearchRequest(k, efSearch, visitLimit, rerank, newAdaptive);
  }

  int effectiveEf() {
    return Math.max(Math.max(k, efSearch), rerank);
  }
}
