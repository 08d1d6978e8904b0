package dev.quiver.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.OpLog;
import dev.quiver.engine.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFileNames;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open shard: its log, its index, and the order between them.
 *
 * <p>An operation is validated, queued in the log and in {@link #pending} under one lock (so both
 * have the same order), made durable by the log's group commit, and applied in that order by
 * whoever holds the apply lock: the caller itself when it waits for the result, else a shared
 * background thread. The log is cut behind each commit of the index.
 *
 * <p>Lock order: submit lock, apply lock, then the index's and the log's own. Any error of the
 * index that is not an operation's own makes the shard failed: it refuses work until it is opened
 * anew from its log.
 */
final class Shard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

  /** Above so many operations waiting to be applied, writers that do not wait apply as well. */
  private static final int MOST_PENDING = 256;

  /** Operations that a background thread applies before it lets others at the lock. */
  private static final int DRAIN_SLICE = 16;

  private final Path logFolder;
  private final EngineResources resources;
  private final ShardIndex index;
  private final Quarantine quarantine;
  private final Applier applier;

  /** The log is kept from here on, whatever the index covers. */
  private final LongSupplier retainedOffset;

  private final ReentrantLock submitLock = new ReentrantLock();
  private final ReentrantLock applyLock = new ReentrantLock(true);
  private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pendingCount = new AtomicInteger();
  private final AtomicBoolean draining = new AtomicBoolean();

  /** Opened by the first write: a shard that is only read needs no log. */
  private volatile @Nullable OpLog log;

  /** The vectors behind the last operation in the log, applied or not; changed in submitLock. */
  private volatile VectorFields submittedVectors;

  /** Whether an operation that {@link #submittedVectors} counts was refused by the log. */
  private volatile boolean refused;

  /** Behind the last operation that a caller was told was applied. */
  private volatile long promisedOffset;

  /** When the oldest change that is not committed was applied; 0 when there is none. */
  private volatile long dirtySinceNanos;

  /** The applied offset at which the index was last settled; -1: not since it was opened. */
  private volatile long settledOffset = -1;

  private volatile @Nullable Throwable failure;

  /** Why the last commit found no space; null when it did. */
  private volatile @Nullable Throwable full;

  @GuardedBy("applyLock")
  private boolean closed;

  /** An operation between the log and the index. */
  private static final class Pending {
    private final long offset;
    private final long timeMicros;
    private final WriteOp operation;
    private final OpLog.Appended appended;
    private final CompletableFuture<UpdateResult> result = new CompletableFuture<>();

    Pending(long offset, long timeMicros, WriteOp operation, OpLog.Appended appended) {
      this.offset = offset;
      this.timeMicros = timeMicros;
      this.operation = operation;
      this.appended = appended;
    }
  }

  private Shard(
      Path logFolder,
      EngineResources resources,
      ShardIndex index,
      Quarantine quarantine,
      LongSupplier retainedOffset) {
    this.quarantine = quarantine;
    this.logFolder = logFolder;
    this.resources = resources;
    this.index = index;
    this.retainedOffset = retainedOffset;
    this.applier = new Applier(index);
    this.submittedVectors = index.declared().vectors();
  }

  /**
   * Opens a shard and applies what its log has beyond its last commit.
   *
   * @param retainedOffset where the part of the log begins that somebody still wants
   */
  static Shard open(
      CollectionFolder folder,
      Supplier<CollectionConfig> config,
      EngineResources resources,
      Quarantine quarantine,
      LongSupplier retainedOffset) {
    Shard shard = null;
    try {
      ShardIndex index = ShardIndex.open(folder.index(), config, resources, quarantine);
      shard = new Shard(folder.log(), resources, index, quarantine, retainedOffset);
      if (WriteAheadLog.sealed(folder.log(), resources.options().files())) {
        shard.checkThatNothingIsMissing(folder);
      } else {
        shard.replay();
      }
      shard.submittedVectors = shard.index.declared().vectors();
      resources.metrics().opens.increment();
      return shard;
    } catch (IOException | RuntimeException e) {
      if (shard != null) {
        shard.abandon(String.valueOf(e.getMessage()));
      }
      throw shardError("collection cannot be opened", e);
    }
  }

  /**
   * A log without records begins where the commit ends, and where there is none, segments lie in
   * the index only with a commit: the log is cut behind one.
   */
  private void checkThatNothingIsMissing(CollectionFolder folder) throws IOException {
    FileOps files = resources.options().files();
    long first = WriteAheadLog.firstOffset(logFolder, files);
    List<String> names = files.list(folder.index());
    boolean withoutList =
        names.stream().anyMatch(name -> name.startsWith("_"))
            && names.stream().noneMatch(name -> name.startsWith(IndexFileNames.SEGMENTS));
    if (withoutList || first > index.committedOffset()) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          folder.index()
              + " is damaged: "
              + (withoutList
                  ? "its list of segments (segments_N) is missing"
                  : "its last commit ends at offset " + index.committedOffset())
              + ", and the log in "
              + logFolder
              + " begins at "
              + (first > 0 ? "offset " + first : "the next write")
              + ": restore the collection from a backup");
    }
  }

  private void replay() throws IOException {
    OpLog opened = openLog();
    applyLock.lock();
    try {
      opened.replay(
          index.committedOffset(),
          Long.MAX_VALUE,
          (offset, timeMicros, record) -> {
            resources.metrics().opsReplayed.increment();
            try {
              applyOne(offset, timeMicros, OpCodec.decode(record));
            } catch (IOException e) {
              throw shardError("log cannot be replayed", e);
            }
          });
      promisedOffset = index.appliedOffset();
    } finally {
      applyLock.unlock();
    }
  }

  private OpLog openLog() {
    submitLock.lock();
    try {
      OpLog opened = log;
      if (opened == null) {
        opened =
            WriteAheadLog.open(
                logFolder,
                resources.options().files(),
                resources.options().logSegmentBytes(),
                index.committedOffset(),
                resources.clock(),
                resources.metrics());
        log = opened;
      }
      return opened;
    } finally {
      submitLock.unlock();
    }
  }

  // Writing.

  List<UpdateResult> write(List<WriteOp> operations, boolean wait, @Nullable Duration timeout) {
    VectorFields fields = submittedVectors();
    List<WriteOp> prepared = OpRules.prepare(fields, operations);
    long deadline = timeout == null ? 0 : System.nanoTime() + timeout.toNanos();
    List<UpdateResult> results = new ArrayList<>(prepared.size());
    for (List<WriteOp> run : wait ? untilFallible(prepared) : List.of(prepared)) {
      for (Pending entry : append(run, fields)) {
        if (!wait) {
          results.add(new UpdateResult(entry.offset, UpdateResult.Status.ACKNOWLEDGED));
        } else if (timeout == null) {
          results.add(applied(entry));
        } else {
          results.add(appliedOrTimeout(entry, deadline));
        }
      }
    }
    return results;
  }

  /**
   * Cuts behind each operation that may fail when it is applied, so that those after it are not
   * done when it does.
   */
  private static List<List<WriteOp>> untilFallible(List<WriteOp> operations) {
    List<List<WriteOp>> runs = new ArrayList<>();
    List<WriteOp> run = new ArrayList<>();
    for (WriteOp operation : operations) {
      run.add(operation);
      boolean safe =
          operation instanceof WriteOp.Upsert || operation instanceof WriteOp.DeletePoints;
      if (!safe) {
        runs.add(run);
        run = new ArrayList<>();
      }
    }
    if (!run.isEmpty()) {
      runs.add(run);
    }
    return runs;
  }

  /**
   * Makes operations durable and leaves them in the queue.
   *
   * @param fitting the vectors that the operations were prepared for
   */
  private List<Pending> append(List<WriteOp> prepared, VectorFields fitting) {
    if (prepared.isEmpty()) {
      return List.of();
    }
    List<WriteOp> operations = prepared;
    List<byte[]> records = encoded(operations);
    OpLog target = openLog();
    checkRoom(records);
    List<Pending> entries = new ArrayList<>(operations.size());
    OpLog.Appended appended;
    submitLock.lock();
    try {
      checkWorking();
      Throwable noSpace = full;
      if (noSpace != null) {
        throw DiskSpace.full("the disk is full: " + noSpace.getMessage(), noSpace);
      }
      VectorFields vectors = submittedVectors();
      if (!vectors.equals(fitting)) {
        // A vector was made or dropped meanwhile: what is logged fits those at its place.
        operations = OpRules.prepare(vectors, operations);
        records = encoded(operations);
      }
      appended = target.submit(records);
      for (WriteOp operation : operations) {
        vectors = vectors.after(operation);
      }
      submittedVectors = vectors;
      long offset = appended.firstOffset();
      long time = appended.firstTimeMicros();
      for (WriteOp operation : operations) {
        Pending entry = new Pending(offset++, time++, operation, appended);
        entries.add(entry);
        pendingCount.incrementAndGet();
        pending.add(entry);
      }
    } finally {
      submitLock.unlock();
    }
    try {
      appended.await();
    } finally {
      // Durable entries have to be applied and refused ones to be taken out, whoever waits.
      if (pendingCount.get() > MOST_PENDING) {
        drain(entries.getLast());
      } else {
        scheduleDrain();
      }
    }
    return entries;
  }

  /** The vectors behind the last operation that the log has or may yet have. */
  private VectorFields submittedVectors() {
    if (!refused && pending.stream().noneMatch(Shard::isRefused)) {
      return submittedVectors;
    }
    submitLock.lock();
    applyLock.lock();
    try {
      refused = false;
      VectorFields vectors = index.declared().vectors();
      for (Pending entry : pending) {
        if (!isRefused(entry)) {
          vectors = vectors.after(entry.operation);
        }
      }
      submittedVectors = vectors;
      return vectors;
    } finally {
      applyLock.unlock();
      submitLock.unlock();
    }
  }

  private static boolean isRefused(Pending entry) {
    return entry.appended.status() == OpLog.Status.FAILED;
  }

  /** Refuses what would leave no space to commit what is logged. */
  private void checkRoom(List<byte[]> records) {
    long bytes = 0;
    for (byte[] each : records) {
      bytes += each.length;
    }
    if (index.shortage(bytes) == null) {
      return;
    }
    if (full == null) {
      // A commit turns the log's space into the index's.
      commit();
      truncateLog();
    }
    String shortage = index.shortage(bytes);
    if (shortage != null) {
      throw DiskSpace.full("the disk is full: " + shortage, null);
    }
  }

  private static List<byte[]> encoded(List<WriteOp> operations) {
    List<byte[]> records = new ArrayList<>(operations.size());
    for (WriteOp operation : operations) {
      records.add(OpCodec.encode(operation));
    }
    return records;
  }

  private UpdateResult applied(Pending entry) {
    drain(entry);
    try {
      return entry.result.get();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuiverException(ErrorCode.UNAVAILABLE, "interrupted while applying", e);
    }
  }

  private UpdateResult appliedOrTimeout(Pending entry, long deadline) {
    try {
      return entry.result.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new UpdateResult(entry.offset, UpdateResult.Status.WAIT_TIMEOUT);
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuiverException(ErrorCode.UNAVAILABLE, "interrupted while applying", e);
    }
  }

  private static RuntimeException rethrown(@Nullable Throwable cause) {
    if (cause instanceof QuiverException e) {
      return e;
    }
    return new QuiverException(ErrorCode.INTERNAL, "operation could not be applied", cause);
  }

  // Applying.

  /** Applies, in order, up to and with this entry, which is durable or refused. */
  private void drain(Pending last) {
    applyLock.lock();
    try {
      while (!last.result.isDone() && applyHead()) {
        // Entries before the last one go first.
      }
    } finally {
      applyLock.unlock();
    }
  }

  private void scheduleDrain() {
    if (!pending.isEmpty() && draining.compareAndSet(false, true)) {
      try {
        resources.upkeep().execute(this::drainSlice);
      } catch (RejectedExecutionException e) {
        // The engine is closing: closing applies what is left.
        draining.set(false);
      }
    }
  }

  private void drainSlice() {
    boolean more = true;
    applyLock.lock();
    try {
      for (int i = 0; i < DRAIN_SLICE && more; i++) {
        more = applyHead();
      }
    } finally {
      draining.set(false);
      applyLock.unlock();
    }
    // An entry may have become durable between the last look and the flag going down.
    Pending head = pending.peek();
    if (head != null && head.appended.status() != OpLog.Status.PENDING) {
      scheduleDrain();
    }
  }

  /** Applies the first entry if it is durable; returns whether another may follow. */
  private boolean applyHead() {
    Pending head = pending.peek();
    if (head == null || head.appended.status() == OpLog.Status.PENDING) {
      return false;
    }
    if (isRefused(head)) {
      refused = true;
      head.result.completeExceptionally(
          new QuiverException(ErrorCode.INTERNAL, "the operation was not logged"));
    } else if (failure != null) {
      head.result.completeExceptionally(notWorking());
    } else {
      try {
        QuiverException error = applyOne(head.offset, head.timeMicros, head.operation);
        if (error == null) {
          promisedOffset = head.offset + 1;
          head.result.complete(new UpdateResult(head.offset, UpdateResult.Status.COMPLETED));
        } else {
          head.result.completeExceptionally(error);
        }
      } catch (IOException | RuntimeException e) {
        fail(e);
        head.result.completeExceptionally(notWorking());
      }
    }
    pending.poll();
    pendingCount.decrementAndGet();
    return true;
  }

  /**
   * Applies one operation, or finds that it cannot be: that is an answer too, and the same one when
   * it is replayed.
   */
  private @Nullable QuiverException applyOne(long offset, long timeMicros, WriteOp operation)
      throws IOException {
    QuiverException error = null;
    try {
      applier.apply(offset, operation);
    } catch (QuiverException e) {
      if (e.code() == ErrorCode.CORRUPT) {
        throw e;
      }
      error = e;
    } catch (IllegalArgumentException e) {
      if (index.tragedy() != null) {
        throw e;
      }
      LOG.error("operation {} of {} cannot be applied and is left out", offset, logFolder, e);
      error = new QuiverException(ErrorCode.INTERNAL, "operation cannot be applied", e);
    }
    index.applied(offset + 1, timeMicros);
    if (dirtySinceNanos == 0) {
      dirtySinceNanos = Math.max(1, resources.background().nanoTime());
    }
    resources.metrics().opsApplied.increment();
    if (error != null) {
      resources.metrics().opsFailed.increment();
    }
    return error;
  }

  // Upkeep.

  /** Whether changes wait for a commit for longer than this. */
  boolean commitDue(Duration interval) {
    long since = dirtySinceNanos;
    return since != 0
        ? resources.background().nanoTime() - since >= interval.toNanos()
        : index.mergedSinceCommit() && !merging();
  }

  /** Whether nothing was written since the last commit and searches would gain from merging. */
  boolean settleDue() {
    return dirtySinceNanos == 0
        && (settledOffset != index.appliedOffset() || index.mergeRetryDue())
        && quiet()
        && wantsSettling();
  }

  private boolean wantsSettling() {
    try {
      return index.wantsSettling();
    } catch (IOException | RuntimeException e) {
      fail(e);
      throw shardError("index cannot be read", e);
    }
  }

  /** Merges what is left over from writing, in the background. Once, until something is written. */
  void settle() {
    applyLock.lock();
    try {
      if (closed || failure != null || dirtySinceNanos != 0) {
        return;
      }
      settledOffset = index.appliedOffset();
      index.settle();
    } catch (IOException | RuntimeException e) {
      fail(e);
      throw shardError("merging failed", e);
    } finally {
      applyLock.unlock();
    }
  }

  /** Whether merges run, or will as soon as writing pauses. */
  boolean optimizing() {
    return merging() || (settledOffset != index.appliedOffset() && wantsSettling());
  }

  /** Commits the index and cuts the log behind it. */
  void commit() {
    applyLock.lock();
    try {
      if (closed || failure != null || (dirtySinceNanos == 0 && !index.mergedSinceCommit())) {
        return;
      }
      commitLocked();
    } finally {
      applyLock.unlock();
    }
    truncateLog();
  }

  /** Mends what describes the last commit, or the copy of it. */
  void mendCommit() {
    applyLock.lock();
    try {
      if (!closed && failure == null) {
        index.mendCommit();
      }
    } catch (IOException | RuntimeException e) {
      throw shardError("what describes the last commit cannot be mended", e);
    } finally {
      applyLock.unlock();
    }
  }

  private void truncateLog() {
    OpLog opened = log;
    if (opened != null && !opened.failed()) {
      opened.truncateBefore(Math.min(index.committedOffset(), retainedOffset.getAsLong()));
    }
  }

  /** Commits what is not committed, and keeps that commit's files until the caller closes it. */
  HeldCommit hold() {
    applyLock.lock();
    try {
      checkWorking();
      if (dirtySinceNanos != 0 || index.mergedSinceCommit()) {
        commitLocked();
      }
      return index.hold();
    } catch (IOException | RuntimeException e) {
      throw shardError("commit cannot be held", e);
    } finally {
      applyLock.unlock();
    }
  }

  /** Behind the last operation that is applied. */
  long appliedOffset() {
    return index.appliedOffset();
  }

  /** The log, for reading; it is opened when it is not. */
  OpLog logForReading() {
    checkWorking();
    return openLog();
  }

  @GuardedBy("applyLock")
  private void commitLocked() {
    long since = dirtySinceNanos;
    dirtySinceNanos = 0;
    try {
      index.commit();
      full = null;
    } catch (IOException | RuntimeException e) {
      if (DiskSpace.isFull(e) && index.tragedy() == null) {
        // The log has everything; the next commit that finds space makes up for this one.
        dirtySinceNanos = Math.max(1, since);
        full = e;
        throw DiskSpace.full("commit failed: " + e.getMessage(), e);
      }
      fail(e);
      throw shardError("commit failed", e);
    }
  }

  /** Frees the memory of buffered documents. */
  void flush() {
    try {
      index.flush();
    } catch (IOException | RuntimeException e) {
      fail(e);
      throw shardError("flush failed", e);
    }
  }

  long bufferedBytes() {
    return index.bufferedBytes();
  }

  long logBytes() {
    OpLog opened = log;
    return opened == null ? 0 : opened.sizeInBytes();
  }

  MergeLog mergeLog() {
    return index.mergeLog();
  }

  boolean merging() {
    return index.merging();
  }

  /** Whether closing it would interrupt nothing. */
  boolean quiet() {
    return pending.isEmpty() && !draining.get() && !merging();
  }

  int queued() {
    return pendingCount.get();
  }

  Declared declared() {
    return index.declared();
  }

  /** Commits if vectors were made or dropped since the last commit. */
  void commitVectors() {
    if (!index.committedVectors().equals(index.declared().vectors())) {
      commit();
    }
  }

  /** The vectors as of the last commit: only these may be written elsewhere. */
  VectorFields committedVectors() {
    return index.committedVectors();
  }

  // Reading.

  /** A view that has every operation that a caller was told was applied; close it. */
  ShardIndex.View view() {
    checkWorking();
    try {
      long needed = promisedOffset;
      ShardIndex.View current = index.currentView();
      long applied = index.appliedOffset();
      if (current.offset() < applied
          && resources.background().nanoTime() - current.madeNanos()
              > resources.options().staleness().toNanos()) {
        needed = Math.max(needed, applied);
      }
      return index.view(needed);
    } catch (IOException | RuntimeException e) {
      fail(e);
      throw shardError("index cannot be read", e);
    }
  }

  // Failing and closing.

  boolean failed() {
    OpLog opened = log;
    return failure != null || (opened != null && opened.failed());
  }

  private void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
      if (saysCorrupt(cause)) {
        quarantine.distrust();
      }
      LOG.error("{} failed; it will be opened anew from its log", logFolder.getParent(), cause);
    }
  }

  /** Says that a segment of the last commit is damaged. */
  void damaged(Damage damage) {
    fail(new IOException("damaged: " + damage));
  }

  private static boolean saysCorrupt(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CorruptIndexException) {
        return true;
      }
    }
    return false;
  }

  private void checkWorking() {
    if (failure != null) {
      throw notWorking();
    }
  }

  private QuiverException notWorking() {
    Throwable cause = failure;
    return shardError(
        "the collection is being opened anew", cause == null ? new IOException("closed") : cause);
  }

  private static QuiverException shardError(String what, Throwable cause) {
    if (cause instanceof QuiverException e) {
      return e;
    }
    String reason = String.valueOf(cause.getMessage());
    ErrorCode code = DiskSpace.isFull(cause) ? ErrorCode.INSUFFICIENT_STORAGE : ErrorCode.INTERNAL;
    if (cause instanceof CorruptIndexException) {
      code = ErrorCode.CORRUPT;
    }
    return new QuiverException(code, what + ": " + reason, cause);
  }

  /** Commits and closes; nothing else may be running. What was logged is applied before. */
  @Override
  public void close() {
    applyLock.lock();
    try {
      closed = true;
      while (applyHead()) {
        // Nothing that was acknowledged is left to the next start.
      }
      if (!failed()) {
        if (dirtySinceNanos != 0 || index.mergedSinceCommit()) {
          commitUnlessFull();
        }
        sealLog();
      }
    } finally {
      try {
        closeFiles();
      } finally {
        applyLock.unlock();
      }
    }
  }

  @GuardedBy("applyLock")
  private void commitUnlessFull() {
    try {
      commitLocked();
    } catch (QuiverException e) {
      if (full == null) {
        throw e;
      }
      LOG.warn("{} is closed without a commit: its log has everything", logFolder.getParent(), e);
    }
  }

  /** Leaves no log behind when the commit has everything, so that the next opening is quick. */
  private void sealLog() {
    OpLog opened = log;
    if (opened != null && index.committedOffset() == opened.nextOffset()) {
      try {
        if (retainedOffset.getAsLong() < opened.nextOffset()) {
          opened.truncateBefore(retainedOffset.getAsLong());
        } else {
          opened.seal();
        }
      } catch (QuiverException e) {
        LOG.warn("{} keeps records that its commit covers", logFolder, e);
      }
    }
  }

  /** Closes without committing: the log has everything. */
  void abandon(String reason) {
    applyLock.lock();
    try {
      closed = true;
      if (failure == null) {
        failure = new IllegalStateException(reason);
      }
      while (applyHead()) {
        // Answers whoever still waits.
      }
      closeFiles();
    } catch (QuiverException e) {
      LOG.warn("{} could not be closed cleanly", logFolder.getParent(), e);
    } finally {
      applyLock.unlock();
    }
  }

  private void closeFiles() {
    OpLog opened = log;
    log = null;
    try {
      index.close();
    } catch (IOException e) {
      throw shardError("collection cannot be closed", e);
    } finally {
      if (opened != null) {
        opened.close();
      }
    }
  }
}
