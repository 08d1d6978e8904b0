package dev.quiver.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A hit.
 *
 * @param version the operation id (log offset) that last wrote the point
 * @param score cosine similarity or dot product (larger is better), Euclidean or Manhattan distance
 *     (smaller is better)
 */
public record ScoredPoint(
    PointId id,
    long version,
    float score,
    @Nullable Payload payload,
    @Nullable Map<String, VectorValue> vectors,
    @Nullable Number orderValue) {}
