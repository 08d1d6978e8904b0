package dev.quiver.engine.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The file operations that durability rests on. Production uses {@link DiskFiles}; tests put an
 * implementation in its place that fails, writes short or forgets what was not synced.
 *
 * <p>Implementations are thread-safe; a single {@link Appender} or {@link Reader} is not.
 */
public interface FileOps {

  /** Creates an empty file, replacing one that exists, and opens it for appending. */
  Appender create(Path file) throws IOException;

  /** Opens an existing file for appending at its end. */
  Appender append(Path file) throws IOException;

  Reader read(Path file) throws IOException;

  boolean exists(Path path);

  /** The names of the files and folders in {@code directory}, sorted; empty when it is missing. */
  List<String> list(Path directory) throws IOException;

  void createDirectories(Path directory) throws IOException;

  /** Deletes a file; none there is no error. */
  void delete(Path file) throws IOException;

  /** Renames within one file system, atomically, replacing the target. */
  void rename(Path from, Path to) throws IOException;

  /** Makes creations, deletions and renames in {@code directory} durable. */
  void syncDirectory(Path directory) throws IOException;

  /** A file that grows at its end. */
  interface Appender extends Closeable {
    long size() throws IOException;

    /** Writes all of the range or throws; after a throw, any prefix may have been written. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Cuts the file; the next write goes to its new end. */
    void truncate(long size) throws IOException;

    /** Makes everything written so far durable. */
    void sync() throws IOException;
  }

  /** A file that is read by position. */
  interface Reader extends Closeable {
    long size() throws IOException;

    /** Reads up to {@code length} bytes; returns fewer only at the end of the file. */
    int read(long position, byte[] target, int offset, int length) throws IOException;
  }
}
