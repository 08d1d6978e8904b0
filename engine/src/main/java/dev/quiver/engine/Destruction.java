package dev.quiver.engine;

import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells writes that destroy a collection's content from those that only change it.
 *
 * <p>A deletion by ids is looked at for every collection, so it must be cheap. Of each collection a
 * number of points is remembered that must be left at least: counted once, less every id that was
 * deleted since. Only a deletion that could take the last of these is counted again. Thread-safe;
 * deletions at the same time may both be let through when only together they take everything.
 */
final class Destruction {
  private static final String DELETING = "deleting";

  private final Database database;

  /** By collection: points that are there at least. */
  private final Map<String, Long> leftAtLeast = new ConcurrentHashMap<>();

  Destruction(Database database) {
    this.database = database;
  }

  /** Another collection may have the name from now on. */
  void forget(String name) {
    leftAtLeast.remove(name);
  }

  /** See {@link Guard#destruction}. */
  @Nullable String of(String nameOrAlias, List<WriteOp> operations) {
    Set<PointId> ids = new LinkedHashSet<>();
    List<Condition> filters = new ArrayList<>();
    for (WriteOp operation : operations) {
      String found =
          switch (operation) {
            case WriteOp.DeleteVector(String name) ->
                "dropping the vector `" + name + "` of collection `" + nameOrAlias + "`";
            case WriteOp.DeletePoints(PointSelector selector) -> {
              // What they take together is looked at in the end.
              switch (selector) {
                case PointSelector.ByIds(List<PointId> some) -> ids.addAll(some);
                case PointSelector.ByFilter(Filter filter) -> filters.add(filter);
              }
              yield selector instanceof PointSelector.ByFilter(Filter filter) && isEmpty(filter)
                  ? byEmptyFilter(nameOrAlias, DELETING)
                  : null;
            }
            case WriteOp.DeleteVectors(PointSelector selector, List<String> _) ->
                byFilter(nameOrAlias, "deleting vectors", selector);
            case WriteOp.OverwritePayload(Payload _, PointSelector selector, String _) ->
                byFilter(nameOrAlias, "overwriting the payload", selector);
            case WriteOp.DeletePayload(List<String> _, PointSelector selector) ->
                byFilter(nameOrAlias, "deleting from the payload", selector);
            case WriteOp.ClearPayload(PointSelector selector) ->
                byFilter(nameOrAlias, "clearing the payload", selector);
            case WriteOp.Upsert _,
                WriteOp.UpdateVectors _,
                WriteOp.SetPayload _,
                WriteOp.CreateFieldIndex _,
                WriteOp.DeleteFieldIndex _,
                WriteOp.CreateVector _ ->
                null;
          };
      if (found != null) {
        return found;
      }
    }
    if (filters.isEmpty()) {
      return ids.isEmpty() ? null : byIds(nameOrAlias, ids);
    }
    filters.add(new Condition.HasId(ids));
    return byFilter(nameOrAlias, DELETING, new Filter(List.of(), filters, List.of(), null));
  }

  private @Nullable String byFilter(String collection, String doing, PointSelector selector) {
    if (!(selector instanceof PointSelector.ByFilter(Filter filter))) {
      return null;
    }
    return isEmpty(filter) ? byEmptyFilter(collection, doing) : byFilter(collection, doing, filter);
  }

  private static String byEmptyFilter(String collection, String doing) {
    return doing + " by an empty filter in collection `" + collection + "`";
  }

  private @Nullable String byFilter(String collection, String doing, Filter filter) {
    long all = database.count(collection, null, true);
    long matched = all == 0 ? 0 : database.count(collection, filter, true);
    leftAtLeast.put(realName(collection), Math.max(0, all - matched));
    return matched > 0 && matched >= all
        ? doing + " of all " + all + " points of collection `" + collection + "`"
        : null;
  }

  private static boolean isEmpty(Filter filter) {
    return filter.must().isEmpty()
        && filter.should().isEmpty()
        && filter.mustNot().isEmpty()
        && (filter.minShould() == null || filter.minShould().conditions().isEmpty());
  }

  private @Nullable String byIds(String collection, Set<PointId> ids) {
    String name = realName(collection);
    Long left =
        leftAtLeast.computeIfPresent(
            name, (_, known) -> known > ids.size() ? known - ids.size() : 0);
    if (left != null && left > 0) {
      return null;
    }
    long all = database.count(collection, null, true);
    long matched =
        all == 0
            ? 0
            : database.count(collection, Filter.must(new Condition.HasId(Set.copyOf(ids))), true);
    if (matched > 0 && matched >= all) {
      return "deleting the last " + all + " points of collection `" + collection + "`";
    }
    leftAtLeast.put(name, all - matched);
    return null;
  }

  /** See {@link Guard#realName}. */
  String realName(String nameOrAlias) {
    for (Alias alias : database.aliases()) {
      if (alias.alias().equals(nameOrAlias)) {
        return alias.collection();
      }
    }
    return nameOrAlias;
  }
}
