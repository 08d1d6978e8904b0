package dev.quiver.engine;

import org.jspecify.annotations.Nullable;

/**
 * How to search.
 *
 * @param hnswEf candidates kept by the walk; null: the default, chosen for recall
 * @param exact compare with every point
 * @param indexedOnly leave out segments without a graph
 */
public record SearchParams(@Nullable Integer hnswEf, boolean exact, boolean indexedOnly) {
  public static final SearchParams DEFAULT = new SearchParams(null, false, false);
}
