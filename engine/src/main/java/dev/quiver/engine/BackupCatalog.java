package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.blob.BlobInfo;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.Sha256;
import dev.quiver.engine.wal.DurableFolders;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with backups without the store that they are of: list, show, verify, remove, and
 * restore into a new data folder. Thread-safe; the blob store stays the caller's.
 */
public final class BackupCatalog {
  private final BackupRepository repository;

  public BackupCatalog(BlobStore store) {
    this(new BackupRepository(store, Background.THREADS));
  }

  BackupCatalog(BackupRepository repository) {
    this.repository = repository;
  }

  BackupRepository repository() {
    return repository;
  }

  /** Oldest first. */
  public List<BackupInfo> list() {
    return guarded(repository::list);
  }

  /** The newest moment that can be restored; null when there is no backup. */
  public @Nullable Instant latestMoment() {
    List<BackupInfo> backups = list();
    return backups.isEmpty()
        ? null
        : LogClock.instant(
            Math.max(
                guarded(repository::coveredMicros), LogClock.micros(backups.getLast().moment())));
  }

  /**
   * The manifest of a backup as JSON.
   *
   * @throws QuiverException {@link ErrorCode#NOT_FOUND}
   */
  public ObjectNode show(String id) {
    return guarded(() -> repository.manifest(id).toJson());
  }

  /**
   * What verifying found.
   *
   * @param problems each names a backup and what is missing or damaged
   * @param partial each names a backup and a collection that it has as it was: with segments
   *     missing that had been damaged before
   */
  public record Verified(
      int backups, int files, long bytes, List<String> problems, List<String> partial) {

    /** As answers and the command show it. */
    public ObjectNode toJson() {
      ObjectNode node = Payload.JSON.createObjectNode();
      node.put("backups", backups).put("files", files).put("bytes", bytes);
      problems.forEach(node.putArray("problems")::add);
      partial.forEach(node.putArray("partial")::add);
      return node;
    }
  }

  /**
   * Checks that everything which backups refer to is there and is what was put, and when deep what
   * is archived of the logs.
   *
   * @param id the backup; null: all
   * @param deep read every byte, not only look for the files and their sizes
   */
  public Verified verify(@Nullable String id, boolean deep, BackupJob job) {
    return guarded(
        () -> {
          List<BackupManifest> manifests = new ArrayList<>();
          List<String> problems = new ArrayList<>();
          for (BackupInfo each : repository.list()) {
            if (id == null || id.equals(each.id())) {
              try {
                manifests.add(repository.manifest(each.id()));
              } catch (QuiverException | IOException e) {
                problems.add(each.id() + ": " + e.getMessage());
              }
            }
          }
          if (id != null && manifests.isEmpty() && problems.isEmpty()) {
            repository.manifest(id);
          }
          if (deep) {
            verifyLogs(id == null ? null : manifests, problems, job);
          }
          return verify(manifests, problems, deep, job);
        });
  }

  /**
   * Reads what is archived of the logs, behind the backups too: restores to a moment need it.
   *
   * @param of whose logs; null: all
   */
  private void verifyLogs(@Nullable List<BackupManifest> of, List<String> problems, BackupJob job)
      throws IOException {
    Set<String> ids = new TreeSet<>();
    if (of == null) {
      for (BlobInfo blob : repository.store().list(ArchivedLog.PREFIX)) {
        ids.add(ArchivedLog.idOf(blob.key()));
      }
    } else {
      ids.add(ArchivedLog.JOURNAL);
      of.forEach(each -> each.collections().forEach(entry -> ids.add(entry.id())));
    }
    job.phase("verifying logs", ids.size());
    for (String id : ids) {
      ArchivedLog.of(repository.store(), id).verify(job, problems);
      job.itemDone();
    }
  }

