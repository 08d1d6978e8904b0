package dev.quiver.engine;

import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterEvaluator;
import dev.quiver.engine.filter.PayloadEdits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * What each operation does to a shard. Deterministic: the same operations in the same order give
 * the same points, and the same errors, when the log is replayed. One operation at a time.
 */
final class Applier {
  private final ShardIndex index;

  Applier(ShardIndex index) {
    this.index = index;
  }

  /**
   * Applies one operation.
   *
   * @throws QuiverException when the operation does not fit the points; what it says of other
   *     points is done
   * @throws IOException when the index is broken; the operation may be half done
   */
  void apply(long offset, WriteOp operation) throws IOException {
    switch (operation) {
      case WriteOp.Upsert op -> upsert(offset, op);
      case WriteOp.DeletePoints op -> {
        for (PointId id : selected(op.selector())) {
          index.delete(id, offset);
        }
      }
      case WriteOp.UpdateVectors op -> updateVectors(offset, op);
      case WriteOp.DeleteVectors op ->
          edit(
              op.selector(),
              point -> {
                Map<String, VectorValue> left = new LinkedHashMap<>(point.vectors());
                left.keySet().removeAll(op.names());
                return point.withVectors(left, offset);
              });
      case WriteOp.SetPayload op ->
          edit(
              op.selector(),
              point ->
                  point.withPayload(
                      Payload.of(
                          PayloadEdits.set(point.payload().json(), op.payload().json(), op.key())),
                      offset));
      case WriteOp.OverwritePayload op ->
          edit(
              op.selector(),
              point ->
                  point.withPayload(
                      Payload.of(
                          PayloadEdits.overwrite(
                              point.payload().json(), op.payload().json(), op.key())),
                      offset));
      case WriteOp.DeletePayload op ->
          edit(
              op.selector(),
              point ->
                  point.withPayload(
                      Payload.of(PayloadEdits.delete(point.payload().json(), op.keys())), offset));
      case WriteOp.ClearPayload op ->
          edit(op.selector(), point -> point.withPayload(Payload.EMPTY, offset));
      case WriteOp.CreateFieldIndex op -> index.declare(index.declared().with(op.index()));
      case WriteOp.DeleteFieldIndex op -> index.declare(index.declared().without(op.field()));
      case WriteOp.CreateVector _, WriteOp.DeleteVector _ -> {
        Declared before = index.declared();
        VectorFields changed = before.vectors().after(operation);
        if (!changed.equals(before.vectors())) {
          index.declare(before.with(changed));
        }
      }
    }
  }

  private void upsert(long offset, WriteOp.Upsert op) throws IOException {
    Filter filter = op.updateFilter();
    if (filter == null && op.mode() == WriteOp.UpdateMode.UPSERT) {
      for (Point point : op.points()) {
        index.put(stored(point, offset));
      }
      return;
    }
    Set<PointId> written = new HashSet<>();
    FilterEvaluator evaluator = evaluator(filter);
    try (PointLookup lookup = index.lookup(false)) {
      for (Point point : op.points()) {
        StoredPoint before = lookup.find(point.id());
        if (before == null && op.mode() != WriteOp.UpdateMode.UPDATE_ONLY) {
          throwIfPartial(point.id());
        }
        boolean isWritten =
            switch (op.mode()) {
              case UPSERT -> before == null || matches(evaluator, before);
              case INSERT_ONLY -> before == null;
              case UPDATE_ONLY -> before != null && matches(evaluator, before);
            };
        if (isWritten) {
          written.add(point.id());
        }
      }
    }
    // All is decided by the points as they were, so that an id that is there twice is too.
    for (Point point : op.points()) {
      if (written.contains(point.id())) {
        index.put(stored(point, offset));
      }
    }
  }

