package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
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
    VectorSelection vectors) {}
