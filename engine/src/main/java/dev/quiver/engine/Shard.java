package dev.quiver.engine;

import dev.quiver.engine.wal.OpLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open shard: its log, its index, and what stands between them, from opening to closing.
 *
 * <p>{@link ShardWrites} puts an operation into the log and into the {@link ApplyQueue}, which
 * applies it to the index; {@link ShardUpkeep} commits the index and cuts the log behind the
 * commit; readers get views. A shard whose {@link ShardHealth} is lost is opened anew from its log.
 *
 * <p>Lock order: submit lock (of the writes), apply lock (of whoever changes the index), then the
 * index's and the log's own.
 */
final class Shard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

  private final CollectionFolder folder;
  private final EngineResources resources;
  private final ShardIndex index;
  private final ShardHealth health;
  private final ShardLog log;
  private final ShardUpkeep upkeep;
  private final ApplyQueue queue;
  private final ShardWrites writes;

  /** Fair: whoever applies slice by slice lets others at it between them. */
  private final ReentrantLock applyLock = new ReentrantLock(true);

  private Shard(
      CollectionFolder folder,
      EngineResources resources,
      ShardIndex index,
      Quarantine quarantine,
      LongSupplier retainedOffset) {
    this.folder = folder;
    this.resources = resources;
    this.index = index;
    this.health = new ShardHealth(folder.path(), quarantine);
    this.log = new ShardLog(folder.log(), resources, index.commits(), retainedOffset);
    this.upkeep =
        new ShardUpkeep(folder.path(), resources.background(), index, log, health, applyLock);
    this.queue = new ApplyQueue(folder.log(), resources, index, upkeep, health, applyLock);
    this.writes = new ShardWrites(log, queue, upkeep, health);
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
      shard = new Shard(folder, resources, index, quarantine, retainedOffset);
      if (shard.log.sealed()) {
        shard.log.checkThatNothingIsMissing(folder.index());
      } else {
        shard.queue.replay(shard.log.open());
      }
      resources.metrics().opens.increment();
      return shard;
    } catch (IOException | RuntimeException e) {
      if (shard != null) {
        shard.abandon(String.valueOf(e.getMessage()));
      }
      throw ShardHealth.error("collection cannot be opened", e);
    }
  }

  /** See {@link ShardWrites#write}. */
  List<UpdateResult> write(List<WriteOp> operations, boolean wait, @Nullable Duration timeout) {
    return writes.write(operations, wait, timeout);
  }

  /** Commits, and merges at rest. */
  ShardUpkeep upkeep() {
    return upkeep;
  }

  /** A view that has every operation that a caller was told was applied; close it. */
  IndexView view() {
    health.check();
    try {
      long needed = queue.promisedOffset();
      IndexView current = index.views().current();
      long applied = index.appliedOffset();
      if (current.offset() < applied
          && resources.background().nanoTime() - current.madeNanos()
              > resources.options().staleness().toNanos()) {
        needed = Math.max(needed, applied);
      }
      return index.views().view(needed);
    } catch (IOException | RuntimeException e) {
      health.fail(e);
      throw ShardHealth.error("index cannot be read", e);
    }
  }

  /** The log, for reading; it is opened when it is not. */
  OpLog logForReading() {
    health.check();
    return log.open();
  }

  /** Behind the last operation that is applied. */
  long appliedOffset() {
    return index.appliedOffset();
  }

  Declared declared() {
    return index.declared();
  }

  MergeLog mergeLog() {
    return index.merges().log();
  }

  /** Operations that wait to be applied. */
  int queued() {
    return queue.size();
  }

  /** Whether closing it would interrupt nothing. */
  boolean quiet() {
    return queue.idle() && !index.merges().busy();
  }

  boolean failed() {
    return health.failed() || log.failed();
  }

  /** Says that a segment of the last commit is damaged. */
  void damaged(Damage damage) {
    health.fail(new IOException("damaged: " + damage));
  }

  /** Commits and closes; nothing else may be running. What was logged is applied before. */
  @Override
  public void close() {
    applyLock.lock();
    try {
      upkeep.end();
      queue.applyAll();
      if (!failed()) {
        upkeep.commitUnlessFull();
        log.seal();
      }
    } finally {
      try {
        closeFiles();
      } finally {
        applyLock.unlock();
      }
    }
  }

  /** Closes without committing: the log has everything. */
  void abandon(String reason) {
    applyLock.lock();
    try {
      upkeep.end();
      health.giveUp(reason);
      queue.applyAll();
      closeFiles();
    } catch (QuiverException e) {
      LOG.warn("{} could not be closed cleanly", folder.path(), e);
    } finally {
      applyLock.unlock();
    }
  }

  private void closeFiles() {
    try {
      index.close();
    } catch (IOException e) {
      throw ShardHealth.error("collection cannot be closed", e);
    } finally {
      log.close();
    }
  }
}
