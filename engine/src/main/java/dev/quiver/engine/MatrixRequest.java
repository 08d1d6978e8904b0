package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import org.jspecify.annotations.Nullable;

/**
 * The nearest neighbours of randomly chosen points among each other.
 *
 * @param using the vector's name; {@code ""} is the default vector
 * @param filter the points to choose from; null for all
 * @param sample points to choose, 2 or more
 * @param limit neighbours of each, 1 or more
 */
public record MatrixRequest(String using, @Nullable Filter filter, int sample, int limit) {}
