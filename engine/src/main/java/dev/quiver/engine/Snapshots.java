package dev.quiver.engine;

import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.blob.Sha256;
import dev.quiver.engine.wal.AtomicFiles;
import dev.quiver.engine.wal.DurableFolders;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.FilterFileOps;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots as Qdrant has them: one file of a collection or of the whole store, kept in the data
 * folder until it is deleted, also when its collection is dropped, to be downloaded and to be
 * restored from. Each is a backup repository with one backup, as a tar, so {@link Backups} and
 * snapshots are the same bytes made and read by the same code.
 *
 * <pre>
 * snapshots/&lt;scope&gt;/&lt;name&gt;.snapshot     the tar
 * snapshots/&lt;scope&gt;/&lt;name&gt;.checksum     its SHA-256
 * snapshots/tmp/                       what is being made or read
 * </pre>
 *
 * <p>Thread-safe; one snapshot is made or restored at a time.
 */
public final class Snapshots {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd-HH-mm-ss").withZone(ZoneOffset.UTC);
  private static final String FOLDER = "snapshots";
  private static final String TEMPORARY = "tmp";
  private static final String SUFFIX = ".snapshot";
  private static final String CHECKSUM = ".checksum";
  private static final long PEER_ID = 1;

  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  private final Engine engine;
  private final Path root;
  private final FileOps files;
  private final ReentrantLock working = new ReentrantLock();
  private volatile @Nullable BackupJob running;
  private volatile boolean closed;

  Snapshots(Engine engine, Path dataFolder, FileOps files) {
    this.engine = engine;
    this.root = dataFolder.resolve(FOLDER);
    this.files = files;
  }

  /**
   * What snapshots are of.
   *
   * @param collection null: the whole store
   * @param shard whether the name says that it is of the collection's only shard
   */
  public record Scope(@Nullable String collection, boolean shard) {
    public static final Scope STORE = new Scope(null, false);

    public static Scope of(String collection) {
      return new Scope(collection, false);
    }

    public static Scope ofShard(String collection) {
      return new Scope(collection, true);
    }
  }

  /** The folder that snapshots and files to restore from lie in. */
  public Path folder() {
    return root;
  }

  private Path folder(Scope scope) {
    if (scope.collection() == null) {
      return root.resolve("store");
    }
    Path collection = root.resolve("collections").resolve(encoded(named(scope.collection())));
    return scope.shard() ? collection.resolve("shard-0") : collection;
  }

  /** The name of the collection that an alias stands for; of one that is gone its own. */
  private String named(String nameOrAlias) {
    Slot slot = engine.catalog().findOrNull(nameOrAlias);
    return slot == null ? nameOrAlias : slot.name();
  }

