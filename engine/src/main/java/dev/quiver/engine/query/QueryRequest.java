package dev.quiver.engine.query;

import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.VectorSelection;
import java.util.function.UnaryOperator;

/**
 * A query and what to return of its points. Points that the tree names as examples are left out of
 * the results, unless their vectors are looked up in another collection.
 *
 * @param offset ranked points to leave out first, 0 or more; together with the root's limit at most
 *     {@link Integer#MAX_VALUE} - 1
 */
public record QueryRequest(
    QueryStage root, int offset, PayloadSelection payload, VectorSelection vectors) {

  /** Results that are ranked: {@code limit + offset}. */
  public int ranked() {
    return root.limit() + offset;
  }

  /** The same request with every vector input replaced. */
  public QueryRequest map(UnaryOperator<VectorInput> change) {
    return new QueryRequest(root.map(change), offset, payload, vectors);
  }
}
