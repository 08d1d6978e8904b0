package dev.quiver.engine;

import dev.quiver.engine.filter.FilterCompiler;
import dev.quiver.engine.filter.PayloadIndexer;
import dev.quiver.engine.filter.PayloadIndexes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The payload indexes and the vectors that a shard has at one moment, and what writes and reads by
 * them. Immutable and thread-safe.
 *
 * @param byField in order of creation
 */
record Declared(
    Map<String, PayloadIndex> byField,
    VectorFields vectors,
    PayloadIndexes indexes,
    PayloadIndexer indexer,
    FilterCompiler compiler) {

  static Declared of(Map<String, PayloadIndex> byField, VectorFields vectors) {
    PayloadIndexes indexes = new PayloadIndexes(byField.values());
    return new Declared(
        Collections.unmodifiableMap(new LinkedHashMap<>(byField)),
        vectors,
        indexes,
        new PayloadIndexer(indexes),
        new FilterCompiler(indexes, vectors::keyOrNull));
  }

  Declared with(PayloadIndex index) {
    Map<String, PayloadIndex> changed = new LinkedHashMap<>(byField);
    changed.put(index.field(), index);
    return of(changed, vectors);
  }

  Declared without(String field) {
    Map<String, PayloadIndex> changed = new LinkedHashMap<>(byField);
    changed.remove(field);
    return of(changed, vectors);
  }

  Declared with(VectorFields changed) {
    return of(byField, changed);
  }
}
