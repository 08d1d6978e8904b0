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
import org.jspecify.annotations.Nullable;

/**
 * The claim of one process on a data folder: a lock on the file {@code quiver.lock}, which names
 * its holder. The system drops it when the process ends, however it ends.
 */
final class DataFolderLock implements java.io.Closeable {
  private static final String FILE = "quiver.lock";
  private static final int MOST_TEXT_BYTES = 512;

  private final FileChannel channel;

  private DataFolderLock(FileChannel channel) {
    this.channel = channel;
  }

  static DataFolderLock acquire(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        throw new QuiverException(
            ErrorCode.UNAVAILABLE,
            "data folder " + folder + " is in use by " + holder(channel) + "; stop it first");
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
      return new DataFolderLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Another engine of this very process: the same answer as for another process.
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
    channel.close();
  }
}
