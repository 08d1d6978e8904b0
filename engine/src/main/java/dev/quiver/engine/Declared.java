package dev.quiver.engine;

import dev.quiver.engine.filter.FilterCompiler;
import dev.quiver.engine.filter.PayloadIndexer;
import dev.quiver.engine.filter.PayloadIndexes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The payload indexes that a shard has at one moment, and what writes and reads by them. Immutable
 * and thread-safe.
 *
 * @param byField in order of creation
 */
record Declared(
    Map<String, PayloadIndex> byField,
    PayloadIndexes indexes,
    PayloadIndexer indexer,
    FilterCompiler compiler) {

  static Declared of(Map<String, PayloadIndex> byField) {
    PayloadIndexes indexes = new PayloadIndexes(byField.values());
    return new Declared(
        Collections.unmodifiableMap(new LinkedHashMap<>(byField)),
        indexes,
        new PayloadIndexer(indexes),
        new FilterCompiler(indexes));
  }

  Declared with(PayloadIndex index) {
    Map<String, PayloadIndex> changed = new LinkedHashMap<>(byField);
    changed.put(index.field(), index);
    return of(changed);
  }

  Declared without(String field) {
    Map<String, PayloadIndex> changed = new LinkedHashMap<>(byField);
    changed.remove(field);
    return of(changed);
  }
}
