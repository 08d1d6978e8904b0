package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps space on the disk for what is logged and not yet in an index: a log that took the last byte
 * could never be cut, since that needs a commit, and a commit needs space. Shards say what their
 * commits will need; whatever would use up that space is refused while reads and commits go on.
 *
 * <p>Others may fill the disk as well, so that a commit may find it full all the same. Thread-safe.
 */
final class DiskReserve {
  /** For lists of segments, configurations and what is written between two looks at the disk. */
  private static final long MARGIN_BYTES = 1L << 20;

  private final FileOps files;
  private final AtomicLong keptBytes = new AtomicLong();

  DiskReserve(FileOps files) {
    this.files = files;
  }

  /** The part of one shard, whose folder exists when it is asked for space; close it. */
  Share share(Path folder) {
    return new Share(folder);
  }

  /** What one shard keeps. */
  final class Share implements AutoCloseable {
    private final Path folder;
    private final AtomicLong ownBytes = new AtomicLong();

    private Share(Path folder) {
      this.folder = folder;
    }

    /** Says what this shard's next commit will need, in place of what was said before. */
    void keep(long bytes) {
      keptBytes.addAndGet(bytes - ownBytes.getAndSet(bytes));
    }

    /**
     * Why so many bytes may not be written now, or null when they may. One look at the disk: some
     * microseconds.
     */
    @Nullable String shortage(long bytes) {
      long usable = files.usableBytes(folder);
      long kept = keptBytes.get() + MARGIN_BYTES;
      if (usable - kept >= bytes) {
        return null;
      }
      return "No space left on device: "
          + usable
          + " bytes are free, "
          + kept
          + " of them are kept for commits of what is logged, "
          + bytes
          + " were asked for";
    }

    @Override
    public void close() {
      keep(0);
    }
  }
}
