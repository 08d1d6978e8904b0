package dev.quiver.engine;

import dev.quiver.engine.wal.OpLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes operations from callers: each is validated, put into the log and into the queue under one
 * lock (so both have the same order), made durable by the log's group commit, and answered when it
 * is logged or when it is applied. Thread-safe.
 */
final class ShardWrites {
  private final ShardLog log;
  private final ApplyQueue queue;
  private final ShardUpkeep upkeep;
  private final ShardHealth health;
  private final ReentrantLock submitLock = new ReentrantLock();

  /**
   * The vectors behind the last operation in the log, applied or not; null before the first write.
   * Changed in submitLock.
   */
  private volatile @Nullable VectorFields submittedVectors;

  ShardWrites(ShardLog log, ApplyQueue queue, ShardUpkeep upkeep, ShardHealth health) {
    this.log = log;
    this.queue = queue;
    this.upkeep = upkeep;
    this.health = health;
  }

  /**
   * Writes operations, in order.
   *
   * @param wait whether to answer when they are applied, not already when they are durable
   * @param timeout how long to wait for that; null: without end
   * @throws QuiverException when an operation does not fit, could not be logged, or failed when it
   *     was applied; those after it are not done then
   */
  List<UpdateResult> write(List<WriteOp> operations, boolean wait, @Nullable Duration timeout) {
    VectorFields fields = submittedVectors();
    List<WriteOp> prepared = OpRules.prepare(fields, operations);
    long deadline = timeout == null ? 0 : System.nanoTime() + timeout.toNanos();
    List<UpdateResult> results = new ArrayList<>(prepared.size());
    for (List<WriteOp> run : wait ? untilFallible(prepared) : List.of(prepared)) {
      for (PendingOp entry : append(run, fields)) {
        if (!wait) {
          results.add(new UpdateResult(entry.offset(), UpdateResult.Status.ACKNOWLEDGED));
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
  private List<PendingOp> append(List<WriteOp> prepared, VectorFields fitting) {
    if (prepared.isEmpty()) {
      return List.of();
    }
    List<WriteOp> operations = prepared;
    List<byte[]> records = encoded(operations);
    OpLog target = log.open();
    upkeep.checkRoom(totalBytes(records));
    List<PendingOp> entries = new ArrayList<>(operations.size());
    OpLog.Appended appended;
    submitLock.lock();
    try {
      health.check();
      upkeep.checkNotFull();
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
        PendingOp entry = new PendingOp(offset++, time++, operation, appended);
        entries.add(entry);
        queue.add(entry);
      }
    } finally {
      submitLock.unlock();
    }
    try {
      appended.await();
    } finally {
      // Durable entries have to be applied and refused ones to be taken out, whoever waits.
      queue.applySoon(entries.getLast());
    }
    return entries;
  }

  /** The vectors behind the last operation that the log has or may yet have. */
  private VectorFields submittedVectors() {
    VectorFields known = submittedVectors;
    if (known != null && !queue.hasRefused()) {
      return known;
    }
    submitLock.lock();
    try {
      VectorFields vectors = queue.vectorsBehind();
      submittedVectors = vectors;
      return vectors;
    } finally {
      submitLock.unlock();
    }
  }

  private static List<byte[]> encoded(List<WriteOp> operations) {
    List<byte[]> records = new ArrayList<>(operations.size());
    for (WriteOp operation : operations) {
      records.add(OpCodec.encode(operation));
    }
    return records;
  }

  private static long totalBytes(List<byte[]> records) {
    long bytes = 0;
    for (byte[] each : records) {
      bytes += each.length;
    }
    return bytes;
  }

  private UpdateResult applied(PendingOp entry) {
    queue.applyUntil(entry);
    try {
      return entry.result().get();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuiverException(ErrorCode.UNAVAILABLE, "interrupted while applying", e);
    }
  }

  private UpdateResult appliedOrTimeout(PendingOp entry, long deadline) {
    try {
      return entry.result().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new UpdateResult(entry.offset(), UpdateResult.Status.WAIT_TIMEOUT);
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
}
