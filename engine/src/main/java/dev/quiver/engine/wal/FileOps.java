package dev.quiver.engine.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.store.Directory;

/**
 * Everything that an engine does with its disk. Production uses {@link DiskFiles}; tests put an
 * implementation in its place that fails, writes short, flips bits or forgets what was not synced.
 *
 * <p>Implementations are thread-safe; a single {@link Appender} or {@link Reader} is not.
 */
public interface FileOps {

  /** Creates an empty file, replacing one that exists, and opens it for appending. */
  Appender create(Path file) throws IOException;

  /** Opens an existing file for appending at its end. */
  Appender append(Path file) throws IOException;

  Reader read(Path file) throws IOException;

  /**
   * How long a file is. Unlike {@link #read}, a file that is locked may be asked for: closing one
   * of its descriptors would give up this process's lock on it.
   */
  default long size(Path file) throws IOException {
    try (Reader reader = read(file)) {
      return reader.size();
    }
  }

  boolean exists(Path path);

  boolean isDirectory(Path path);

  /** When a file was last written, in milliseconds since 1970. */
  long modifiedMillis(Path file) throws IOException;

  /** The names of the files and folders in {@code directory}, sorted; empty when it is missing. */
  List<String> list(Path directory) throws IOException;

  void createDirectories(Path directory) throws IOException;

  /** Deletes a file or an empty folder; none there is no error. */
  void delete(Path file) throws IOException;

  /** Deletes a folder with all that is in it; none there is no error. Not atomic. */
  default void deleteTree(Path folder) throws IOException {
    for (String name : list(folder)) {
      deleteTree(folder.resolve(name));
    }
    delete(folder);
  }

  /**
   * Bytes that may still be written below {@code folder}, which exists, as far as its file system
   * tells; {@link Long#MAX_VALUE} where nothing limits them.
   */
  default long usableBytes(Path folder) {
    return Long.MAX_VALUE;
  }

  /** Renames within one file system, atomically, replacing the target. */
  void rename(Path from, Path to) throws IOException;

  /** Makes creations, deletions and renames in {@code directory} durable. */
  void syncDirectory(Path directory) throws IOException;

  /**
   * Opens a folder for Lucene, which makes it when it is missing. It has no locks: whoever holds
   * the {@linkplain #claim claim} on the data folder is alone in it. The caller closes it.
   */
  Directory directory(Path folder) throws IOException;

  /**
   * Claims a data folder for this process, until the claim is closed or the process ends.
   *
   * @throws dev.quiver.engine.QuiverException unavailable, when somebody has it already
   */
  Closeable claim(Path dataFolder) throws IOException;

  /** A file that grows at its end. */
  interface Appender extends Closeable {
    /** Where its end is, at which the next write begins. */
    long size() throws IOException;

    /** Writes all of the range or throws; after a throw, any prefix may have been written. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Puts zeroes behind the end, which stays where it is: what is written over them does not
     * change the file's length, so that making it durable costs less. Readers see the zeroes, and
     * so does whoever opens the file anew; truncating takes them away. A hint: it may do nothing.
     * After a throw, any of them may be there.
     */
    void reserve(int bytes) throws IOException;

    /** Cuts the file; the next write goes to its new end. */
    void truncate(long size) throws IOException;

    /** Makes everything written so far durable, and the file's length. */
    void sync() throws IOException;
  }

  /** A file that is read by position. */
  interface Reader extends Closeable {
    long size() throws IOException;

    /** Reads up to {@code length} bytes; returns fewer only at the end of the file. */
    int read(long position, byte[] target, int offset, int length) throws IOException;
  }
}
