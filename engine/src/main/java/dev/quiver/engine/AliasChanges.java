package dev.quiver.engine;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Makes changes of aliases in a map, as Qdrant does. */
final class AliasChanges {
  private AliasChanges() {}

  /**
   * Makes them in order. The steps before a failing one stay done.
   *
   * @param aliases is changed: the collections' names, by alias
   * @param exists whether a collection is there
   * @param isTaken whether a collection has or had the name until now, so that no alias may have it
   * @throws QuiverException what is wrong with the first step that fails
   */
  static void apply(
      List<Alias.Action> actions,
      Map<String, String> aliases,
      Predicate<String> exists,
      Predicate<String> isTaken) {
    for (Alias.Action action : actions) {
      switch (action) {
        case Alias.Action.Create(String collection, String alias) -> {
          if (!exists.test(collection)) {
            throw CollectionNames.missing(collection);
          }
          checkFree(alias, isTaken);
          aliases.put(alias, collection);
        }
        case Alias.Action.Delete(String alias) -> aliases.remove(alias);
        case Alias.Action.Rename(String from, String to) -> {
          String target = aliases.get(from);
          if (target == null) {
            throw QuiverException.notFound("Alias " + from + " does not exists!");
          }
          checkFree(to, isTaken);
          aliases.remove(from);
          aliases.put(to, target);
        }
      }
    }
  }

  private static void checkFree(String alias, Predicate<String> isTaken) {
    if (isTaken.test(alias)) {
      throw new QuiverException(
          ErrorCode.ALREADY_EXISTS, "Collection `" + alias + "` already exists!");
    }
  }
}
