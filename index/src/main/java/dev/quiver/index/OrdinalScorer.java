package dev.quiver.index;

/**
 * A {@link QueryScorer} whose query is a row of the same store and can be changed, for building: no
 * allocation per row compared.
 */
public interface OrdinalScorer extends QueryScorer {
  /** Makes the given row the query of the distances that follow. */
  void select(int ordinal);
}
