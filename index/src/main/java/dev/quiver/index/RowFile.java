package dev.quiver.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a file, read by position into a caller's buffer. What is read stays in the system's
 * page cache and doesn't count as memory of the process, as touched pages of a mapping do. Whoever
 * opens it closes it. Thread-safe.
 */
public final class RowFile implements AutoCloseable {
  private final Path path;
  private final long offset;
  private @Nullable FileChannel channel;
  private boolean closed;

  private RowFile(Path path, long offset, FileChannel channel) {
    this.path = path;
    this.offset = offset;
    this.channel = channel;
  }

  /**
   * Opens a file whose rows begin at byte {@code offset}.
   *
   * @throws IOException if it can't be opened
   */
  public static RowFile open(Path path, long offset) throws IOException {
    return new RowFile(path, offset, FileChannel.open(path, StandardOpenOption.READ));
  }

  /**
   * Fills a buffer from {@code position} bytes after the first row's beginning. An interrupt of the
   * thread doesn't end the read, as it doesn't end one of mapped memory.
   *
   * @return false if the file can't be read any more because it was deleted and a thread's
   *     interrupt closed it
   * @throws IllegalStateException if this is closed
   * @throws UncheckedIOException if reading fails
   */
  boolean read(long position, ByteBuffer into) {
    int start = into.position();
    boolean interrupted = false;
    try {
      while (true) {
        // An interrupt would close the channel under everybody.
        interrupted |= Thread.interrupted();
        FileChannel open = current();
        // A read that was cut off may have filled a part.
        into.position(start);
        if (open == null) {
          return false;
        }
        try {
          readFully(open, offset + position, into);
          return true;
        } catch (ClosedChannelException e) {
          reopen(open);
        } catch (IOException e) {
          throw new UncheckedIOException("reading vectors of " + path + ": " + e.getMessage(), e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void readFully(FileChannel from, long at, ByteBuffer into) throws IOException {
    int start = into.position();
    while (into.hasRemaining()) {
      if (from.read(into, at + into.position() - start) < 0) {
        throw new IOException(
            "the file ends at " + from.size() + " (expected: " + into.remaining() + " more bytes)");
      }
    }
  }

  private synchronized @Nullable FileChannel current() {
    if (closed) {
      throw new IllegalStateException(path + " is closed");
    }
    return channel;
  }

  // Another thread may have opened a new channel meanwhile: it is the object that counts.
  @SuppressWarnings("ReferenceEquality")
  private synchronized void reopen(FileChannel broken) {
    if (closed || channel != broken) {
      return;
    }
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      // Deleted while it was open. Its mapping is still there: callers read that.
      channel = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    FileChannel open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException("closing " + path, e);
      }
    }
  }
}
