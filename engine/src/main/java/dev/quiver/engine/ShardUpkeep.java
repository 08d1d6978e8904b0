package dev.quiver.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What makes the changes of an open shard durable in its index, and its index fast: commits, behind
 * which the log is cut, and the merges of a shard at rest. Thread-safe; what changes the index
 * waits for the shard's apply lock.
 */
final class ShardUpkeep {
  private static final Logger LOG = LoggerFactory.getLogger(ShardUpkeep.class);

  private final Path folder;
  private final Background background;
  private final ShardIndex index;
  private final ShardLog log;
  private final ShardHealth health;
  private final ReentrantLock applyLock;

  /** When the oldest change that is not committed was applied; 0 when there is none. */
  private volatile long dirtySinceNanos;

  /** The applied offset at which the index was last settled; -1: not since it was opened. */
  private volatile long settledOffset = -1;

  /** Why the last commit found no space; null when it did. */
  private volatile @Nullable Throwable full;

  @GuardedBy("applyLock")
  private boolean ended;

  /**
   * @param folder the collection's, for messages
   * @param applyLock held by whoever changes the index
   */
  ShardUpkeep(
      Path folder,
      Background background,
      ShardIndex index,
      ShardLog log,
      ShardHealth health,
      ReentrantLock applyLock) {
    this.folder = folder;
    this.background = background;
    this.index = index;
    this.log = log;
    this.health = health;
    this.applyLock = applyLock;
  }

  /** Says that an operation was applied; the caller holds the apply lock. */
  void changed() {
    if (dirtySinceNanos == 0) {
      dirtySinceNanos = Math.max(1, background.nanoTime());
    }
  }

  // Commits.

  /** Whether changes wait for a commit for longer than this. */
  boolean commitDue(Duration interval) {
    long since = dirtySinceNanos;
    return since != 0
        ? background.nanoTime() - since >= interval.toNanos()
        : index.commits().mergedSinceCommit() && !index.merges().busy();
  }

  private boolean hasUncommitted() {
    return dirtySinceNanos != 0 || index.commits().mergedSinceCommit();
  }

  /** Commits the index and cuts the log behind it. */
  void commit() {
    applyLock.lock();
    try {
      if (ended || health.failed() || !hasUncommitted()) {
        return;
      }
      commitLocked();
    } finally {
      applyLock.unlock();
    }
    log.truncate();
  }

  /** Commits if vectors were made or dropped since the last commit. */
  void commitVectors() {
    if (!index.commits().committedVectors().equals(index.declared().vectors())) {
      commit();
    }
  }

  /** The vectors as of the last commit: only these may be written elsewhere. */
  VectorFields committedVectors() {
    return index.commits().committedVectors();
  }

  @GuardedBy("applyLock")
  private void commitLocked() {
    long since = dirtySinceNanos;
    dirtySinceNanos = 0;
    try {
      index.commit();
      full = null;
    } catch (IOException | RuntimeException e) {
      if (DiskSpace.isFull(e) && index.writer().tragedy() == null) {
        // The log has everything; the next commit that finds space makes up for this one.
        dirtySinceNanos = Math.max(1, since);
        full = e;
        throw DiskSpace.full("commit failed: " + e.getMessage(), e);
      }
      health.fail(e);
      throw ShardHealth.error("commit failed", e);
    }
  }

  /** Mends what describes the last commit, or the copy of it. */
  void mendCommit() {
    applyLock.lock();
    try {
      if (!ended && !health.failed()) {
        index.commits().mend();
      }
    } catch (IOException | RuntimeException e) {
      throw ShardHealth.error("what describes the last commit cannot be mended", e);
    } finally {
      applyLock.unlock();
    }
  }

  /** Commits what is not committed, and keeps that commit's files until the caller closes it. */
  HeldCommit hold() {
    applyLock.lock();
    try {
      health.check();
      if (hasUncommitted()) {
        commitLocked();
      }
      return index.commits().hold();
    } catch (IOException | RuntimeException e) {
      throw ShardHealth.error("commit cannot be held", e);
    } finally {
      applyLock.unlock();
    }
  }

  /** Lets no commit or merge begin any more but {@link #commitUnlessFull}. */
  void end() {
    applyLock.lock();
    try {
      ended = true;
    } finally {
      applyLock.unlock();
    }
  }

  /** Commits what is not committed, the last thing before the shard is closed. */
  void commitUnlessFull() {
    applyLock.lock();
    try {
      if (hasUncommitted()) {
        commitLocked();
      }
    } catch (QuiverException e) {
      if (full == null) {
        throw e;
      }
      LOG.warn("{} is closed without a commit: its log has everything", folder, e);
    } finally {
      applyLock.unlock();
    }
  }

  // Space.

  /** Refuses when the last commit found no space. */
  void checkNotFull() {
    Throwable noSpace = full;
    if (noSpace != null) {
      throw DiskSpace.full("the disk is full: " + noSpace.getMessage(), noSpace);
    }
  }

  /** Refuses so many bytes of operations if they would leave no space to commit what is logged. */
  void checkRoom(long recordBytes) {
    if (index.space().shortage(recordBytes) == null) {
      return;
    }
    if (full == null) {
      // A commit turns the log's space into the index's.
      commit();
      log.truncate();
    }
    String shortage = index.space().shortage(recordBytes);
    if (shortage != null) {
      throw DiskSpace.full("the disk is full: " + shortage, null);
    }
  }

  /** Frees the memory of buffered documents. */
  void flush() {
    try {
      index.writer().flush();
    } catch (IOException | RuntimeException e) {
      health.fail(e);
      throw ShardHealth.error("flush failed", e);
    }
  }

  /** Bytes of documents that {@link #flush} would free some of. */
  long bufferedBytes() {
    return index.writer().bufferedBytes();
  }

  // Merging at rest.

  /**
   * Whether nothing was written since the last commit and searches would gain from merging; asked
   * of a shard that is {@linkplain Shard#quiet quiet}.
   */
  boolean settleDue() {
    return dirtySinceNanos == 0
        && (settledOffset != index.appliedOffset() || index.merges().retryDue())
        && settlingWanted();
  }

  private boolean settlingWanted() {
    try {
      return index.settling().wanted();
    } catch (IOException | RuntimeException e) {
      health.fail(e);
      throw ShardHealth.error("index cannot be read", e);
    }
  }

  /** Merges what is left over from writing, in the background. Once, until something is written. */
  void settle() {
    applyLock.lock();
    try {
      if (ended || health.failed() || dirtySinceNanos != 0) {
        return;
      }
      settledOffset = index.appliedOffset();
      index.settling().start();
    } catch (IOException | RuntimeException e) {
      health.fail(e);
      throw ShardHealth.error("merging failed", e);
    } finally {
      applyLock.unlock();
    }
  }

  /** Whether merges run, or will as soon as writing pauses. */
  boolean optimizing() {
    return index.merges().busy() || (settledOffset != index.appliedOffset() && settlingWanted());
  }
}
