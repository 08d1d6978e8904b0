package dev.quiver.api;

import dev.quiver.engine.Payload;
import dev.quiver.engine.PointId;
import dev.quiver.engine.query.VectorInput;
import java.util.Map;

/**
 * A point as a request gives it: its vectors may still be texts.
 *
 * @param vectors by vector name, {@code ""} for the default vector; never {@link VectorInput.ById}
 * @param payload empty where an operation has none
 */
public record PointInput(PointId id, Map<String, VectorInput> vectors, Payload payload) {}
