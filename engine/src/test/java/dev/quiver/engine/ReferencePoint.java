package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * A point as the reference model knows it.
 *
 * @param vectors by name, of unit length where the distance is cosine
 */
record ReferencePoint(PointId id, Map<String, double[]> vectors, ObjectNode payload) {}
