package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointIds;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.filter.Filter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The best points of any ranked query, in groups by a payload value. What ranks is given as a
 * function, so that every kind of query can be grouped.
 */
final class Groups {
  /**
   * How candidates are asked for: as many as {@code limit} of the best points that match {@code
   * filter}, in rank order, with no vectors.
   */
  @FunctionalInterface
  interface Source {
    List<ScoredPoint> best(Filter filter, int limit, PayloadSelection payload);
  }

  /** Which scores are better. */
  enum Order {
    HIGHER_SCORE,
    LOWER_SCORE,
    /** None: what comes first is better. */
    ARRIVAL
  }

  /**
   * What to group, and what to return of it.
   *
   * @param groupBy a payload path
   * @param groupSize points of each group at most, 1 or more
   * @param limit groups at most, 1 or more
   */
  record Request(
      String groupBy,
      int groupSize,
      int limit,
      @Nullable Lookup lookup,
      PayloadSelection payload,
      VectorSelection vectors) {}

  /** The collection that has a point for each group. */
  record Lookup(String collection, PayloadSelection payload, VectorSelection vectors) {}

  /** The value that a group's points share. */
  sealed interface Key {
    record Text(String value) implements Key {}

    /**
     * @param value from {@code -2^63} to {@code 2^64 - 1}
     */
    record Whole(BigInteger value) implements Key {}
  }

  /**
   * @param hits best first
   * @param lookup the lookup collection's point of this id; null when there is none or no lookup
   */
  record Group(Key key, List<ScoredPoint> hits, @Nullable PointRecord lookup) {}

  private Groups() {}

  /**
   * Groups ordered by their best hit. There may be fewer than asked for, or fewer hits in them:
   * candidates are asked for a bounded number of times.
   *
   * @throws QuiverException not found when the lookup collection does not exist
   */
  static List<Group> run(
      Database database, String collection, Request request, Order order, Source source) {
    Lookup lookup = request.lookup();
    if (lookup != null && !database.collectionExists(lookup.collection())) {
      throw QuiverException.notFound("Collection " + lookup.collection() + " not found");
    }
    Map<Key, List<ScoredPoint>> filled = new GroupFiller(request, order).fill(source);
    Map<PointId, PointRecord> records = records(database, collection, request, filled);
    Map<Key, PointRecord> lookups =
        lookup == null ? Map.of() : lookups(database, lookup, filled.keySet());
    List<Group> groups = new ArrayList<>(filled.size());
    filled.forEach(
        (key, hits) ->
            groups.add(
                new Group(
                    key,
                    hits.stream().map(hit -> with(hit, records.get(hit.id()))).toList(),
                    lookups.get(key))));
    return groups;
  }

  /** What was asked for of the hits, and was not read of all candidates. */
  private static Map<PointId, PointRecord> records(
      Database database, String collection, Request request, Map<Key, List<ScoredPoint>> filled) {
    if (request.payload() instanceof PayloadSelection.None
        && request.vectors() instanceof VectorSelection.None) {
      return Map.of();
    }
    List<PointId> ids =
        filled.values().stream().flatMap(List::stream).map(ScoredPoint::id).distinct().toList();
    database.charge(collection, ids.size());
    Map<PointId, PointRecord> records = HashMap.newHashMap(ids.size());
    database
        .retrieve(collection, ids, request.payload(), request.vectors())
        .forEach(point -> records.put(point.id(), point));
    return records;
  }

  private static ScoredPoint with(ScoredPoint hit, @Nullable PointRecord found) {
    return new ScoredPoint(
        hit.id(),
        hit.version(),
        hit.score(),
        found == null ? null : found.payload(),
        found == null ? null : found.vectors(),
        hit.orderValue());
  }

  private static Map<Key, PointRecord> lookups(
      Database database, Lookup lookup, Iterable<Key> keys) {
    Map<PointId, Key> wanted = new LinkedHashMap<>();
    for (Key key : keys) {
      PointId id = pointIdOrNull(key);
      if (id != null) {
        wanted.put(id, key);
      }
    }
    Map<Key, PointRecord> found = new HashMap<>();
    for (PointRecord point :
        database.retrieve(
            lookup.collection(),
            List.copyOf(wanted.keySet()),
            lookup.payload(),
            lookup.vectors())) {
      Key key = wanted.get(point.id());
      if (key != null) {
        found.put(key, point);
      }
    }
    return found;
  }

  private static @Nullable PointId pointIdOrNull(Key key) {
    return switch (key) {
      case Key.Whole(BigInteger value) -> value.signum() < 0 ? null : PointId.of(value.longValue());
      case Key.Text(String text) -> {
        try {
          PointId id = PointIds.parseUuid(text);
          // Other forms of a UUID are other groups than the one that the point belongs to.
          yield id.toString().equals(text) ? id : null;
        } catch (QuiverException e) {
          // A text that is no UUID names no point.
          yield null;
        }
      }
    };
  }
}
