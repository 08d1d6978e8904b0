package dev.quiver.api;

import dev.quiver.engine.CollectionInfo;
import dev.quiver.engine.Database;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.IndexNeeds;
import dev.quiver.engine.filter.PayloadIndexes;
import dev.quiver.engine.query.QueryRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Fields that slow queries filtered by though no payload index is declared on them. An issue ends
 * when its index or its collection does. Bounded: what comes after {@link #MOST} is not kept.
 * Thread-safe.
 */
final class Issues {
  private static final int MOST = 1_000;

  /** Qdrant's. */
  static final Duration SLOW = Duration.ofMillis(1_200);

  private final Duration slow;
  private final Map<String, Issue> byId = new ConcurrentSkipListMap<>();

  /**
   * A field.
   *
   * @param indexes the types of index that could serve
   */
  record Issue(String collection, String field, List<String> indexes, Instant at) {
    String id() {
      return "UNINDEXED_FIELD/" + collection + "/" + field;
    }
  }

  Issues() {
    this(SLOW);
  }

  /**
   * @param slow how long a query takes at least to be looked at
   */
  Issues(Duration slow) {
    this.slow = slow;
  }

  /** Looks at a query that took so long. */
  void observe(Database database, String collection, QueryRequest query, long nanos) {
    if (nanos < slow.toNanos() || byId.size() >= MOST) {
      return;
    }
    List<Filter> filters = new ArrayList<>();
    query
        .root()
        .forEach(
            stage -> {
              if (stage.filter() != null) {
                filters.add(stage.filter());
              }
            });
    if (filters.isEmpty()) {
      return;
    }
    CollectionInfo info = database.collectionInfo(collection);
    IndexNeeds needs = new IndexNeeds(new PayloadIndexes(info.payloadIndexes().values()));
    for (Filter filter : filters) {
      for (IndexNeeds.Missing missing : needs.allMissing(filter)) {
        Issue issue = new Issue(collection, missing.field(), missing.indexes(), Instant.now());
        byId.putIfAbsent(issue.id(), issue);
      }
    }
  }

  /** The issues that are left, of collections that the caller may see. */
  List<Issue> open(Database database, Access access) {
    byId.values()
        .removeIf(
            issue ->
                !database.collectionExists(issue.collection())
                    || database
                        .collectionInfo(issue.collection())
                        .payloadIndexes()
                        .containsKey(issue.field()));
    return byId.values().stream().filter(issue -> access.sees(issue.collection())).toList();
  }

  void clear() {
    byId.clear();
  }
}
