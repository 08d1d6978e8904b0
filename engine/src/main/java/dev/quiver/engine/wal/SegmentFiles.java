package dev.quiver.engine.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Which {@link Segment} files a log has, and how long they are. Thread-safe. */
final class SegmentFiles {
  private static final String TEMPORARY_SUFFIX = ".tmp";

  private final Path directory;
  private final FileOps files;

  /** Bytes of each segment by its base offset; the last is the one appended to. */
  @GuardedBy("this")
  private final NavigableMap<Long, Long> bytesByBase = new TreeMap<>();

  @GuardedBy("this")
  private long totalBytes;

  SegmentFiles(Path directory, FileOps files) {
    this.directory = directory;
    this.files = files;
  }

  /** Finds what is in the folder, and deletes files that were never finished. */
  void list() throws IOException {
    for (String name : files.list(directory)) {
      Long base = Segment.baseOffsetOrNull(name);
      if (base != null) {
        set(base, files.size(path(base)));
      } else if (name.endsWith(TEMPORARY_SUFFIX)) {
        files.delete(directory.resolve(name));
      }
    }
  }

  Path directory() {
    return directory;
  }

  FileOps files() {
    return files;
  }

  Path path(long base) {
    return directory.resolve(Segment.fileName(base));
  }

  /** Where a segment is written before it is renamed to its own name. */
  Path temporaryPath(long base) {
    return directory.resolve(Segment.fileName(base) + TEMPORARY_SUFFIX);
  }

  /** Base offsets, ascending. */
  synchronized List<Long> bases() {
    return List.copyOf(bytesByBase.keySet());
  }

  synchronized boolean isEmpty() {
    return bytesByBase.isEmpty();
  }

  synchronized int count() {
    return bytesByBase.size();
  }

  synchronized long firstBase() {
    return bytesByBase.firstKey();
  }

  synchronized long lastBase() {
    return bytesByBase.lastKey();
  }

  synchronized long totalBytes() {
    return totalBytes;
  }

  /** Says how long a segment is, which may be new. */
  synchronized void set(long base, long bytes) {
    Long before = bytesByBase.put(base, bytes);
    totalBytes += bytes - (before == null ? 0 : before);
  }

  void delete(long base) throws IOException {
    files.delete(path(base));
    forget(base);
  }

  private synchronized void forget(long base) {
    Long bytes = bytesByBase.remove(base);
    totalBytes -= bytes == null ? 0 : bytes;
  }

  /**
   * Deletes the segments of which every record is before {@code offset}, but for the last.
   *
   * @return whether there were any
   */
  boolean deleteBefore(long offset) throws IOException {
    boolean deleted = false;
    List<Long> bases = bases();
    for (int i = 0; i + 1 < bases.size() && bases.get(i + 1) <= offset; i++) {
      delete(bases.get(i));
      deleted = true;
    }
    return deleted;
  }

  /** Deletes all, the first ones first, so that a crash leaves no gap. */
  void deleteAll() throws IOException {
    for (long base : bases()) {
      delete(base);
    }
  }

  /**
   * Makes the folder if need be, and in any case durable: one that is there already may be what a
   * creation left that was cut short, before it synced the folder above.
   */
  void createDirectory() throws IOException {
    DurableFolders.create(files, DurableFolders.parent(directory), directory);
  }

  void syncDirectory() throws IOException {
    files.syncDirectory(directory);
  }

  static QuiverException corrupt(Path path, long position, String what) {
    return new QuiverException(
        ErrorCode.CORRUPT,
        path + " is damaged at byte " + position + ": " + what + "; restore it from a backup");
  }
}
