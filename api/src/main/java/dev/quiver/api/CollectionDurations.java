package dev.quiver.api;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Durations of calls by the collection that they were about. The first {@link #COLLECTIONS_MAX}
 * collections that are used have their own, the others share {@link #OTHERS}; a collection that is
 * dropped makes room. Thread-safe.
 */
final class CollectionDurations {
  static final int COLLECTIONS_MAX = 500;

  /** No collection can have this name. */
  static final String OTHERS = "<others>";

  /**
   * A kind of answer.
   *
   * @param endpoint a declared one
   */
  record Answer(String endpoint, int status) {}

  private final Map<String, Map<Answer, Durations>> byCollection = new ConcurrentHashMap<>();

  void record(String collection, Answer answer, long micros) {
    Map<Answer, Durations> own = byCollection.get(collection);
    if (own == null) {
      String name = byCollection.size() < COLLECTIONS_MAX ? collection : OTHERS;
      own = byCollection.computeIfAbsent(name, _ -> new ConcurrentHashMap<>());
    }
    own.computeIfAbsent(answer, _ -> new Durations()).record(micros);
  }

  /** What was recorded of collections that still exist. */
  Map<String, Map<Answer, Durations>> of(Predicate<String> exists) {
    Set<String> names = byCollection.keySet();
    names.removeIf(name -> !name.equals(OTHERS) && !exists.test(name));
    return byCollection;
  }
}
