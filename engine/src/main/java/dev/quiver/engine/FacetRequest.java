package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import org.jspecify.annotations.Nullable;

/**
 * Which values points have at a payload path, and how many have each.
 *
 * @param key a path with an index of type keyword, integer (with lookup), bool or uuid
 * @param filter the points that count; null for all
 * @param limit values, 1 or more
 */
public record FacetRequest(String key, @Nullable Filter filter, int limit) {}
