package dev.quiver.engine;

import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Restores into the store that is running. Each collection is written into a folder that the store
 * does not list, opened there and brought to its moment; then all of them become a part of the
 * store at once. What fails before that is deleted again.
 */
final class LiveRestore {
  private final Engine engine;
  private final BackupRepository repository;
  private final BackupJob job;
  private final List<CollectionFolder> folders = new ArrayList<>();
  private long points;

  LiveRestore(Engine engine, BackupRepository repository, BackupJob job) {
    this.engine = engine;
    this.repository = repository;
    this.job = job;
  }

  /** One collection, beside what there is, or in the place of the one of that name. */
  BackupCatalog.Restored collection(RestorePlan plan, String as, boolean inPlace)
      throws IOException {
    if (!inPlace) {
      CollectionNames.checkNew(as);
      if (engine.collections().contains(as)) {
        throw new QuiverException(
            ErrorCode.ALREADY_EXISTS,
            "Collection `" + as + "` already exists! Restore under another name, or in place");
      }
    }
    return run(plan, as, inPlace, true, null);
  }

  /** The whole store in place of what there is. */
  BackupCatalog.Restored store(RestorePlan plan) throws IOException {
    return run(plan, null, true, false, plan.aliases());
  }

  private BackupCatalog.Restored run(
      RestorePlan plan,
      @Nullable String as,
      boolean inPlace,
      boolean others,
      @Nullable Map<String, String> aliases)
      throws IOException {
    try {
      job.moreBytes(plan.bytes());
      job.phase("restoring", plan.items().size());
      List<Catalog.Installation> ready = new ArrayList<>();
      for (RestorePlan.Item item : plan.items()) {
        String name = as == null ? item.name() : as;
        ready.add(
            new Catalog.Installation(
                name, restored(item, name), CollectionConfig.fromDocument(item.config()), inPlace));
        job.itemDone();
      }
      job.check();
      job.phase("installing", ready.size());
      // From here on they may be a part of the store, whatever goes wrong.
      folders.clear();
      engine.install(ready, others, aliases);
      return new BackupCatalog.Restored(
          LogClock.instant(plan.micros()),
          ready.stream().map(Catalog.Installation::name).toList(),
          points,
          plan.bytes(),
          job.elapsedMillis());
    } catch (IOException | RuntimeException e) {
      folders.forEach(folder -> RestoreRun.discard(engine.files(), folder, e));
      throw e;
    }
  }

  private CollectionFolder restored(RestorePlan.Item item, String name) throws IOException {
    CollectionFolder folder = engine.catalog().newFolder();
    folders.add(folder);
    new RestoreRun(repository, engine.files(), job).write(item, folder);
    points +=
        brought(engine, name, folder, CollectionConfig.fromDocument(item.first()), item.target());
    return folder;
  }

  /**
   * Opens a folder that the store does not list, so that its log is applied, and closes it again.
   *
   * @param target every operation before this offset is to be in it
   * @return how many points it has
   */
  static long brought(
      Engine engine, String name, CollectionFolder folder, CollectionConfig config, long target)
      throws IOException {
    Slot slot = engine.unlisted(name, folder, config);
    try (Slot.Lease use = slot.acquire();
        IndexView view = use.shard().view()) {
      long reached = use.shard().appliedOffset();
      if (reached != target) {
        throw new QuiverException(
            ErrorCode.CORRUPT,
            "collection `"
                + name
                + "` was restored to offset "
                + reached
                + " (expected: "
                + target
                + ")");
      }
      use.shard().upkeep().commit();
      return view.reader().numDocs();
    } finally {
      slot.close();
    }
  }
}
