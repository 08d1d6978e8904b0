package dev.quiver.engine;

import dev.quiver.engine.wal.OpLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations of a shard that the log has and the index may not have yet, in the log's order.
 * Whoever holds the apply lock applies them: the caller itself when it waits for the result, else a
 * shared background thread. Thread-safe.
 */
final class ApplyQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ApplyQueue.class);

  /** Above so many operations waiting to be applied, writers that do not wait apply as well. */
  private static final int MOST_PENDING = 256;

  /** Operations that a background thread applies before it lets others at the lock. */
  private static final int DRAIN_SLICE = 16;

  private final Path logFolder;
  private final EngineResources resources;
  private final ShardIndex index;
  private final Applier applier;
  private final ShardUpkeep upkeep;
  private final ShardHealth health;
  private final ReentrantLock applyLock;

  private final Queue<PendingOp> pending = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pendingCount = new AtomicInteger();
  private final AtomicBoolean draining = new AtomicBoolean();

  /** Whether an operation was refused by the log since {@link #vectorsBehind} was last asked. */
  private volatile boolean refused;

  /** Behind the last operation that a caller was told was applied. */
  private volatile long promisedOffset;

  /**
   * @param logFolder for messages
   * @param upkeep told of each change
   * @param applyLock held by whoever changes the index
   */
  ApplyQueue(
      Path logFolder,
      EngineResources resources,
      ShardIndex index,
      ShardUpkeep upkeep,
      ShardHealth health,
      ReentrantLock applyLock) {
    this.logFolder = logFolder;
    this.resources = resources;
    this.index = index;
    this.applier = new Applier(index);
    this.upkeep = upkeep;
    this.health = health;
    this.applyLock = applyLock;
  }

  /** Applies what the log has beyond the index's last commit, before anything else is applied. */
  void replay(OpLog log) {
    applyLock.lock();
    try {
      log.replay(
          index.commits().committedOffset(),
          Long.MAX_VALUE,
          (offset, timeMicros, record) -> {
            resources.metrics().opsReplayed.increment();
            try {
              applyOne(offset, timeMicros, OpCodec.decode(record));
            } catch (IOException e) {
              throw ShardHealth.error("log cannot be replayed", e);
            }
          });
      promisedOffset = index.appliedOffset();
    } finally {
      applyLock.unlock();
    }
  }

  /** Adds an operation; callers come one at a time, in the log's order. */
  void add(PendingOp entry) {
    pendingCount.incrementAndGet();
    pending.add(entry);
  }

  /** Operations that wait to be applied. */
  int size() {
    return pendingCount.get();
  }

  /** Whether nothing waits and nobody applies. */
  boolean idle() {
    return pending.isEmpty() && !draining.get();
  }

  /** Behind the last operation that a caller was told was applied. */
  long promisedOffset() {
    return promisedOffset;
  }

  /** Whether the log refused what was added, since {@link #vectorsBehind} was last asked. */
  boolean hasRefused() {
    return refused || pending.stream().anyMatch(PendingOp::isRefused);
  }

  /** The vectors behind the last operation that is not refused; nobody may add one meanwhile. */
  VectorFields vectorsBehind() {
    applyLock.lock();
    try {
      refused = false;
      VectorFields vectors = index.declared().vectors();
      for (PendingOp entry : pending) {
        if (!entry.isRefused()) {
          vectors = vectors.after(entry.operation());
        }
      }
      return vectors;
    } finally {
      applyLock.unlock();
    }
  }

  /** Sees to it that what was added is applied, also up to {@code last} when too much waits. */
  void applySoon(PendingOp last) {
    if (pendingCount.get() > MOST_PENDING) {
      applyUntil(last);
    } else {
      scheduleDrain();
    }
  }

  /** Applies, in order, up to and with this entry, which is durable or refused. */
  void applyUntil(PendingOp last) {
    applyLock.lock();
    try {
      while (!last.result().isDone() && applyHead()) {
        // Entries before the last one go first.
      }
    } finally {
      applyLock.unlock();
    }
  }

  /** Applies everything that is durable, and answers whoever still waits. */
  void applyAll() {
    applyLock.lock();
    try {
      while (applyHead()) {
        // Nothing that was acknowledged is left to the next start.
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
    PendingOp head = pending.peek();
    if (head != null && head.isDecided()) {
      scheduleDrain();
    }
  }

  /** Applies the first entry if it is durable; returns whether another may follow. */
  private boolean applyHead() {
    PendingOp head = pending.peek();
    if (head == null || !head.isDecided()) {
      return false;
    }
    if (head.isRefused()) {
      refused = true;
      head.result()
          .completeExceptionally(
              new QuiverException(ErrorCode.INTERNAL, "the operation was not logged"));
    } else if (health.failed()) {
      head.result().completeExceptionally(health.notWorking());
    } else {
      try {
        QuiverException error = applyOne(head.offset(), head.timeMicros(), head.operation());
        if (error == null) {
          promisedOffset = head.offset() + 1;
          head.result().complete(new UpdateResult(head.offset(), UpdateResult.Status.COMPLETED));
        } else {
          head.result().completeExceptionally(error);
        }
      } catch (IOException | RuntimeException e) {
        health.fail(e);
        head.result().completeExceptionally(health.notWorking());
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
      if (index.writer().tragedy() != null) {
        throw e;
      }
      LOG.error("operation {} of {} cannot be applied and is left out", offset, logFolder, e);
      error = new QuiverException(ErrorCode.INTERNAL, "operation cannot be applied", e);
    }
    index.applied(offset + 1, timeMicros);
    upkeep.changed();
    resources.metrics().opsApplied.increment();
    if (error != null) {
      resources.metrics().opsFailed.increment();
    }
    return error;
  }
}
