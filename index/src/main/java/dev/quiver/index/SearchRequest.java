package dev.quiver.index;

/**
 * What a search asks for.
 *
 * @param k how many results, at least 1
 * @param efSearch candidates that the walk keeps: more finds more and costs more. Values below
 *     {@code k} count as {@code k}
 * @param visitLimit the search stops after this many distances and says so; what it has found until
 *     then it returns
 */
public record SearchRequest(int k, int efSearch, long visitLimit) {
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
  }

  /** The {@code k} closest with default effort. */
  public static SearchRequest of(int k) {
    return new SearchRequest(k, Math.max(k, EF_SEARCH_DEFAULT), Long.MAX_VALUE);
  }

  public SearchRequest withEfSearch(int newEfSearch) {
    return new SearchRequest(k, newEfSearch, visitLimit);
  }

  public SearchRequest withVisitLimit(long newVisitLimit) {
    return new SearchRequest(k, efSearch, newVisitLimit);
  }

  int effectiveEf() {
    return Math.max(k, efSearch);
  }
}
