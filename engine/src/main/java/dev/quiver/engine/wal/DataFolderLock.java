package dev.quiver.engine.wal;

import dev.quiver.engine.DiskSpace;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The claim of one process on a data folder: a lock on the file {@code quiver.lock}, which names
 * its holder. The system drops it when the process ends, however it ends. POSIX systems also drop
 * it when the process closes any other descriptor of the file: nothing else of a process that holds
 * it may open the file, and a second claim of the same process is refused without looking.
 */
final class DataFolderLock implements java.io.Closeable {
  private static final String FILE = "quiver.lock";
  private static final int MOST_TEXT_BYTES = 512;

  /** The files, by their real paths, that this process has locked. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path held;
  private final FileChannel channel;

  private DataFolderLock(Path held, FileChannel channel) {
    this.held = held;
    this.channel = channel;
  }

  static DataFolderLock acquire(Path folder) throws IOException {
    Path file = folder.toRealPath().resolve(FILE);
    if (!HELD.add(file)) {
      throw inUse(folder, "process " + ProcessHandle.current().pid() + ", this one");
    }
    try {
      return new DataFolderLock(file, locked(folder, file));
    } catch (IOException | RuntimeException e) {
      HELD.remove(file);
      throw e;
    }
  }

  private static FileChannel locked(Path folder, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        throw inUse(folder, holder(channel));
      }
      String text =
          "process "
              + ProcessHandle.current().pid()
              + ", started "
              + Instant.now().truncatedTo(ChronoUnit.SECONDS);
      try {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
      } catch (IOException e) {
        if (!DiskSpace.isFull(e)) {
          throw e;
        }
        // The lock holds without a name, and a full disk can still be read.
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static QuiverException inUse(Path folder, String holder) {
    return new QuiverException(
        ErrorCode.UNAVAILABLE,
        "data folder " + folder + " is in use by " + holder + "; stop it first");
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Locked by this very process past this class: the same answer as for another process.
      return null;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(MOST_TEXT_BYTES);
    int read = channel.read(text, 0);
    return read <= 0
        ? "another process"
        : new String(text.array(), 0, read, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(held);
    }
  }
}
