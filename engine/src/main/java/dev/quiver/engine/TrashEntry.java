package dev.quiver.engine;

import java.time.Instant;
import java.util.List;

/**
 * A dropped collection that can still be brought back.
 *
 * @param id what {@link Trash} knows it by; a name may have been dropped more than once
 * @param collection the name that it had
 * @param aliases those that it had
 * @param purgeAt when it is deleted for good; fixed when it was dropped
 * @param bytes what it takes on disk, about
 */
public record TrashEntry(
    String id,
    String collection,
    List<String> aliases,
    Instant droppedAt,
    Instant purgeAt,
    long bytes) {
  public TrashEntry {
    aliases = List.copyOf(aliases);
  }
}