  /** A point that is not found may be one of those that a damaged segment had. */
  private void throwIfPartial(PointId id) {
    if (index.partial()) {
      throw new QuiverException(
          ErrorCode.UNAVAILABLE,
          "point "
              + id
              + " is not found, and whether it was there cannot be told: the collection is partial,"
              + " for a segment of it is damaged; restore the collection, or upsert without"
              + " update_mode and update_filter");
    }
  }

  private @Nullable FilterEvaluator evaluator(@Nullable Filter filter) {
    return filter == null ? null : new FilterEvaluator(filter, index.declared().indexes());
  }

  private static boolean matches(@Nullable FilterEvaluator evaluator, StoredPoint point) {
    return evaluator == null
        || evaluator.matches(point.id(), point.payload().json(), point.vectors().keySet());
  }

  private static StoredPoint stored(Point point, long offset) {
    return new StoredPoint(point.id(), point.vectors(), point.payload(), offset);
  }

  private void updateVectors(long offset, WriteOp.UpdateVectors op) throws IOException {
    PointId missing = null;
    try (PointLookup lookup = index.lookup(false)) {
      Set<PointId> excluded = excluded(op, lookup);
      for (WriteOp.PointVectors change : op.points()) {
        StoredPoint before = lookup.find(change.id());
        if (before == null) {
          missing = missing == null ? change.id() : missing;
        } else if (!excluded.contains(change.id())) {
          Map<String, VectorValue> changed = new LinkedHashMap<>(before.vectors());
          changed.putAll(change.vectors());
          index.put(before.withVectors(changed, offset));
        }
      }
    }
    throwIfMissing(missing);
  }

  /** Points that the operation's filter leaves out, by what they were before it. */
  private Set<PointId> excluded(WriteOp.UpdateVectors op, PointLookup lookup) throws IOException {
    FilterEvaluator evaluator = evaluator(op.updateFilter());
    Set<PointId> excluded = new HashSet<>();
    if (evaluator != null) {
      for (WriteOp.PointVectors change : op.points()) {
        StoredPoint before = lookup.find(change.id());
        if (before != null && !matches(evaluator, before)) {
          excluded.add(change.id());
        }
      }
    }
    return excluded;
  }

  private interface Edit {
    StoredPoint changed(StoredPoint before);
  }

  private void edit(PointSelector selector, Edit edit) throws IOException {
    PointId missing = null;
    try (PointLookup lookup = index.lookup(selector instanceof PointSelector.ByFilter)) {
      for (PointId id : selected(selector, lookup)) {
        StoredPoint before = lookup.find(id);
        if (before == null) {
          missing = missing == null ? id : missing;
        } else {
          index.put(edit.changed(before));
        }
      }
    }
    throwIfMissing(missing);
  }

  private static void throwIfMissing(@Nullable PointId id) {
    if (id != null) {
      throw QuiverException.notFound("No point with id " + id + " found");
    }
  }

  private List<PointId> selected(PointSelector selector) throws IOException {
    if (selector instanceof PointSelector.ByIds(List<PointId> ids)) {
      return ids;
    }
    try (PointLookup lookup = index.lookup(true)) {
      return selected(selector, lookup);
    }
  }

  /** Resolves a selector; all ids are known before the first change, as changes move documents. */
  private List<PointId> selected(PointSelector selector, PointLookup lookup) throws IOException {
    switch (selector) {
      case PointSelector.ByIds(List<PointId> ids) -> {
        return ids;
      }
      case PointSelector.ByFilter(Filter filter) -> {
        List<PointId> ids = new ArrayList<>();
        Matches matches = new Matches(lookup.reader(), filter, index.declared());
        for (LeafReaderContext context : lookup.reader().leaves()) {
          LeafPoints leaf = new LeafPoints(context.reader());
          Bits docs = matches.docs(context);
          for (int doc = Matches.next(docs, 0);
              doc < docs.length();
              doc = Matches.next(docs, doc + 1)) {
            ids.add(leaf.id(doc));
          }
        }
        return ids;
      }
    }
  }
}