  /** A collection's name as a file's. */
  private static String encoded(String name) {
    StringBuilder text = new StringBuilder("c-");
    for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (each & 0xFF);
      boolean plain = c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '_');
      text.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    return text.toString();
  }

  /**
   * Makes a snapshot; durable on return. One that is refused is there as a whole, or not at all.
   */
  public SnapshotInfo create(Scope scope) {
    return alone(
        () -> {
          Instant now = engine.background().now();
          Path scratch = temporary("");
          Path draft = temporary(SUFFIX);
          try {
            BackupJob job = started("snapshot");
            try (DirectoryBlobStore store = scratchStore(scratch)) {
              BackupRepository repository = new BackupRepository(store, engine.background());
              BackupInfo made = new BackupRun(engine, repository, job, scope.collection()).run();
              refusePartial(made);
            }
            String sha256 = TarFolder.pack(scratch, files, draft, now, job);
            return publish(scope, draft, sha256, now);
          } finally {
            discard(scratch);
            discard(draft);
          }
        });
  }

  /** Gives a snapshot its name, at which its checksum is already. */
  private SnapshotInfo publish(Scope scope, Path draft, String sha256, Instant now)
      throws IOException {
    Path folder = folder(scope);
    DurableFolders.create(files, DurableFolders.parent(root), folder);
    String name = freeName(folder, prefix(scope) + TIME.format(now));
    Path checksum = folder.resolve(name + CHECKSUM);
    try {
      AtomicFiles.write(files, checksum, sha256.getBytes(StandardCharsets.US_ASCII));
      files.rename(draft, folder.resolve(name));
    } catch (IOException e) {
      try {
        files.delete(checksum);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
    files.syncDirectory(folder);
    return info(folder, name);
  }

  /** Whatever the work came to: what cannot be deleted now is deleted at the next start. */
  private void discard(Path path) {
    try {
      files.deleteTree(path);
    } catch (IOException e) {
      LOG.warn("{} could not be deleted", path, e);
    }
  }

  private Path temporary(String suffix) {
    return root.resolve(TEMPORARY).resolve(engine.background().randomId() + suffix);
  }

  private DirectoryBlobStore scratchStore(Path scratch) throws IOException {
    return DirectoryBlobStore.openAlone(scratch, new Passing(files), engine.background());
  }

  /** Of a folder that the next start deletes: names in it need not outlive a loss of power. */
  private static final class Passing extends FilterFileOps {
    Passing(FileOps files) {
      super(files);
    }

    @Override
    public void syncDirectory(Path directory) {
      // Only the tar that is made of it is durable.
    }
  }

  private static void refusePartial(BackupInfo made) {
    if (!made.missing().isEmpty()) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "no snapshot was made: these collections cannot be read: " + made.missing());
    }
  }

  private String prefix(Scope scope) {
    String collection = scope.collection();
    if (collection == null) {
      return "full-snapshot-";
    }
    // The name goes through URLs and file systems: what is neither there nor here plain is encoded.
    String plain = encoded(named(collection)).substring(2).replace("%", "_");
    return scope.shard() ? plain + "-shard-0-" : plain + "-" + PEER_ID + "-";
  }

  private String freeName(Path folder, String wanted) {
    String name = wanted + SUFFIX;
    for (int i = 2; files.exists(folder.resolve(name)); i++) {
      name = wanted + "-" + i + SUFFIX;
    }
    return name;
  }

  private SnapshotInfo info(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    String sha256 =
        new String(
            AtomicFiles.read(files, folder.resolve(name + CHECKSUM)), StandardCharsets.US_ASCII);
    return new SnapshotInfo(
        name, Instant.ofEpochMilli(files.modifiedMillis(file)), size(file), sha256);
  }

  private long size(Path file) throws IOException {
    try (FileOps.Reader reader = files.read(file)) {
      return reader.size();
    }
  }

  /** The snapshots that there are, the oldest first. */
  public List<SnapshotInfo> list(Scope scope) {
    requireCollection(scope);
    return guarded(
        () -> {
          Path folder = folder(scope);
          List<SnapshotInfo> snapshots = new ArrayList<>();
          for (String name : files.list(folder)) {
            if (name.endsWith(SUFFIX)) {
              addTo(snapshots, folder, name);
            }
          }
          snapshots.sort(Comparator.comparing(SnapshotInfo::created));
          return snapshots;
        });
  }

  private void addTo(List<SnapshotInfo> snapshots, Path folder, String name) throws IOException {
    try {
      snapshots.add(info(folder, name));
    } catch (NoSuchFileException | FileNotFoundException e) {
      if (files.exists(folder.resolve(name))) {
        throw e;
      }
      // Deleted since the folder was listed.
    }
  }

  private void requireCollection(Scope scope) {
    String name = scope.collection();
    if (name != null && !engine.collectionExists(name)) {
      throw CollectionNames.missing(name);
    }
  }

  /**
   * The file of a snapshot, to be read.
   *
   * @throws QuiverException {@link ErrorCode#NOT_FOUND}
   */
  public Path file(Scope scope, String name) {
    Path file = folder(scope).resolve(checked(name));
    if (!files.exists(file)) {
      throw QuiverException.notFound("Snapshot `" + name + "` doesn't exist!");
    }
    return file;
  }

  private static String checked(String name) {
    if (!name.endsWith(SUFFIX)
        || name.contains("/")
        || name.contains("\\")
        || name.contains("..")) {
      throw QuiverException.notFound("Snapshot `" + name + "` doesn't exist!");
    }
    return name;
  }

  /**
   * Deletes a snapshot.
   *
   * @throws QuiverException {@link ErrorCode#NOT_FOUND}
   */
  public void delete(Scope scope, String name) {
    Path file = file(scope, name);
    guarded(
        () -> {
          files.delete(file);
          // First: after a crash a snapshot must not be there without its checksum.
          files.syncDirectory(DurableFolders.parent(file));
          files.delete(file.resolveSibling(name + CHECKSUM));
          return true;
        });
  }

  /**
   * Makes a collection what a snapshot has, in the place of what there is of it.
   *
   * @param snapshot read to its end; the caller closes it
   * @param sha256 what the file's SHA-256 must be; null: it is not known
   * @throws QuiverException {@link ErrorCode#CHECKSUM_MISMATCH}, or {@link ErrorCode#BAD_REQUEST}
   *     when it is no snapshot of one collection; nothing is changed then
   */
  public void recover(String collection, InputStream snapshot, @Nullable String sha256) {
    alone(
        () -> {
          Path scratch = temporary("");
          try {
            BackupJob job = started("restore");
            MessageDigest digest = Sha256.digest();
            InputStream digested = new DigestInputStream(snapshot, digest);
            TarFolder.unpack(digested, files, scratch, job);
            digested.transferTo(OutputStream.nullOutputStream());
            check(Sha256.hex(digest.digest()), sha256);
            try (DirectoryBlobStore store = scratchStore(scratch)) {
              BackupRepository repository = new BackupRepository(store, engine.background());
              if (repository.list().isEmpty()) {
                throw new QuiverException(
                    ErrorCode.BAD_REQUEST,
                    "this is no snapshot that Quiver made: it holds no collection");
              }
              RestorePlan plan = new RestorePlanner(repository).store(new RestorePoint.Latest());
              if (plan.items().size() != 1) {
                throw new QuiverException(
                    ErrorCode.BAD_REQUEST,
                    "the snapshot has "
                        + plan.items().size()
                        + " collections (expected: a collection's snapshot)");
              }
              Slot there = engine.catalog().findOrNull(collection);
              String name = there == null ? collection : there.name();
              if (there == null) {
                CollectionNames.checkNew(name);
              }
              new LiveRestore(engine, repository, job).collection(plan, name, true);
            }
            return true;
          } finally {
            discard(scratch);
          }
        });
  }

  private static void check(String actual, @Nullable String expected) {
    if (expected != null && !expected.equalsIgnoreCase(actual)) {
      throw new QuiverException(
          ErrorCode.CHECKSUM_MISMATCH,
          "Snapshot checksum mismatch: expected " + expected + ", got " + actual);
    }
  }

  /** A job that ends when the engine does. */
  private BackupJob started(String kind) {
    BackupJob job = new BackupJob(kind, engine.background());
    running = job;
    if (closed) {
      job.cancel();
    }
    return job;
  }

  /** Calls off what runs and waits for its end. */
  void close() {
    closed = true;
    BackupJob job = running;
    if (job != null) {
      job.cancel();
    }
    working.lock();
    try {
      running = null;
    } finally {
      working.unlock();
    }
  }

  private <T> T alone(BackupCatalog.Work<T> work) {
    working.lock();
    try {
      return guarded(
          () -> {
            files.createDirectories(root.resolve(TEMPORARY));
            return work.run();
          });
    } finally {
      working.unlock();
    }
  }

  private static <T> T guarded(BackupCatalog.Work<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      boolean full = DiskSpace.isFull(e);
      throw new QuiverException(
          full ? ErrorCode.INSUFFICIENT_STORAGE : ErrorCode.INTERNAL, "snapshot: " + e, e);
    }
  }

  /** Deletes what an earlier process was working on; at the start. */
  void clean() throws IOException {
    files.deleteTree(root.resolve(TEMPORARY));
  }

  /** Compares the snapshots in a data folder with their checksums; it may be in use. */
  static void check(Path dataFolder, FileOps files, StoreCheck.Watch watch) throws IOException {
    Path all = dataFolder.resolve(FOLDER);
    for (String name : files.list(all)) {
      if (!name.equals(TEMPORARY)) {
        check(dataFolder, all.resolve(name), files, watch);
      }
    }
  }

  private static void check(Path root, Path path, FileOps files, StoreCheck.Watch watch)
      throws IOException {
    if (files.isDirectory(path)) {
      for (String name : files.list(path)) {
        check(root, path.resolve(name), files, watch);
      }
      return;
    }
    Path checksum = path.resolveSibling(path.getFileName() + CHECKSUM);
    // What is brought here to be restored from has no checksum of ours.
    if (!path.toString().endsWith(SUFFIX) || !files.exists(checksum)) {
      return;
    }
    String wanted = new String(AtomicFiles.read(files, checksum), StandardCharsets.US_ASCII);
    MessageDigest digest = Sha256.digest();
    long size = 0;
    try (FileOps.Reader reader = files.read(path)) {
      byte[] buffer = new byte[1 << 16];
      for (int count = reader.read(0, buffer, 0, buffer.length);
          count > 0;
          count = reader.read(size, buffer, 0, buffer.length)) {
        digest.update(buffer, 0, count);
        size += count;
        watch.read(count);
      }
    } catch (NoSuchFileException | FileNotFoundException e) {
      if (files.exists(path)) {
        throw e;
      }
      // Deleted while it was read.
      return;
    }
    String found = Sha256.hex(digest.digest());
    if (!found.equals(wanted) && files.exists(path)) {
      watch.found(
          List.of(
              new Damage(
                  null,
                  root.relativize(path).toString(),
                  null,
                  0,
                  size,
                  "SHA-256 "
                      + found
                      + " (expected: "
                      + wanted
                      + "); this snapshot cannot be restored from, make another one",
                  null,
                  null,
                  0)));
    }
  }
}
