package dev.quiver.index;

/**
 * What is known about the lengths of the rows in a store. It matters to {@link Distance#COSINE}
 * only.
 */
public enum RowNorms {
  /** Nothing is known: cosine divides by each row's length, which it computes on the way. */
  ANY,
  /**
   * Every row was brought to length 1 before it was stored ({@link UnitVectors#normalise}): cosine
   * is a plain dot product.
   */
  UNIT
}
