package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.query.QueryStage;
import dev.quiver.engine.query.VectorInput;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A search for the points nearest to a vector.
 *
 * @param using the vector's name; {@code ""} is the default vector
 * @param scoreThreshold strict: only better scores are returned
 */
public record SearchRequest(
    String using,
    VectorValue vector,
    @Nullable Filter filter,
    SearchParams params,
    int limit,
    int offset,
    @Nullable Float scoreThreshold,
    PayloadSelection payload,
    VectorSelection vectors) {

  /** The same as a query. */
  QueryRequest query() {
    VectorInput to = VectorInput.of(vector);
    QueryStage root =
        new QueryStage(
            List.of(), new Query.Nearest(to), using, filter, params, scoreThreshold, limit, null);
    return new QueryRequest(root, offset, payload, vectors);
  }
}
