package dev.quiver.engine;

import java.util.Map;

/**
 * A point as it is written: the whole of it, since an upsert replaces payload and all vectors.
 *
 * @param vectors by vector name; {@code ""} is the default vector; a point may lack some or all
 */
public record Point(PointId id, Map<String, VectorValue> vectors, Payload payload) {}
