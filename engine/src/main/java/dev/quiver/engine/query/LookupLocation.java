package dev.quiver.engine.query;

import org.jspecify.annotations.Nullable;

/**
 * Where the vectors of referenced points are.
 *
 * @param vector the vector's name there; null: as in the stage
 */
public record LookupLocation(String collection, @Nullable String vector) {}
