package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterJson;
import dev.quiver.engine.filter.PayloadEdits;
import dev.quiver.engine.filter.PayloadIndexes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is checked of operations before they are logged: everything that does not depend on the
 * points that are there. Vectors take their stored form on the way.
 */
final class OpRules {
  private static final ObjectNode NOTHING = JsonNodeFactory.instance.objectNode();

  private OpRules() {}

  /**
   * @throws QuiverException for the first part that does not fit the collection's vectors or cannot
   *     be read
   */
  static List<WriteOp> prepare(VectorFields vectors, List<WriteOp> operations) {
    List<WriteOp> prepared = new ArrayList<>(operations.size());
    for (WriteOp operation : operations) {
      prepared.add(prepare(vectors, operation));
    }
    return prepared;
  }

  private static WriteOp prepare(VectorFields vectors, WriteOp operation) {
    switch (operation) {
      case WriteOp.Upsert op -> {
        check(op.updateFilter());
        List<Point> points = new ArrayList<>(op.points().size());
        for (Point point : op.points()) {
          points.add(new Point(point.id(), stored(vectors, point.vectors()), point.payload()));
        }
        return new WriteOp.Upsert(points, op.updateFilter(), op.mode());
      }
      case WriteOp.UpdateVectors op -> {
        check(op.updateFilter());
        List<WriteOp.PointVectors> points = new ArrayList<>(op.points().size());
        for (WriteOp.PointVectors point : op.points()) {
          points.add(new WriteOp.PointVectors(point.id(), stored(vectors, point.vectors())));
        }
        return new WriteOp.UpdateVectors(points, op.updateFilter());
      }
      case WriteOp.DeleteVectors op -> {
        check(op.selector());
        for (String name : op.names()) {
          vectors.own(name);
        }
      }
      case WriteOp.DeletePoints op -> check(op.selector());
      case WriteOp.SetPayload op -> {
        check(op.selector());
        PayloadEdits.set(NOTHING, NOTHING, op.key());
      }
      case WriteOp.OverwritePayload op -> {
        check(op.selector());
        PayloadEdits.overwrite(NOTHING, NOTHING, op.key());
      }
      case WriteOp.DeletePayload op -> {
        check(op.selector());
        PayloadEdits.delete(NOTHING, op.keys());
      }
      case WriteOp.ClearPayload op -> check(op.selector());
      case WriteOp.CreateFieldIndex op -> checkIndex(op.index());
      case WriteOp.DeleteFieldIndex _, WriteOp.DeleteVector _ -> {
        // Dropping what is not there is no error.
      }
      case WriteOp.CreateVector op -> {
        if (op.name().contains(":")) {
          throw QuiverException.wrongInput("Vector name `" + op.name() + "` has a colon");
        }
        vectors.after(op);
      }
    }
    return operation;
  }

  /** An index that can be made can be made again from the log. */
  private static void checkIndex(PayloadIndex index) {
    if (new PayloadIndexes(List.of(index)).get(index.field()) == null) {
      throw new QuiverException(ErrorCode.INTERNAL, "index of " + index.field() + " is not found");
    }
  }

  private static void check(PointSelector selector) {
    if (selector instanceof PointSelector.ByFilter(Filter filter)) {
      check(filter);
    }
  }

  /** A filter is logged as JSON: what cannot be read back must not be logged. */
  private static void check(@Nullable Filter filter) {
    if (filter != null && !FilterJson.checked(filter).equals(filter)) {
      throw QuiverException.badRequest("filter cannot be logged: " + FilterJson.toJson(filter));
    }
  }

  private static Map<String, VectorValue> stored(
      VectorFields fields, Map<String, VectorValue> vectors) {
    Map<String, VectorValue> stored = HashMap.newHashMap(vectors.size());
    for (Map.Entry<String, VectorValue> entry : vectors.entrySet()) {
      VectorParams params = fields.own(entry.getKey());
      VectorValue checked = VectorRules.checked(params, entry.getValue());
      stored.put(entry.getKey(), VectorRules.stored(params, checked));
    }
    return stored;
  }
}
