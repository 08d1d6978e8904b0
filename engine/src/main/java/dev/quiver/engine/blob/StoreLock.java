package dev.quiver.engine.blob;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps everybody else who changes a {@link DirectoryBlobStore} out for a moment: threads of this
 * process by a lock per folder, other processes by a lock on a file.
 */
interface StoreLock {
  /** Held until it is closed. */
  interface Held extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  Held acquire() throws IOException;

  /** For a folder of the real file system. */
  static StoreLock of(Path folder) {
    return new OnDisk(folder.toAbsolutePath().normalize().resolve(".lock"));
  }

  /** For a folder that only this process sees. */
  static StoreLock inProcess() {
    ReentrantLock lock = new ReentrantLock();
    return () -> {
      lock.lock();
      return lock::unlock;
    };
  }

  /** A lock file; the operating system frees it when its process ends. */
  record OnDisk(Path file) implements StoreLock {
    /** A process must not lock a file twice. */
    private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

    @Override
    public Held acquire() throws IOException {
      ReentrantLock mine = LOCKS.computeIfAbsent(file, _ -> new ReentrantLock());
      if (mine.isHeldByCurrentThread()) {
        throw new QuiverException(ErrorCode.INTERNAL, file + " is locked by this thread already");
      }
      mine.lock();
      FileChannel channel = null;
      try {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock locked = channel.lock();
        FileChannel open = channel;
        return () -> {
          try (open) {
            locked.release();
          } finally {
            mine.unlock();
          }
        };
      } catch (IOException | RuntimeException e) {
        if (channel != null) {
          channel.close();
        }
        mine.unlock();
        throw e;
      }
    }
  }
}
