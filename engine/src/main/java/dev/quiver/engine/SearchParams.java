package dev.quiver.engine;

import org.jspecify.annotations.Nullable;

/**
 * How to search.
 *
 * @param hnswEf candidates kept by the walk; null: the default, chosen for recall
 * @param exact compare with every point
 * @param indexedOnly leave out segments without a graph
 * @param oversampling of quantized candidates; without an effect, since vectors are compared in
 *     full precision, but strict mode may limit it
 */
public record SearchParams(
    @Nullable Integer hnswEf, boolean exact, boolean indexedOnly, @Nullable Double oversampling) {
  public static final SearchParams DEFAULT = new SearchParams(null, false, false);

  public SearchParams(@Nullable Integer hnswEf, boolean exact, boolean indexedOnly) {
    this(hnswEf, exact, indexedOnly, null);
  }
}
