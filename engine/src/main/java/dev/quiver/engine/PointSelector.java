package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import java.util.List;

/** Which points an operation touches. A filter is resolved when the operation is applied. */
public sealed interface PointSelector {
  record ByIds(List<PointId> ids) implements PointSelector {}

  record ByFilter(Filter filter) implements PointSelector {}
}
