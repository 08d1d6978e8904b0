package dev.quiver.lucene;

import dev.quiver.index.SearchRequest;

/**
 * How hard a search of a segment tries.
 *
 * @param efSearch candidates that the graph walk keeps, raised to the number of results if smaller;
 *     ignored by exact searches
 * @param exact whether to score every accepted vector
 * @param byVectors whether to walk by the vectors themselves, though there are codes
 * @param rerank of a walk by codes, how many candidates are ranked again by their vectors: a
 *     number, {@link SearchRequest#RERANK_MEASURED} or {@link SearchRequest#RERANK_NONE}
 * @param adaptive whether a walk may end sooner or go on longer than {@code efSearch} candidates,
 *     by how many vectors are near the query ({@link SearchRequest#withAdaptive})
 */
public record SearchEffort(
    int efSearch, boolean exact, boolean byVectors, int rerank, boolean adaptive) {
  public SearchEffort {
    if (efSearch < 1) {
      throw new IllegalArgumentException("efSearch: " + efSearch + " (expected: >= 1)");
    }
  }

  /** The default way, with the given number of candidates. */
  public static SearchEffort of(int efSearch) {
    return new SearchEffort(efSearch, false, false, SearchRequest.RERANK_MEASURED, true);
  }

  /** Scores every accepted vector. */
  public static SearchEffort exactly() {
    return new SearchEffort(1, true, false, SearchRequest.RERANK_MEASURED, true);
  }
}
