package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import dev.quiver.lucene.OffHeapBudgetException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.KeepOnlyLastCommitDeletionPolicy;
import org.apache.lucene.index.OneMergeWrappingMergePolicy;
import org.apache.lucene.index.SnapshotDeletionPolicy;
import org.apache.lucene.util.IOUtils;

/**
 * A shard's Lucene index: what is declared of it, the changes of its points, and the offset up to
 * which it has them. Its parts are {@link OnDemandWriter what writes}, {@link IndexViews what is
 * read}, {@link IndexCommits what is durable} and {@link IndexSettling what is merged at rest}.
 *
 * <p>Changes come from one thread at a time (the shard's apply lock); reading is free to all.
 */
final class ShardIndex implements AutoCloseable {
  /** Longer than the others' commits take to free their buffers. */
  private static final Duration ROOM_WAIT = Duration.ofSeconds(30);

  private static final Duration ROOM_POLL = Duration.ofMillis(10);

  private final SpillingDirectory directory;
  private final Quarantine quarantine;
  private final Supplier<CollectionConfig> config;
  private final EngineResources resources;
  private final PointDocuments documents = new PointDocuments();
  private final RecentPoints recent = new RecentPoints();
  private final MergePool merges;
  private final OnDemandWriter writer;
  private final IndexSpace space;
  private final IndexViews views;
  private final IndexCommits commits;
  private final IndexSettling settling;

  /** Behind the last operation whose effects the writer holds completely. */
  private volatile long appliedOffset;

  /** The time of the last operation before it, in microseconds since 1970; 0 when not known. */
  private volatile long appliedMicros;

  private volatile Declared declared;

  private ShardIndex(
      SpillingDirectory directory,
      Path folder,
      Supplier<CollectionConfig> config,
      EngineResources resources,
      Quarantine quarantine)
      throws IOException {
    this.directory = directory;
    this.quarantine = quarantine;
    this.config = config;
    this.resources = resources;
    // Vectors that are made or dropped are committed before the configuration has them.
    this.declared = Declared.of(Map.of(), VectorFields.initial(config.get()));
    DiskReserve.Share disk = resources.reserve().share(folder);
    this.merges = resources.mergePool(disk);
    GraphMergePolicy mergePolicy = new GraphMergePolicy(resources.vectors().fullScanThreshold());
    SegmentTidying tidying =
        new SegmentTidying(
            this::declared, resources.options().files(), folder.resolveSibling("scratch"));
    SnapshotDeletionPolicy kept =
        new SnapshotDeletionPolicy(new KeepOnlyLastCommitDeletionPolicy());
    this.writer =
        new OnDemandWriter(
            directory,
            resources.vectors(),
            merges,
            new OneMergeWrappingMergePolicy(mergePolicy, tidying::tidying),
            kept);
    this.space = new IndexSpace(disk, writer, directory);
    this.views = new IndexViews(folder, writer, merges, recent, resources, this::appliedOffset);
    this.commits =
        new IndexCommits(
            folder, directory, writer, kept, merges, space, resources, declared.vectors());
    this.settling =
        new IndexSettling(
            writer,
            views,
            mergePolicy,
            config,
            this::declared,
            resources.vectors().fullScanThreshold());
  }

  static ShardIndex open(
      Path folder,
      Supplier<CollectionConfig> config,
      EngineResources resources,
      Quarantine quarantine)
      throws IOException {
    FileOps files = resources.options().files();
    SpillingDirectory directory =
        new SpillingDirectory(files, folder, resources.options().indexingBufferBytes());
    try {
      ShardIndex index = new ShardIndex(directory, folder, config, resources, quarantine);
      DirectoryReader last =
          LastCommit.open(
              directory, folder, files, quarantine, resources.options().checkedOnOpenBytes());
      if (last != null) {
        index.begin(last);
        index.commits.copyIfMissing();
      }
      return index;
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileHandlingException(directory);
      throw e;
    }
  }