  private Verified verify(
      List<BackupManifest> manifests, List<String> problems, boolean deep, BackupJob job)
      throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (BlobInfo blob : repository.store().list("files/")) {
      sizes.put(blob.key(), blob.size());
    }
    job.phase("verifying", manifests.size());
    Set<String> checked = new HashSet<>();
    List<String> partial = new ArrayList<>();
    long bytes = 0;
    for (BackupManifest manifest : manifests) {
      for (BackupManifest.Entry entry : manifest.collections()) {
        if (entry.loss() != null) {
          partial.add(manifest.id() + ", collection " + entry.name() + ": " + entry.loss());
        }
        for (BackupManifest.File file : entry.files()) {
          job.check();
          if (checked.add(file.sha256())) {
            bytes += file.size();
            String problem = problem(file, sizes, deep, job);
            if (problem != null) {
              problems.add(
                  manifest.id() + ", collection " + entry.name() + ", " + file.name() + problem);
            }
          }
        }
        verifyLog(manifest.id() + ", collection " + entry.name(), entry, problems);
      }
      job.itemDone();
    }
    return new Verified(
        manifests.size(), checked.size(), bytes, List.copyOf(problems), List.copyOf(partial));
  }

  private @Nullable String problem(
      BackupManifest.File file, Map<String, Long> sizes, boolean deep, BackupJob job)
      throws IOException {
    String key = BackupRepository.fileKey(file.sha256());
    Long size = sizes.get(key);
    if (size == null || size != file.size()) {
      return ": "
          + key
          + (size == null ? " is missing" : " has " + size + " bytes")
          + " (expected: "
          + file.size()
          + " bytes)";
    }
    if (deep) {
      try (InputStream in = repository.store().read(key)) {
        if (!Sha256.of(in).equals(file.sha256())) {
          return ": " + key + " is damaged";
        }
      }
      job.bytes(size);
    }
    return null;
  }

  private void verifyLog(String where, BackupManifest.Entry entry, List<String> problems)
      throws IOException {
    try {
      ArchivedLog.of(repository.store(), entry.id())
          .read(entry.baseOffset(), entry.cutOffset(), (_, _, _) -> {});
    } catch (QuiverException e) {
      problems.add(where + ": " + e.getMessage());
    }
  }

  /**
   * What removing did.
   *
   * @param removed ids
   */
  public record Pruned(List<String> removed, long freedBytes) {}

  /** Removes the backups that are not to be kept, and everything that no other one needs. */
  public Pruned prune(BackupRetention retention, BackupJob job) {
    return guarded(
        () -> {
          String holder = "prune/" + UUID.randomUUID();
          try (BackupRepository.Lease lease = repository.lease(holder, holder, false)) {
            return prune(retention, lease, job);
          }
        });
  }

  Pruned prune(BackupRetention retention, BackupRepository.Lease lease, BackupJob job)
      throws IOException {
    List<BackupInfo> backups = repository.list();
    Set<String> kept = retention.kept(backups);
    List<String> removed =
        backups.stream().map(BackupInfo::id).filter(each -> !kept.contains(each)).toList();
    job.phase("removing", removed.size());
    lease.change(
        catalog -> {
          catalog.withArray("backups").removeIf(each -> removed.contains(each.path("id").asText()));
          catalog.put("dirty", true);
        });
    return new Pruned(removed, repository.sweep(lease));
  }

  /**
   * What a restore did.
   *
   * @param moment what the restored has: every change up to it
   * @param points of all collections together
   */
  public record Restored(
      Instant moment, List<String> collections, long points, long bytes, long durationMillis) {

    /** As answers and the command show it. */
    public ObjectNode toJson() {
      ObjectNode node = Payload.JSON.createObjectNode().put("moment", moment.toString());
      collections.forEach(node.putArray("collections")::add);
      node.put("points", points).put("bytes", bytes);
      return node.put("duration_millis", durationMillis);
    }
  }

  /**
   * Restores the whole store into a new data folder.
   *
   * @param folder must be missing or empty
   */
  public Restored restoreInto(
      Path folder, RestorePoint point, EngineOptions options, BackupJob job) {
    return guarded(
        () -> {
          FileOps files = options.files();
          if (!files.list(folder).isEmpty()) {
            throw new QuiverException(
                ErrorCode.BAD_REQUEST,
                "folder " + folder + " is not empty (expected: a new one to restore into)");
          }
          RestorePlan plan = new RestorePlanner(repository).store(point);
          job.moreBytes(plan.bytes());
          job.phase("copying files", plan.items().size());
          StoreFiles documents = new StoreFiles(folder, files, false);
          DurableFolders.create(files, folder);
          files.createDirectories(documents.collectionsFolder());
          RestoreRun run = new RestoreRun(repository, files, job);
          Map<String, StoreState.Entry> entries = new TreeMap<>();
          for (RestorePlan.Item item : plan.items()) {
            CollectionFolder to = documents.folder(UUID.randomUUID().toString().replace("-", ""));
            run.write(item, to);
            entries.put(item.name(), new StoreState.Entry(to.id(), item.first()));
            job.itemDone();
          }
          Map<String, Long> numbers = new TreeMap<>();
          entries.keySet().forEach(name -> numbers.put(name, numbers.size() + 1L));
          documents.announce(
              new StoreFiles.Installing(
                  new StoreState(entries, plan.aliases()), numbers, List.of(), false));
          return open(folder, options, plan, job);
        });
  }

  private static Restored open(
      Path folder, EngineOptions options, RestorePlan plan, BackupJob job) {
    job.phase("applying logs", plan.items().size());
    long points = 0;
    try (Engine engine = Engine.open(folder, options)) {
      for (RestorePlan.Item item : plan.items()) {
        job.check();
        points += engine.count(item.name(), null, true);
        if (!engine.collectionConfig(item.name()).document().equals(item.config())) {
          engine.updateCollection(item.name(), _ -> CollectionConfig.fromDocument(item.config()));
        }
        job.itemDone();
      }
    }
    return new Restored(
        LogClock.instant(plan.micros()),
        plan.items().stream().map(RestorePlan.Item::name).toList(),
        points,
        plan.bytes(),
        job.elapsedMillis());
  }

  interface Work<T> {
    T run() throws IOException;
  }

  /** Turns what disks and networks throw into our own error. */
  <T> T guarded(Work<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      boolean full = DiskSpace.isFull(e);
      throw new QuiverException(
          full ? ErrorCode.INSUFFICIENT_STORAGE : ErrorCode.INTERNAL,
          "backups in " + repository.store().location() + ": " + e,
          e);
    }
  }
}
