package dev.quiver.testkit.queries;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.PointId;
import java.util.Map;

/**
 * A point as the reference model knows it.
 *
 * @param vectors by name, the rows of each, one row unless it is a multivector; of unit length
 *     where the distance is cosine
 */
record ReferencePoint(PointId id, Map<String, Interval[][]> vectors, ObjectNode payload) {}
