package dev.quiver.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stored point as it is returned.
 *
 * @param payload null when none was asked for
 * @param vectors null when none were asked for
 * @param orderValue the value that it was ordered by, a {@code Long} or {@code Double}, or null
 */
public record PointRecord(
    PointId id,
    @Nullable Payload payload,
    @Nullable Map<String, VectorValue> vectors,
    @Nullable Number orderValue) {}
