package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointSelector;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which writes are worth an audit record: changes of a collection's indexes and vectors, and bulk
 * deletes, that is whatever takes something away by a filter or from many points at once.
 */
final class WriteAudit {
  /** Deleting so many points at once is a bulk delete. */
  static final int BULK_IDS = 100;

  /** A longer filter is cut: a record is to be read by people. */
  private static final int FILTER_MAX_CHARS = 2_000;

  private WriteAudit() {}

  /** The operations that are worth a record, in words; null when none is. */
  static @Nullable ObjectNode of(List<WriteOp> operations) {
    ArrayNode list = null;
    for (WriteOp operation : operations) {
      ObjectNode one = of(operation);
      if (one != null) {
        list = list == null ? JsonNodeFactory.instance.arrayNode() : list;
        list.add(one);
      }
    }
    if (list == null) {
      return null;
    }
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    detail.set("operations", list);
    return detail;
  }

  private static @Nullable ObjectNode of(WriteOp operation) {
    return switch (operation) {
      case WriteOp.DeletePoints(PointSelector selector) -> bulk("delete_points", selector);
      case WriteOp.DeleteVectors(PointSelector selector, List<String> _) ->
          bulk("delete_vectors", selector);
      case WriteOp.OverwritePayload(var _, PointSelector selector, var _) ->
          byFilter(selector) ? bulk("overwrite_payload", selector) : null;
      case WriteOp.DeletePayload(List<String> _, PointSelector selector) ->
          bulk("delete_payload", selector);
      case WriteOp.ClearPayload(PointSelector selector) -> bulk("clear_payload", selector);
      case WriteOp.CreateFieldIndex(var index) -> named("create_field_index", index.field());
      case WriteOp.DeleteFieldIndex(String field) -> named("delete_field_index", field);
      case WriteOp.CreateVector(String name, ObjectNode _) -> named("create_vector", name);
      case WriteOp.DeleteVector(String name) -> named("delete_vector", name);
      case WriteOp.Upsert _, WriteOp.UpdateVectors _, WriteOp.SetPayload _ -> null;
    };
  }

  /** Whether any of them takes something away, so that it may be too much. */
  static boolean mayDestroy(List<WriteOp> operations) {
    return operations.stream()
        .anyMatch(
            operation ->
                switch (operation) {
                  case WriteOp.DeletePoints _,
                      WriteOp.DeleteVectors _,
                      WriteOp.OverwritePayload _,
                      WriteOp.DeletePayload _,
                      WriteOp.ClearPayload _,
                      WriteOp.DeleteVector _ ->
                      true;
                  case WriteOp.Upsert _,
                      WriteOp.UpdateVectors _,
                      WriteOp.SetPayload _,
                      WriteOp.CreateFieldIndex _,
                      WriteOp.DeleteFieldIndex _,
                      WriteOp.CreateVector _ ->
                      false;
                });
  }

  private static boolean byFilter(PointSelector selector) {
    return selector instanceof PointSelector.ByFilter;
  }

  private static @Nullable ObjectNode bulk(String what, PointSelector selector) {
    ObjectNode detail = JsonNodeFactory.instance.objectNode().put("operation", what);
    return switch (selector) {
      case PointSelector.ByFilter(Filter filter) -> {
        ObjectNode json = FilterJson.toJson(filter);
        String text = json.toString();
        yield text.length() <= FILTER_MAX_CHARS
            ? detail.set("filter", json)
            : detail.put("filter_begins", text.substring(0, FILTER_MAX_CHARS));
      }
      case PointSelector.ByIds(List<PointId> ids) when ids.size() >= BULK_IDS ->
          detail.put("ids", ids.size());
      case PointSelector.ByIds _ -> null;
    };
  }

  private static ObjectNode named(String what, String name) {
    return JsonNodeFactory.instance.objectNode().put("operation", what).put("name", name);
  }
}
