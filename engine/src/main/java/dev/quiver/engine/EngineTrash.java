package dev.quiver.engine;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link Trash} of one data folder. */
final class EngineTrash implements Trash {
  private static final Logger LOG = LoggerFactory.getLogger(EngineTrash.class);

  private final Catalog catalog;
  private final EngineOptions options;
  private final InstantSource clock;

  EngineTrash(Catalog catalog, EngineOptions options, InstantSource clock) {
    this.catalog = catalog;
    this.options = options;
    this.clock = clock;
  }

  /** Drops a collection into the trash; returns false when there was none. */
  boolean drop(String name) throws IOException {
    Duration keep = options.trashRetention();
    Catalog.Removed removed = catalog.drop(name, keep, clock.instant());
    if (removed == null) {
      return false;
    }
    if (keep.isZero()) {
      dispose(removed.slot().folder());
    }
    if (removed.doubt() != null) {
      throw removed.doubt();
    }
    return true;
  }

  /** Ends a folder that is no collection's any more; its log is archived first if logs are. */
  void dispose(CollectionFolder folder) {
    if (options.archiving()) {
      catalog.retire(folder);
    } else {
      deleteFiles(folder);
    }
  }

  /** Says that nobody needs the folder's log any more. */
  void archived(CollectionFolder folder) {
    if (catalog.unretire(folder)) {
      deleteFiles(folder);
    }
  }

  /** What cannot be deleted now is deleted at the next start: the collection is gone already. */
  private void deleteFiles(CollectionFolder folder) {
    try {
      folder.delete(options.files());
    } catch (IOException e) {
      LOG.warn("{} could not be deleted", folder.path(), e);
    }
  }

  @Override
  public List<TrashEntry> list() {
    return catalog.dropped().stream()
        .sorted(
            Comparator.comparing(DroppedCollection::droppedAt)
                .thenComparingLong(DroppedCollection::number)
                .reversed())
        .map(dropped -> entry(dropped, bytes(dropped)))
        .toList();
  }

  private static TrashEntry entry(DroppedCollection dropped, long bytes) {
    return new TrashEntry(
        dropped.id(),
        dropped.name(),
        dropped.aliases(),
        dropped.droppedAt(),
        dropped.purgeAt(),
        bytes);
  }

  private long bytes(DroppedCollection dropped) {
    try {
      return dropped.folder().bytes(options.files());
    } catch (IOException e) {
      LOG.debug("{} could not be measured; it may be on its way out", dropped.folder().path(), e);
      return 0;
    }
  }

  @Override
  public Restored restore(String id, @Nullable String newName) {
    try {
      return catalog.restore(id, newName);
    } catch (IOException e) {
      throw Engine.failure("collection cannot be restored", e);
    }
  }

  @Override
  public boolean purge(String id) {
    try {
      CollectionFolder folder = catalog.purge(id);
      if (folder != null) {
        dispose(folder);
      }
      return folder != null;
    } catch (IOException e) {
      throw Engine.failure("dropped collection cannot be purged", e);
    }
  }

  /** Purges what has been in the trash for its time; returns what it was. */
  List<TrashEntry> purgeExpired() {
    Instant now = clock.instant();
    List<TrashEntry> purged = new ArrayList<>();
    for (DroppedCollection dropped : catalog.dropped()) {
      if (!now.isBefore(dropped.purgeAt()) && purge(dropped.id())) {
        LOG.info(
            "collection {}, dropped at {}, is purged: its time in the trash is over",
            dropped.name(),
            dropped.droppedAt());
        purged.add(entry(dropped, 0));
      }
    }
    return purged;
  }
}
