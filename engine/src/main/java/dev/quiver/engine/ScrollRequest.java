package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import org.jspecify.annotations.Nullable;

/**
 * A page of points in id order, or in the order of a payload value.
 *
 * @param offset the first id of the page, inclusive; must be null with {@code orderBy}
 */
public record ScrollRequest(
    @Nullable PointId offset,
    int limit,
    @Nullable Filter filter,
    @Nullable OrderBy orderBy,
    PayloadSelection payload,
    VectorSelection vectors) {}
