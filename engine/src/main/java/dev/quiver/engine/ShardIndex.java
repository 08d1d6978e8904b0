package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import dev.quiver.lucene.OffHeapBudgetException;
import dev.quiver.lucene.QuiverCodec;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KeepOnlyLastCommitDeletionPolicy;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.OneMergeWrappingMergePolicy;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.SnapshotDeletionPolicy;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shard's Lucene index: a writer, made when the first change comes, and a view for readers that
 * is renewed only when somebody needs a newer one.
 *
 * <p>Changes come from one thread at a time (the shard's apply lock); reading is free to all.
 * Points written since the view was made are kept in a bounded map, so that an operation which
 * reads before it writes sees all earlier ones without a new view for each.
 */
final class ShardIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShardIndex.class);
  private static final String OFFSET_KEY = "quiver.offset";
  private static final String TIME_KEY = "quiver.time";
  private static final String INDEXES_KEY = "quiver.payload_indexes";
  private static final String VECTORS_KEY = "quiver.vectors";
  private static final String FORMAT_KEY = "quiver.format";
  private static final int FORMAT = 1;

  /** Longer than the others' commits take to free their buffers. */
  private static final Duration ROOM_WAIT = Duration.ofSeconds(30);

  private static final Duration ROOM_POLL = Duration.ofMillis(10);

  /** The log's own bytes, then a segment's files and their copy in one compound file. */
  private static final int INDEX_FACTOR = 3;

  private static final int COMPOUND_FACTOR = 2;

  private static final int MOST_RECENT_POINTS = 4096;
  private static final long MOST_RECENT_BYTES = 8L << 20;

  /** No flush below this size: many tiny segments would cost more than they free. */
  private static final double WRITER_BUFFER_MEGABYTES = 64;

  private final SpillingDirectory directory;
  private final Path folder;
  private final DiskReserve.Share disk;
  private final Quarantine quarantine;
  private final Supplier<CollectionConfig> config;
  private final EngineResources resources;
  private final MergePool merges;
  private final PointDocuments documents = new PointDocuments();
  private final ReentrantLock refreshLock = new ReentrantLock();

  private volatile @Nullable IndexWriter writer;

  /** Keeps the last commit, and those that backups hold. */
  private final SnapshotDeletionPolicy commits =
      new SnapshotDeletionPolicy(new KeepOnlyLastCommitDeletionPolicy());

  private volatile View view;

  /** Behind the last operation whose effects the writer holds completely. */
  private volatile long appliedOffset;

  /** The time of the last operation before it, in microseconds since 1970; 0 when not known. */
  private volatile long appliedMicros;

  private final GraphMergePolicy mergePolicy;
  private final SegmentTidying tidying;
  private volatile Stale stale;
  private volatile long committedMerges;
  private volatile long committedOffset;
  private volatile VectorFields committedVectors;
  private volatile Declared declared;

  /** What was written since the view, by id; null for a deleted point. */
  private final Map<PointId, Recent> recent = new ConcurrentHashMap<>();

  private final AtomicLong recentBytes = new AtomicLong();

  /** Whether {@link #recent} has everything that the view lacks. */
  private boolean recentComplete = true;

  private record Recent(long offset, @Nullable StoredPoint point, long bytes) {}

  /** What readers read: every operation before {@link #offset}. Whoever gets one closes it. */
  static final class View implements AutoCloseable {
    private final IndexReader reader;
    private final long offset;
    private final long merges;
    private final long madeNanos;

    private View(IndexReader reader, long offset, long merges, long madeNanos) {
      this.reader = reader;
      this.offset = offset;
      this.merges = merges;
      this.madeNanos = madeNanos;
    }

    IndexReader reader() {
      return reader;
    }

    long offset() {
      return offset;
    }

    long madeNanos() {
      return madeNanos;
    }

    @Override
    public void close() throws IOException {
      reader.decRef();
    }
  }

  private ShardIndex(
      SpillingDirectory directory,
      Path folder,
      Supplier<CollectionConfig> config,
      EngineResources resources,
      Quarantine quarantine)
      throws IOException {
    this.directory = directory;
    this.folder = folder;
    this.quarantine = quarantine;
    this.config = config;
    this.resources = resources;
    this.disk = resources.reserve().share(folder);
    this.merges = resources.mergePool(disk);
    this.mergePolicy = new GraphMergePolicy(resources.vectors().fullScanThreshold());
    this.view = newView(new MultiReader(), 0, 0);
    // Vectors that are made or dropped are committed before the configuration has them.
    this.declared = Declared.of(Map.of(), VectorFields.initial(config.get()));
    this.committedVectors = declared.vectors();
    this.tidying =
        new SegmentTidying(
            this::declared, resources.options().files(), folder.resolveSibling("scratch"));
    this.stale = new Stale(view.reader(), declared, Set.of());
  }

  static ShardIndex open(
      Path folder,
      Supplier<CollectionConfig> config,
      EngineResources resources,
      Quarantine quarantine)
      throws IOException {
    SpillingDirectory directory =
        new SpillingDirectory(
            resources.options().files(), folder, resources.options().indexingBufferBytes());
    try {
      ShardIndex index = new ShardIndex(directory, folder, config, resources, quarantine);
      if (isThere(directory, folder, resources.options().files())) {
        leaveOneCommit(directory);
        quarantine.admit(directory, resources.options().checkedOnOpenBytes());
        index.load(reader(directory, quarantine));
        if (!resources.options().files().exists(CommitCopy.of(folder))) {
          index.copyCommit();
        }
      }
      return index;
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileHandlingException(directory);
      throw e;
    }
  }

  /** Whether there was a commit; mends its list and its segments' descriptions if need be. */
  private static boolean isThere(Directory directory, Path folder, FileOps files)
      throws IOException {
    if (!DirectoryReader.indexExists(directory)) {
      return CommitCopy.mend(files, folder);
    }
    try {
      SegmentInfos.readLatestCommit(directory);
    } catch (CorruptIndexException
        | EOFException
        | IndexFormatTooOldException
        | IndexFormatTooNewException
        | NoSuchFileException
        | FileNotFoundException e) {
      if (!CommitCopy.mend(files, folder)) {
        LOG.error("the last commit of {} cannot be read, nor mended from its copy", folder, e);
      }
    }
    return true;
  }

  /**
   * Leaves one list of segments: the newest whose files are all there. Lists before it were
   * deleted, and a list behind it belongs to a commit that failed, and whose files were deleted;
   * but it is open in which order the disk made the deletions durable.
   */
  private static void leaveOneCommit(Directory directory) throws IOException {
    List<String> lists = new ArrayList<>();
    for (String file : directory.listAll()) {
      if (file.startsWith(IndexFileNames.SEGMENTS)) {
        lists.add(file);
      }
    }
    lists.sort(Comparator.comparingLong(SegmentInfos::generationFromSegmentsFileName).reversed());
    if (lists.size() < 2) {
      return;
    }
    String kept = lists.getFirst();
    for (String list : lists) {
      if (isComplete(directory, list)) {
        kept = list;
        break;
      }
    }
    for (String list : lists) {
      if (!list.equals(kept)) {
        directory.deleteFile(list);
      }
    }
    directory.syncMetaData();
  }

  private static boolean isComplete(Directory directory, String list) throws IOException {
    Set<String> present = Set.of(directory.listAll());
    try {
      return present.containsAll(SegmentInfos.readCommit(directory, list).files(true));
    } catch (CorruptIndexException | NoSuchFileException | FileNotFoundException e) {
      // Lucene reads each segment's description with the list.
      return false;
    }
  }

  private static DirectoryReader reader(Directory directory, Quarantine quarantine)
      throws IOException {
    try {
      return DirectoryReader.open(directory);
    } catch (CorruptIndexException | EOFException | RuntimeException e) {
      // A file that is too large to be checked each time; its segment is taken out now.
      try {
        quarantine.admitAll(directory);
        return DirectoryReader.open(directory);
      } catch (IOException | RuntimeException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }

  private void load(DirectoryReader reader) throws IOException {
    Map<String, String> data = reader.getIndexCommit().getUserData();
    String format = data.getOrDefault(FORMAT_KEY, "none");
    if (!format.equals(Integer.toString(FORMAT))) {
      reader.close();
      throw new QuiverException(
          ErrorCode.CORRUPT,
          directory + ": index format " + format + " (expected: " + FORMAT + ")");
    }
    committedOffset = Long.parseLong(data.getOrDefault(OFFSET_KEY, "0"));
    String vectors = data.get(VECTORS_KEY);
    if (vectors != null) {
      committedVectors = VectorFields.fromJson(vectors);
    }
    declared =
        Declared.of(
            IndexDeclarations.fromJson(data.getOrDefault(INDEXES_KEY, "[]")), committedVectors);
    appliedOffset = committedOffset;
    appliedMicros = Long.parseLong(data.getOrDefault(TIME_KEY, "0"));
    resources.clock().after(appliedMicros);
    view = newView(reader, committedOffset, 0);
  }

  private View newView(IndexReader reader, long offset, long merged) {
    return new View(reader, offset, merged, resources.background().nanoTime());
  }

  long committedOffset() {
    return committedOffset;
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

  /** The vectors as of the last commit. */
  VectorFields committedVectors() {
    return committedVectors;
  }

  MergeLog mergeLog() {
    return merges.log();
  }

  boolean merging() {
    return merges.busy();
  }

  /** Whether a merge that was refused for lack of memory may be tried again. */
  boolean mergeRetryDue() {
    return merges.retryDue();
  }

  /** Bytes of documents that are not flushed yet. */
  long bufferedBytes() {
    IndexWriter current = writer;
    try {
      return current == null ? 0 : current.ramBytesUsed();
    } catch (AlreadyClosedException e) {
      return 0;
    }
  }

  /**
   * Why so many bytes of operations may not be logged now, or null when they may: what is logged
   * needs space in the index as well.
   */
  @Nullable String shortage(long recordBytes) {
    keepSpace();
    return disk.shortage(INDEX_FACTOR * recordBytes);
  }

  private void keepSpace() {
    disk.keep(COMPOUND_FACTOR * bufferedBytes() + directory.spilledBytes());
  }

  /** Why the writer closed itself, or null while it works. */
  @Nullable Throwable tragedy() {
    IndexWriter current = writer;
    return current == null ? null : current.getTragicException();
  }

  // Changes: one thread at a time.

  void put(StoredPoint point) throws IOException {
    Document document = documents.document(config.get(), declared, point);
    try {
      writer().updateDocument(Fields.idTerm(point.id()), document);
    } catch (OffHeapBudgetException full) {
      putWhenThereIsRoom(point, document, full);
    }
    remember(point.id(), new Recent(point.version(), point, point.bytes()));
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
      writer().flush();
      try {
        writer().updateDocument(Fields.idTerm(point.id()), document);
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

  /** Changes the payload indexes or the vectors; the next commit stores them. */
  void declare(Declared changed) {
    if (!changed.vectors().equals(declared.vectors())) {
      // The points in it may have a vector that was dropped.
      forgetRecent();
    }
    declared = changed;
  }

  private void forgetRecent() {
    recentComplete = false;
    recent.clear();
    recentBytes.set(0);
  }

  void delete(PointId id, long offset) throws IOException {
    writer().deleteDocuments(Fields.idTerm(id));
    remember(id, new Recent(offset, null, 64));
  }

  /**
   * Says that all operations before {@code offset} have been applied.
   *
   * @param timeMicros the last one's time
   */
  void applied(long offset, long timeMicros) {
    appliedMicros = Math.max(appliedMicros, timeMicros);
    appliedOffset = offset;
    if (recent.size() > MOST_RECENT_POINTS || recentBytes.get() > MOST_RECENT_BYTES) {
      // A bulk load: the next operation that reads makes a view instead.
      forgetRecent();
    }
  }

  private void remember(PointId id, Recent entry) {
    if (recentComplete) {
      Recent before = recent.put(id, entry);
      recentBytes.addAndGet(entry.bytes() - (before == null ? 0 : before.bytes()));
    }
  }

  /** Reads points as the last change left them, on the thread that makes the changes. */
  final class Lookup implements AutoCloseable {
    private View current;
    private LeafPoints[] leaves;

    private Lookup(View current) {
      this.current = current;
      this.leaves = leavesOf(current.reader());
    }

    /** The view, for queries: it has all operations before this one when that was asked for. */
    IndexReader reader() {
      return current.reader();
    }

    @Nullable StoredPoint find(PointId id) throws IOException {
      Recent written = recent.get(id);
      if (written != null) {
        return written.point();
      }
      if (current != view) {
        // What is no longer among the recent points is in the view that took them out.
        View newer = view(0);
        current.close();
        current = newer;
        leaves = leavesOf(newer.reader());
      }
      BytesRef term = new BytesRef(PointIds.toBytes(id));
      for (LeafPoints leaf : leaves) {
        int doc = leaf.find(term);
        if (doc >= 0) {
          return leaf.point(declared.vectors(), doc);
        }
      }
      return null;
    }

    @Override
    public void close() throws IOException {
      current.close();
    }
  }

  /**
   * Begins reading before writing, on the thread that applies; to be closed at the operation's end.
   *
   * @param everythingInView whether a query will be asked, which sees the view alone
   */
  Lookup lookup(boolean everythingInView) throws IOException {
    if (everythingInView || !recentComplete) {
      View fresh = view(appliedOffset);
      recentComplete = true;
      return new Lookup(fresh);
    }
    return new Lookup(view(0));
  }

  /** Makes everything applied durable, and what is declared with it. */
  void commit() throws IOException {
    long offset = appliedOffset;
    Map<String, String> data = new HashMap<>();
    data.put(FORMAT_KEY, Integer.toString(FORMAT));
    data.put(OFFSET_KEY, Long.toString(offset));
    data.put(TIME_KEY, Long.toString(appliedMicros));
    Declared current = declared;
    data.put(INDEXES_KEY, IndexDeclarations.toJson(current.byField()));
    data.put(VECTORS_KEY, current.vectors().toJson());
    IndexWriter committing = writer();
    long merged = merges.finished();
    committing.setLiveCommitData(data.entrySet());
    try {
      committing.commit();
    } finally {
      keepSpace();
    }
    copyCommit();
    committedMerges = merged;
    committedOffset = offset;
    committedVectors = current.vectors();
    resources.metrics().commits.increment();
  }

  /** A commit is one without its copy, too: the next one tries again. */
  private void copyCommit() {
    try {
      CommitCopy.write(resources.options().files(), folder, directory);
    } catch (IOException e) {
      LOG.warn("{} has no copy of its last commit's list", folder, e);
    }
  }

  /** Mends what describes the last commit, or the copy of it; nobody commits meanwhile. */
  void mendCommit() throws IOException {
    if (!CommitCopy.mend(resources.options().files(), folder)) {
      copyCommit();
    }
  }

  /** What the last commit in a folder is, as its files say. */
  record Committed(long offset, Set<String> files) {}

  /** Reads what the last commit is of an index that is not open. */
  static Committed committed(FileOps files, Path folder) throws IOException {
    try (Directory directory = files.directory(folder)) {
      if (!DirectoryReader.indexExists(directory)) {
        return new Committed(0, Set.of());
      }
      SegmentInfos infos = SegmentInfos.readLatestCommit(directory);
      return new Committed(
          Long.parseLong(infos.getUserData().getOrDefault(OFFSET_KEY, "0")),
          Set.copyOf(infos.files(true)));
    }
  }

  /** Keeps the files of the last commit until what is returned is closed. */
  HeldCommit hold() throws IOException {
    IndexWriter current = writer();
    if (!DirectoryReader.indexExists(directory)) {
      return new HeldCommit(directory, null, 0, () -> {});
    }
    IndexCommit held = commits.snapshot();
    long offset = Long.parseLong(held.getUserData().getOrDefault(OFFSET_KEY, "0"));
    return new HeldCommit(
        directory,
        held,
        offset,
        () -> {
          commits.release(held);
          if (current.isOpen()) {
            current.deleteUnusedFiles();
          }
        });
  }

  /** Whether merges since the last commit would be lost without another one. */
  boolean mergedSinceCommit() {
    return writer != null && merges.finished() != committedMerges;
  }

  /** Whether searches would gain from {@link #settle}, as far as the current view shows. */
  boolean wantsSettling() throws IOException {
    List<Integer> documents = new ArrayList<>();
    try (View current = view(0)) {
      for (LeafReaderContext leaf : current.reader().leaves()) {
        documents.add(leaf.reader().maxDoc());
      }
    }
    boolean hasGraph = config.get().vectors().values().stream().anyMatch(params -> params.m() > 0);
    return (hasGraph
            && GraphMergePolicy.wantsSettling(documents, resources.vectors().fullScanThreshold()))
        || !staleSegments().isEmpty();
  }

  /** Names of segments that gain from being written again, as far as the current view shows. */
  private Set<String> staleSegments() throws IOException {
    try (View current = view(0)) {
      Declared now = declared;
      Stale known = stale;
      if (known.reader().equals(current.reader()) && known.declared().equals(now)) {
        return known.segments();
      }
      Set<String> names = new HashSet<>();
      for (LeafReaderContext leaf : current.reader().leaves()) {
        if (leaf.reader() instanceof SegmentReader segment && SegmentTidying.isStale(leaf, now)) {
          names.add(segment.getSegmentName());
        }
      }
      stale = new Stale(current.reader(), now, names);
      return names;
    }
  }

  /** What was found of a view's segments. */
  private record Stale(IndexReader reader, Declared declared, Set<String> segments) {}

  /** Starts the merges that an index at rest deserves; they run in the background. */
  void settle() throws IOException {
    IndexWriter current = writer();
    mergePolicy.beginSettling(staleSegments());
    try {
      current.maybeMerge();
    } finally {
      mergePolicy.endSettling();
    }
  }

  /** Writes buffered documents to a segment, to free their memory. */
  void flush() throws IOException {
    IndexWriter current = writer;
    if (current != null) {
      current.flushNextBuffer();
    }
  }

  private IndexWriter writer() throws IOException {
    IndexWriter current = writer;
    if (current == null) {
      IndexWriterConfig settings = new IndexWriterConfig();
      settings.setCodec(new QuiverCodec(resources.vectors(), Fields::isMultivector));
      settings.setMergeScheduler(merges);
      settings.setMergePolicy(new OneMergeWrappingMergePolicy(mergePolicy, tidying::tidying));
      settings.setUseCompoundFile(true);
      settings.setCommitOnClose(false);
      settings.setIndexDeletionPolicy(commits);
      settings.setMaxFullFlushMergeWaitMillis(0);
      settings.setRAMBufferSizeMB(WRITER_BUFFER_MEGABYTES);
      // Just too small for a graph: graphs are built by merges, not while writers wait.
      settings.setMaxBufferedDocs(Math.max(2, resources.vectors().fullScanThreshold() - 1));
      current = new IndexWriter(directory, settings);
      writer = current;
    }
    return current;
  }

  // Reading.

  /** Returns a view that holds at least every operation before {@code offset}; close it. */
  View view(long offset) throws IOException {
    while (true) {
      View current = view;
      // A merge changes no point, but makes searching faster.
      if (current.offset() >= offset && current.merges == merges.finished()) {
        if (current.reader().tryIncRef()) {
          return current;
        }
        if (current == view) {
          throw new AlreadyClosedException("the index is closed: " + directory);
        }
      } else {
        refresh(offset);
      }
    }
  }

  View currentView() {
    return view;
  }

  private void refresh(long offset) throws IOException {
    refreshLock.lock();
    try {
      View old = view;
      long merged = merges.finished();
      if (old.offset() >= offset && old.merges == merged) {
        return;
      }
      long covered = appliedOffset;
      if (covered < offset) {
        throw new IllegalStateException("view of " + offset + " asked for, applied " + covered);
      }
      IndexWriter current = writer;
      if (current == null) {
        view = newView(old.reader(), covered, merged);
        return;
      }
      DirectoryReader renewed =
          old.reader() instanceof DirectoryReader before
              ? DirectoryReader.openIfChanged(before, current)
              : DirectoryReader.open(current);
      resources.metrics().refreshes.increment();
      if (renewed == null) {
        view = newView(old.reader(), covered, merged);
      } else {
        view = newView(renewed, covered, merged);
        old.close();
      }
      recent.forEach(
          (id, entry) -> {
            if (entry.offset() < covered && recent.remove(id, entry)) {
              recentBytes.addAndGet(-entry.bytes());
            }
          });
    } finally {
      refreshLock.unlock();
    }
  }

  static LeafPoints[] leavesOf(IndexReader reader) {
    LeafPoints[] leaves = new LeafPoints[reader.leaves().size()];
    int i = 0;
    for (LeafReaderContext context : reader.leaves()) {
      leaves[i++] = new LeafPoints(context.reader());
    }
    return leaves;
  }

  /** Closes without committing; merges that run are given up. */
  @Override
  public void close() throws IOException {
    refreshLock.lock();
    try {
      IndexWriter current = writer;
      IOUtils.close(current == null ? null : current::rollback, () -> view.close(), directory);
    } finally {
      disk.close();
      refreshLock.unlock();
    }
  }
}
