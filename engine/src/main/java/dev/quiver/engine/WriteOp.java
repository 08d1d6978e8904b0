package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a collection's log: a change of its points or of its payload indexes. Applying the
 * same log in the same order gives the same state.
 */
public sealed interface WriteOp {
  enum UpdateMode {
    UPSERT,
    INSERT_ONLY,
    UPDATE_ONLY
  }

  /**
   * @param updateFilter an existing point is touched only if it matches; new points are inserted
   *     anyway
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
}
