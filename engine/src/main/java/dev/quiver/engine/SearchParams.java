package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import org.jspecify.annotations.Nullable;

/**
 * How to search.
 *
 * @param hnswEf candidates kept by the walk; null: the default, chosen for recall
 * @param exact compare with every point
 * @param indexedOnly leave out segments without a graph
 * @param quantization how codes are used
 * @param idfCorpus the points by which the rareness of a sparse query's indices is judged, where it
 *     is; null: all
 */
public record SearchParams(
    @Nullable Integer hnswEf,
    boolean exact,
    boolean indexedOnly,
    Quantization quantization,
    @Nullable Filter idfCorpus) {
  public static final SearchParams DEFAULT = new SearchParams(null, false, false);

  /**
   * What a search does with the codes that graphs are walked by.
   *
   * @param ignore walk by the vectors themselves
   * @param rescore whether to rank what is found by the vectors; null: yes
   * @param oversampling how many times as many candidates as results are ranked again, at least 1;
   *     null: as many as the codes' measured error asks for
   */
  public record Quantization(
      boolean ignore, @Nullable Boolean rescore, @Nullable Double oversampling) {
    public static final Quantization DEFAULT = new Quantization(false, null, null);
  }

  public SearchParams(@Nullable Integer hnswEf, boolean exact, boolean indexedOnly) {
    this(hnswEf, exact, indexedOnly, Quantization.DEFAULT);
  }

  public SearchParams(
      @Nullable Integer hnswEf, boolean exact, boolean indexedOnly, Quantization quantization) {
    this(hnswEf, exact, indexedOnly, quantization, null);
  }

  /** See {@link Quantization}; strict mode may limit it. */
  @Nullable Double oversampling() {
    return quantization.oversampling();
  }
}