  private void begin(DirectoryReader last) throws IOException {
    CommitData data;
    try {
      data = CommitData.of(last.getIndexCommit().getUserData(), declared.vectors(), directory);
    } catch (QuiverException e) {
      last.close();
      throw e;
    }
    commits.begin(data);
    declared = Declared.of(data.indexes(), data.vectors());
    appliedOffset = data.offset();
    appliedMicros = data.timeMicros();
    resources.clock().after(appliedMicros);
    views.begin(last, data.offset());
  }

  long appliedOffset() {
    return appliedOffset;
  }

  Declared declared() {
    return declared;
  }

  /** Whether points may be missing, since segments were damaged and taken out. */
  boolean partial() {
    return !quarantine.damages().isEmpty();
  }

  IndexCommits commits() {
    return commits;
  }

  IndexSettling settling() {
    return settling;
  }

  IndexSpace space() {
    return space;
  }

  IndexViews views() {
    return views;
  }

  MergePool merges() {
    return merges;
  }

  OnDemandWriter writer() {
    return writer;
  }

  // Changes: one thread at a time.

  void put(StoredPoint point) throws IOException {
    Document document = documents.document(config.get(), declared, point);
    try {
      writer.get().updateDocument(Fields.idTerm(point.id()), document);
    } catch (OffHeapBudgetException full) {
      putWhenThereIsRoom(point, document, full);
    }
    recent.put(point);
  }

  /**
   * Puts a point whose vector found no room in the off-heap budget; Lucene has left nothing of it.
   * An operation in the log must be applied, so this waits: first for the room of our own unflushed
   * vectors, then for that of others, who flush at each commit. Graph builds leave room.
   */
  private void putWhenThereIsRoom(
      StoredPoint point, Document document, OffHeapBudgetException refusal) throws IOException {
    long deadline = System.nanoTime() + ROOM_WAIT.toNanos();
    while (true) {
      writer.get().flush();
      try {
        writer.get().updateDocument(Fields.idTerm(point.id()), document);
        return;
      } catch (OffHeapBudgetException stillFull) {
        if (System.nanoTime() - deadline > 0) {
          stillFull.addSuppressed(refusal);
          throw stillFull;
        }
        LockSupport.parkNanos(ROOM_POLL.toNanos());
      }
    }
  }

  void delete(PointId id, long offset) throws IOException {
    writer.get().deleteDocuments(Fields.idTerm(id));
    recent.delete(id, offset);
  }

  /** Changes the payload indexes or the vectors; the next commit stores them. */
  void declare(Declared changed) {
    if (!changed.vectors().equals(declared.vectors())) {
      // The recent points may have a vector that was dropped.
      recent.forget();
    }
    declared = changed;
  }

  /**
   * Says that all operations before {@code offset} have been applied.
   *
   * @param timeMicros the last one's time
   */
  void applied(long offset, long timeMicros) {
    appliedMicros = Math.max(appliedMicros, timeMicros);
    appliedOffset = offset;
    recent.forgetIfMany();
  }

  /**
   * Begins reading before writing, on the thread that applies; to be closed at the operation's end.
   *
   * @param everythingInView whether a query will be asked, which sees the view alone
   */
  PointLookup lookup(boolean everythingInView) throws IOException {
    boolean fresh = everythingInView || !recent.complete();
    IndexView view = views.view(fresh ? appliedOffset : 0);
    if (fresh) {
      recent.begin();
    }
    return new PointLookup(views, recent, view, declared.vectors());
  }

  /** Makes everything applied durable, and what is declared with it. */
  void commit() throws IOException {
    Declared current = declared;
    commits.commit(
        new CommitData(appliedOffset, appliedMicros, current.byField(), current.vectors()));
  }

  /** Closes without committing; merges that run are given up. */
  @Override
  public void close() throws IOException {
    try {
      IOUtils.close(writer::close, views::close, directory);
    } finally {
      space.close();
    }
  }
}
