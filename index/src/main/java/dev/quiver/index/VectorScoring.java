package dev.quiver.index;

/**
 * What a graph is built over and searched with: a number of vectors and a way to compare them.
 * {@link VectorStore#scoring} gives the full-precision one. Thread-safe; the scorers are not.
 */
public interface VectorScoring {
  /** Number of vectors; may grow while rows are appended to the store behind. */
  int size();

  /** Length of queries. */
  int dimension();

  /** The distance that scorers compute. */
  Distance distance();

  /**
   * A scorer for one query. The query is copied if it must be changed; callers must not change it
   * while they use the scorer.
   *
   * @throws IllegalArgumentException if the query's length isn't the dimension
   */
  QueryScorer queryScorer(float[] query);

  /** A scorer between rows, for building; holds one row's scratch memory on the heap. */
  OrdinalScorer ordinalScorer();
}
