package dev.quiver.engine;

import dev.quiver.engine.filter.FilterJson;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation in a collection's log, or an event in the store's journal, in short.
 *
 * @param number of the operation, its offset
 * @param time null in a log of before there were times
 * @param kind {@code upsert}, {@code delete_points}, ...; of the journal {@code create}, ...
 * @param count how many points it names; -1 when a filter selects them, or it names none
 * @param ids the first of them
 * @param what a filter, names, or what else it is about; null when there is nothing to say
 */
public record LoggedOperation(
    long number,
    @Nullable Instant time,
    String kind,
    int count,
    List<String> ids,
    @Nullable String what) {
  private static final int IDS = 5;
  private static final int WHAT_LENGTH = 200;

  public LoggedOperation {
    ids = List.copyOf(ids);
  }

  static LoggedOperation of(long number, @Nullable Instant time, WriteOp operation) {
    return switch (operation) {
      case WriteOp.Upsert op ->
          named(number, time, "upsert", op.points().stream().map(Point::id).toList(), null);
      case WriteOp.DeletePoints op -> selected(number, time, "delete_points", op.selector(), null);
      case WriteOp.UpdateVectors op ->
          named(
              number,
              time,
              "update_vectors",
              op.points().stream().map(WriteOp.PointVectors::id).toList(),
              null);
      case WriteOp.DeleteVectors op ->
          selected(number, time, "delete_vectors", op.selector(), "vectors " + op.names());
      case WriteOp.SetPayload op -> selected(number, time, "set_payload", op.selector(), op.key());
      case WriteOp.OverwritePayload op ->
          selected(number, time, "overwrite_payload", op.selector(), op.key());
      case WriteOp.DeletePayload op ->
          selected(number, time, "delete_payload", op.selector(), "keys " + op.keys());
      case WriteOp.ClearPayload op -> selected(number, time, "clear_payload", op.selector(), null);
      case WriteOp.CreateFieldIndex op ->
          named(number, time, "create_field_index", List.of(), op.index().field());
      case WriteOp.DeleteFieldIndex op ->
          named(number, time, "delete_field_index", List.of(), op.field());
      case WriteOp.CreateVector op -> named(number, time, "create_vector", List.of(), op.name());
      case WriteOp.DeleteVector op -> named(number, time, "delete_vector", List.of(), op.name());
    };
  }

  private static LoggedOperation selected(
      long number,
      @Nullable Instant time,
      String kind,
      PointSelector selector,
      @Nullable String what) {
    return switch (selector) {
      case PointSelector.ByIds(List<PointId> ids) -> named(number, time, kind, ids, what);
      case PointSelector.ByFilter byFilter -> {
        String filter = "filter " + FilterJson.toJson(byFilter.filter());
        yield new LoggedOperation(
            number,
            time,
            kind,
            -1,
            List.of(),
            shortened(what == null ? filter : filter + ", " + what));
      }
    };
  }

  private static LoggedOperation named(
      long number, @Nullable Instant time, String kind, List<PointId> ids, @Nullable String what) {
    return new LoggedOperation(
        number,
        time,
        kind,
        ids.isEmpty() && what != null ? -1 : ids.size(),
        ids.stream().limit(IDS).map(PointId::toString).toList(),
        what == null ? null : shortened(what));
  }

  static String shortened(String text) {
    return text.length() <= WHAT_LENGTH ? text : text.substring(0, WHAT_LENGTH) + "...";
  }
}
