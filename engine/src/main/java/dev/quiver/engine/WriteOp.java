package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.filter.Filter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a collection's log: a change of its points, payload indexes or vectors. Applying the
 * same log in the same order gives the same state.
 */
public sealed interface WriteOp {
  enum UpdateMode {
    UPSERT,
    INSERT_ONLY,
    UPDATE_ONLY
  }

  /**
   * Writes the points that the mode and the filter let through, decided for all of them by what was
   * there before the operation; of points with equal ids the last one counts.
   *
   * @param updateFilter an existing point is touched only if it matches; new points are inserted
   *     anyway, unless the mode is {@code UPDATE_ONLY}
   */
  record Upsert(List<Point> points, @Nullable Filter updateFilter, UpdateMode mode)
      implements WriteOp {}

  record DeletePoints(PointSelector selector) implements WriteOp {}

  /** Changes only the vectors that it names; 404 for missing ids. */
  record UpdateVectors(List<PointVectors> points, @Nullable Filter updateFilter)
      implements WriteOp {}

  record PointVectors(PointId id, Map<String, VectorValue> vectors) {}

  record DeleteVectors(PointSelector selector, List<String> names) implements WriteOp {}

  /** Merges top-level keys, or the keys of the object at the path {@code key}. */
  record SetPayload(Payload payload, PointSelector selector, @Nullable String key)
      implements WriteOp {}

  record OverwritePayload(Payload payload, PointSelector selector, @Nullable String key)
      implements WriteOp {}

  record DeletePayload(List<String> keys, PointSelector selector) implements WriteOp {}

  record ClearPayload(PointSelector selector) implements WriteOp {}

  record CreateFieldIndex(PayloadIndex index) implements WriteOp {}

  record DeleteFieldIndex(String field) implements WriteOp {}

  /**
   * Adds a named vector, which no point has yet. Nothing is done when there is one alike.
   *
   * @param params as in the configuration: {@code size}, {@code distance}, {@code datatype} ...;
   *     nobody may change it
   */
  record CreateVector(String name, ObjectNode params) implements WriteOp {}

  /** Drops a named vector and every point's value of it. Nothing is done when there is none. */
  record DeleteVector(String name) implements WriteOp {}
}
