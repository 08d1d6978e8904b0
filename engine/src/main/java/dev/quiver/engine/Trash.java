package dev.quiver.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dropped collections until their time is over. Only time empties it, or {@link #purge}: never the
 * want of space. Thread-safe; all methods block and throw {@link QuiverException} only.
 */
public interface Trash {
  /** What is in it, the last dropped first. */
  List<TrashEntry> list();

  /**
   * Brings a collection back with its points, its configuration and those of its aliases whose
   * names are still free; durable on return.
   *
   * @param newName null: the name that it had
   * @throws QuiverException {@link ErrorCode#NOT_FOUND} for an id that is not in the trash, {@link
   *     ErrorCode#ALREADY_EXISTS} when the name is taken
   */
  Restored restore(String id, @Nullable String newName);

  /** Deletes a dropped collection for good; returns false when it was not there. */
  boolean purge(String id);

  /**
   * What came back.
   *
   * @param aliases those that point to it again
   * @param aliasesTaken those whose name belongs to something else now
   */
  record Restored(String collection, List<String> aliases, List<String> aliasesTaken) {
    public Restored {
      aliases = List.copyOf(aliases);
      aliasesTaken = List.copyOf(aliasesTaken);
    }
  }
}
