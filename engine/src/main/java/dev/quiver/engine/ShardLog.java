package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.OpLog;
import dev.quiver.engine.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.lucene.index.IndexFileNames;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shard's log, opened by the first who needs it, and cut behind the commits of the index: a shard
 * that is only read needs none. Thread-safe; nothing may be running when it is closed.
 */
final class ShardLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShardLog.class);

  private final Path folder;
  private final EngineResources resources;
  private final IndexCommits commits;

  /** The log is kept from here on, whatever the index covers. */
  private final LongSupplier retainedOffset;

  private final ReentrantLock openLock = new ReentrantLock();
  private volatile @Nullable OpLog log;

  ShardLog(
      Path folder, EngineResources resources, IndexCommits commits, LongSupplier retainedOffset) {
    this.folder = folder;
    this.resources = resources;
    this.commits = commits;
    this.retainedOffset = retainedOffset;
  }

  /** Whether there is nothing in it; it need not be opened to tell. */
  boolean sealed() throws IOException {
    return WriteAheadLog.sealed(folder, resources.options().files());
  }

  /**
   * A log without records begins where the commit ends, and where there is none, segments lie in
   * the index only with a commit: the log is cut behind one.
   *
   * @throws QuiverException when it is otherwise
   */
  void checkThatNothingIsMissing(Path index) throws IOException {
    FileOps files = resources.options().files();
    long first = WriteAheadLog.firstOffset(folder, files);
    List<String> names = files.list(index);
    boolean withoutList =
        names.stream().anyMatch(name -> name.startsWith("_"))
            && names.stream().noneMatch(name -> name.startsWith(IndexFileNames.SEGMENTS));
    if (withoutList || first > commits.committedOffset()) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          index
              + " is damaged: "
              + (withoutList
                  ? "its list of segments (segments_N) is missing"
                  : "its last commit ends at offset " + commits.committedOffset())
              + ", and the log in "
              + folder
              + " begins at "
              + (first > 0 ? "offset " + first : "the next write")
              + ": restore the collection from a backup");
    }
  }

  /** The log; it is opened when it is not. */
  OpLog open() {
    openLock.lock();
    try {
      OpLog opened = log;
      if (opened == null) {
        opened =
            WriteAheadLog.open(
                folder,
                resources.options().files(),
                resources.options().logSegmentBytes(),
                commits.committedOffset(),
                resources.clock(),
                resources.metrics());
        log = opened;
      }
      return opened;
    } finally {
      openLock.unlock();
    }
  }

  boolean failed() {
    OpLog opened = log;
    return opened != null && opened.failed();
  }

  /** Cuts what the last commit covers and nobody wants any more. */
  void truncate() {
    OpLog opened = log;
    if (opened != null && !opened.failed()) {
      opened.truncateBefore(Math.min(commits.committedOffset(), retainedOffset.getAsLong()));
    }
  }

  /** Leaves no log behind when the commit has everything, so that the next opening is quick. */
  void seal() {
    OpLog opened = log;
    if (opened != null && commits.committedOffset() == opened.nextOffset()) {
      try {
        if (retainedOffset.getAsLong() < opened.nextOffset()) {
          opened.truncateBefore(retainedOffset.getAsLong());
        } else {
          opened.seal();
        }
      } catch (QuiverException e) {
        LOG.warn("{} keeps records that its commit covers", folder, e);
      }
    }
  }

  @Override
  public void close() {
    OpLog opened = log;
    log = null;
    if (opened != null) {
      opened.close();
    }
  }
}
