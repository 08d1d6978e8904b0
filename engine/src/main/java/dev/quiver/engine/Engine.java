package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.audit.AuditEvent;
import dev.quiver.engine.audit.AuditLog;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.query.QueryRequest;
import dev.quiver.engine.wal.DurableFolders;
import dev.quiver.engine.wal.FileOps;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link Database} of one data folder: collections that open when they are used and close when
 * they are not, each with a log that holds every acknowledged write durably.
 *
 * <p>{@link #open} returns as soon as the catalog is read. Collections whose log is ahead of their
 * commit are then recovered in the background, oldest first; a request for one that is not ready
 * opens it itself. Thread-safe. One engine per data folder; the folder is locked while it is open.
 */
public final class Engine implements Database {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private static final Duration PURGE_INTERVAL = Duration.ofMinutes(10);

  /** Closing is mostly waiting for the disk. */
  private static final int CLOSING_THREADS = 8;

  private final EngineResources resources;
  private final OpenShards open;
  private final Catalog catalog;
  private final Closeable folderLock;
  private final Quotas quotas;
  private final EngineTrash trash;
  private final Background.Ticks purges;
  private final Guard guard;
  private final AuditLog auditLog;
  private final Recovery recovery;
  private final Scrubber scrubber;
  private final Snapshots snapshots;
  private final PointReads reads;
  private final CollectionFacts facts;
  private volatile boolean closed;

  private Engine(
      Path dataFolder,
      EngineResources resources,
      OpenShards open,
      Catalog catalog,
      StoreLabel label,
      AuditLog auditLog,
      Closeable folderLock,
      Quotas quotas) {
    this.quotas = quotas;
    this.resources = resources;
    this.open = open;
    this.catalog = catalog;
    this.folderLock = folderLock;
    this.trash = new EngineTrash(catalog, resources.options(), resources.background()::now);
    this.guard = new Guard(label, this);
    this.auditLog = auditLog;
    this.purges = resources.background().every("quiver-trash", PURGE_INTERVAL, this::purgeExpired);
    this.recovery = new Recovery(catalog.slots(), resources);
    this.scrubber = new Scrubber(dataFolder, catalog, resources);
    this.snapshots = new Snapshots(this, catalog.root(), resources.options().files());
    this.reads = new PointReads(this, resources.options());
    this.facts = new CollectionFacts(this);
  }

  /**
   * Opens a data folder, which is created when it is missing.
   *
   * @throws QuiverException {@link ErrorCode#UNAVAILABLE} when another process uses it, {@link
   *     ErrorCode#CORRUPT} when its catalog is damaged
   */
  public static Engine open(Path dataFolder, EngineOptions options) {
    Closeable folderLock = null;
    EngineResources resources = null;
    OpenShards open = null;
    Catalog opened = null;
    FileOps files = options.files();
    if (files.exists(dataFolder) && !files.isDirectory(dataFolder)) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST, "data folder " + dataFolder + " is a file (expected: a folder)");
    }
    try {
      if (!files.exists(dataFolder.resolve(StoreFiles.COLLECTIONS))) {
        // Also when the folder is there: an earlier start may have failed before its name was
        // durable, and a power loss would take the folder with everything that comes into it.
        DurableFolders.create(files, dataFolder);
      }
      folderLock = files.claim(dataFolder);
      boolean isNew = !files.exists(dataFolder.resolve(StoreFiles.COLLECTIONS));
      StoreLabel label = StoreLabel.open(dataFolder, files, options.environment(), isNew);
      EngineResources made = new EngineResources(options);
      resources = made;
      OpenShards shards = new OpenShards(made);
      open = shards;
      Catalog catalog =
          Catalog.open(
              new StoreFiles(dataFolder, files, options.archiving()),
              options.background(),
              made.clock(),
              (name, folder, number, config) ->
                  new Slot(name, folder, number, config, made, shards));
      opened = catalog;
      Quotas quotas = Quotas.open(dataFolder, files);
      AuditLog auditLog =
          AuditLog.open(
              dataFolder.resolve(AuditLog.FOLDER),
              files,
              options.auditRetention(),
              made.background()::now);
      Engine engine =
          new Engine(dataFolder, made, shards, catalog, label, auditLog, folderLock, quotas);
      engine.snapshots.clean();
      made.upkeep().execute(engine::purgeExpired);
      engine.recovery.start();
      return engine;
    } catch (IOException | RuntimeException e) {
      if (open != null) {
        open.close();
      }
      if (resources != null) {
        resources.close();
      }
      if (opened != null) {
        opened.close();
      }
      IOUtils.closeWhileHandlingException(folderLock);
      throw failure("data folder cannot be opened: " + dataFolder, e);
    }
  }

  static QuiverException failure(String what, Exception cause) {
    return cause instanceof QuiverException e
        ? e
        : new QuiverException(
            DiskSpace.isFull(cause) ? ErrorCode.INSUFFICIENT_STORAGE : ErrorCode.INTERNAL,
            what + ": " + reason(cause),
            cause);
  }

  /** The message of an exception of the file system is often only the file's name. */
  private static String reason(Exception cause) {
    return cause instanceof FileSystemException e && e.getReason() == null
        ? e.toString()
        : String.valueOf(cause.getMessage());
  }

  private void checkOpen() {
    if (closed) {
      throw new QuiverException(ErrorCode.UNAVAILABLE, "the engine is closed");
    }
  }

  /** What the engine has done so far. */
  public EngineStats stats() {
    return resources.stats(open.count());
  }

  /** What happened to collections and aliases. */
  StoreJournal journal() {
    return catalog.journal();
  }

  @Override
  public Snapshots snapshots() {
    return snapshots;
  }

  @Override
  public LogHistory history(@Nullable BlobStore archive) {
    return new LogHistory(catalog.root(), resources.options().files(), archive);
  }

  /** How far the recovery at start is. */
  public RecoveryProgress recoveryProgress() {
    return recovery.progress();
  }

  @Override
  public void createCollection(String name, CollectionConfig config) {
    checkOpen();
    try {
      catalog.create(name, config);
    } catch (IOException e) {
      throw failure("collection cannot be created", e);
    }
  }

  @Override
  public boolean updateCollection(String name, UnaryOperator<CollectionConfig> change) {
    checkOpen();
    try {
      return catalog.update(name, change);
    } catch (IOException e) {
      throw failure("collection cannot be changed", e);
    }
  }

  @Override
  public boolean deleteCollection(String name) {
    checkOpen();
    try {
      try {
        return trash.drop(name);
      } finally {
        guard.forget(name);
      }
    } catch (IOException e) {
      throw failure("collection cannot be deleted", e);
    }
  }

  /** Says that the log of a folder that is to go is archived. */
  void archived(CollectionFolder folder) {
    trash.archived(folder);
  }

  List<Slot> slots() {
    return catalog.slots();
  }

  Catalog catalog() {
    return catalog;
  }

  /** Takes a moment for the whole store; see {@link Catalog#moment}. */
  Catalog.Moment moment() {
    return catalog.moment();
  }

  FileOps files() {
    return resources.options().files();
  }

  Background background() {
    return resources.background();
  }

  /** A slot for a folder that the store does not list yet; whoever makes it closes it. */
  Slot unlisted(String name, CollectionFolder folder, CollectionConfig config) throws IOException {
    return new Slot(name, folder, 0, config, resources, open);
  }

  /** Makes restored collections a part of the store; see {@link Catalog#install}. */
  void install(
      List<Catalog.Installation> installations,
      boolean others,
      @Nullable Map<String, String> newAliases)
      throws IOException {
    checkOpen();
    List<Slot> gone =
        catalog.install(
            installations,
            others,
            newAliases,
            resources.options().trashRetention(),
            resources.background().now());
    installations.forEach(each -> guard.forget(each.name()));
    for (Slot slot : gone) {
      guard.forget(slot.name());
      slot.drop();
      if (!catalog.departed(slot)) {
        trash.dispose(slot.folder());
      }
    }
  }

  private void purgeExpired() {
    try {
      for (TrashEntry purged : trash.purgeExpired()) {
        ObjectNode detail = Payload.JSON.createObjectNode();
        detail.put("id", purged.id());
        detail.put("dropped_at", purged.droppedAt().toString());
        auditLog.append(
            new AuditEvent(
                "purge_expired",
                AuditEvent.Actor.SYSTEM,
                purged.collection(),
                AuditEvent.OK,
                null,
                null,
                detail));
      }
    } catch (RuntimeException e) {
      LOG.error("the trash could not be purged; it is tried again", e);
    }
  }

  @Override
  public List<String> collections() {
    return catalog.names();
  }

  @Override
  public boolean collectionExists(String nameOrAlias) {
    return catalog.findOrNull(nameOrAlias) != null;
  }

  @Override
  public Map<String, Long> approximatePoints() {
    Map<String, Long> points = new LinkedHashMap<>();
    for (Slot slot : catalog.slots()) {
      points.put(slot.name(), slot.approximatePoints());
    }
    return points;
  }

  @Override
  public CollectionConfig collectionConfig(String nameOrAlias) {
    return catalog.find(nameOrAlias).config();
  }

  @Override
  public void updateAliases(List<Alias.Action> actions) {
    checkOpen();
    try {
      catalog.updateAliases(actions);
    } catch (IOException e) {
      throw failure("aliases cannot be changed", e);
    }
  }

  @Override
  public List<Alias> aliases() {
    return catalog.aliases();
  }

  @Override
  public CollectionInfo collectionInfo(String nameOrAlias) {
    return facts.info(nameOrAlias);
  }

  @Override
  public List<Damage> damages(String nameOrAlias) {
    Slot slot = catalog.findOrNull(nameOrAlias);
    return slot == null ? List.of() : slot.damages();
  }

  @Override
  public Verification verify(@Nullable String collection, long bytesPerSecond) {
    checkOpen();
    return scrubber.start(
        collection == null ? null : catalog.find(collection).name(), bytesPerSecond);
  }

  @Override
  public @Nullable Verification verification() {
    return scrubber.current();
  }

  @Override
  public List<UpdateResult> write(
      String collection, List<WriteOp> operations, boolean wait, @Nullable Duration timeout) {
    checkOpen();
    Slot slot = catalog.find(collection);
    quotas.admit(operations);
    try (Slot.Lease lease = acquire(slot)) {
      StrictGate.admitWrites(slot, lease, operations, timeout);
      PartialWrites.check(slot, operations);
      if (operations.stream().noneMatch(Engine::changesVectors)) {
        return lease.shard().write(operations, wait, timeout);
      }
      // These are waited for in any case, since they change the configuration too.
      List<UpdateResult> results = lease.shard().write(operations, true, timeout);
      follow(lease);
      return wait
          ? results
          : results.stream()
              .map(
                  result ->
                      new UpdateResult(result.operationId(), UpdateResult.Status.ACKNOWLEDGED))
              .toList();
    }
  }

  private static boolean changesVectors(WriteOp operation) {
    return operation instanceof WriteOp.CreateVector || operation instanceof WriteOp.DeleteVector;
  }

  @Override
  public void admit(
      String collection, List<ReadDemand> parts, boolean batch, @Nullable Duration timeout) {
    checkOpen();
    StrictGate.admitReads(catalog.find(collection), parts, batch, timeout);
  }

  @Override
  public void charge(String collection, long cost) {
    checkOpen();
    StrictGate.charge(catalog.find(collection), cost);
  }

  @Override
  public List<ScoredPoint> query(String collection, QueryRequest request) {
    checkOpen();
    return reads.query(collection, request);
  }

  @Override
  public List<PointRecord> retrieve(
      String collection, List<PointId> ids, PayloadSelection payload, VectorSelection vectors) {
    return reads.retrieve(collection, ids, payload, vectors);
  }

  @Override
  public ScrollPage scroll(String collection, ScrollRequest request) {
    return reads.scroll(collection, request);
  }

  @Override
  public long count(String collection, @Nullable Filter filter, boolean exact) {
    return reads.count(collection, filter, exact);
  }

  @Override
  public List<FacetHit> facet(String collection, FacetRequest request) {
    return reads.facet(collection, request);
  }

  @Override
  public DistanceMatrix matrix(String collection, MatrixRequest request) {
    return reads.matrix(collection, request);
  }

  @Override
  public List<SegmentSummary> segments(String collection) {
    return facts.segments(collection);
  }

  @Override
  public List<MergeReport> merges(String collection) {
    try (Slot.Lease lease = acquire(collection)) {
      return lease.shard().mergeLog().all();
    }
  }

  @Override
  public CollectionMemory memory(String collection) {
    return facts.memory(collection);
  }

  @Override
  public QuotaStatus quotas() {
    return quotas.status();
  }

  @Override
  public void updateQuotas(QuotaConfig config) {
    checkOpen();
    try {
      quotas.update(config);
    } catch (IOException e) {
      throw failure("quotas cannot be written", e);
    }
  }

  /** Something that is read from one view. */
  interface Reading<T> {
    T read(Slot.Lease lease, IndexView view) throws IOException;
  }

  /** Opens the collection if need be, and takes a view that has all that was promised. */
  <T> T reading(String collection, Reading<T> reading) {
    try (Slot.Lease lease = acquire(collection);
        IndexView view = lease.shard().view()) {
      return reading.read(lease, view);
    } catch (IOException e) {
      throw failure("collection `" + collection + "` cannot be read", e);
    }
  }

  private Slot.Lease acquire(String collection) {
    checkOpen();
    return acquire(catalog.find(collection));
  }

  private Slot.Lease acquire(Slot slot) {
    Slot.Lease lease = slot.acquire();
    try {
      follow(lease);
      return lease;
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
  }

  private void follow(Slot.Lease lease) {
    try {
      catalog.follow(lease.slot(), lease.shard());
    } catch (IOException e) {
      throw failure("configuration of `" + lease.slot().name() + "` cannot be written", e);
    }
  }

  @Override
  public Trash trash() {
    return trash;
  }

  @Override
  public Guard guard() {
    return guard;
  }

  @Override
  public AuditLog auditLog() {
    return auditLog;
  }

  /** Waits for what runs, commits and closes every collection, and gives the folder back. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    scrubber.close();
    snapshots.close();
    recovery.close();
    purges.close();
    open.close();
    QuiverException error = closeAll();
    resources.close();
    catalog.close();
    auditLog.close();
    try {
      folderLock.close();
    } catch (IOException e) {
      throw failure("data folder cannot be unlocked", e);
    }
    if (error != null) {
      throw error;
    }
  }

  private @Nullable QuiverException closeAll() {
    Queue<QuiverException> errors = new ConcurrentLinkedQueue<>();
    try (ExecutorService closing = resources.background().pool("quiver-close", CLOSING_THREADS)) {
      for (Slot slot : catalog.slots()) {
        closing.execute(
            () -> {
              try {
                slot.close();
              } catch (QuiverException e) {
                errors.add(e);
              }
            });
      }
    }
    QuiverException first = errors.poll();
    if (first != null) {
      errors.forEach(first::addSuppressed);
    }
    return first;
  }
}
