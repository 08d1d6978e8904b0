package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.filter.Filter;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.search.Query;
import org.jspecify.annotations.Nullable;

/** Where the engine meets the filter language. */
final class Filters {
  private Filters() {}

  static byte[] toJsonBytes(Filter filter) {
    throw QuiverException.notImplemented("filters in operations");
  }

  static Filter fromJsonBytes(byte[] json) {
    throw QuiverException.notImplemented("filters in operations");
  }

  static Query query(Filter filter) {
    throw QuiverException.notImplemented("filters");
  }

  static boolean matches(Filter filter, StoredPoint point) {
    throw QuiverException.notImplemented("filters");
  }

  static void addTo(Document document, Payload payload) {}

  static ObjectNode set(ObjectNode payload, ObjectNode changes, @Nullable String key) {
    if (key != null) {
      throw QuiverException.notImplemented("set_payload with a key");
    }
    ObjectNode changed = payload.deepCopy();
    changed.setAll(changes);
    return changed;
  }

  static ObjectNode delete(ObjectNode payload, List<String> keys) {
    ObjectNode changed = payload.deepCopy();
    changed.remove(keys);
    return changed;
  }

  static Payload select(Payload payload, PayloadSelection selection) {
    return switch (selection) {
      case PayloadSelection.All _, PayloadSelection.None _ -> payload;
      case PayloadSelection.Include(List<String> paths) ->
          Payload.of(payload.json().deepCopy().retain(paths));
      case PayloadSelection.Exclude(List<String> paths) ->
          Payload.of(payload.json().deepCopy().remove(paths));
    };
  }

  /** Points that have a value at an indexed path. */
  static long pointsWith(IndexReader reader, PayloadIndex index) {
    return 0;
  }

  static ScrollPage ordered(
      IndexReader reader,
      Matches matches,
      Records records,
      OrderBy orderBy,
      Map<String, PayloadIndex> indexes,
      int limit) {
    throw QuiverException.notImplemented("order_by");
  }
}
