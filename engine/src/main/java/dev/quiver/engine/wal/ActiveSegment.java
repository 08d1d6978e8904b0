package dev.quiver.engine.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The segment that a log appends to. Group commits stand in it one behind the other; what a failed
 * one left is cut off. Not thread-safe: it belongs to whoever leads the group commit.
 */
final class ActiveSegment implements Closeable {
  private final SegmentFiles segments;
  private final long base;
  private final FileOps.Appender appender;

  /** Behind the last group commit and its mark. */
  private long size;

  private @Nullable Throwable broken;

  private ActiveSegment(SegmentFiles segments, long base, FileOps.Appender appender, long size) {
    this.segments = segments;
    this.base = base;
    this.appender = appender;
    setSize(size);
  }

  /** Begins a segment, whose header is durable before the first record is written. */
  static ActiveSegment create(SegmentFiles segments, long base) throws IOException {
    FileOps files = segments.files();
    files.createDirectories(segments.directory());
    Path path = segments.path(base);
    FileOps.Appender appender = files.create(path);
    try {
      byte[] header = Segment.header(base);
      appender.write(header, 0, header.length);
      appender.sync();
      segments.syncDirectory();
    } catch (IOException | RuntimeException e) {
      discard(files, appender, path, e);
      throw e;
    }
    return new ActiveSegment(segments, base, appender, Segment.HEADER_BYTES);
  }

  /** Goes on with a segment of {@code size} good bytes, cutting off what is behind them. */
  static ActiveSegment resume(SegmentFiles segments, long base, long size) throws IOException {
    FileOps.Appender appender = segments.files().append(segments.path(base));
    try {
      if (appender.size() > size) {
        appender.truncate(size);
      }
    } catch (IOException | RuntimeException e) {
      try {
        appender.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
    return new ActiveSegment(segments, base, appender, size);
  }

  private static void discard(
      FileOps files, FileOps.Appender appender, Path path, Exception cause) {
    try {
      appender.close();
      files.delete(path);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  long size() {
    return size;
  }

  /** Whether a group commit of so many bytes belongs into the next segment. */
  boolean isFull(long bytes, long segmentBytes) {
    return size > Segment.HEADER_BYTES && size + bytes > segmentBytes;
  }

  /**
   * Why nobody knows what the file holds: a sync failed, or what a failed write left could not be
   * cut off. Nothing may be appended any more. Null: all is well.
   */
  @Nullable Throwable broken() {
    return broken;
  }

  /**
   * Writes the records of a group commit and makes them durable; after a throw they are not in it.
   *
   * @param bytes of all of them with their headers
   */
  void append(List<Ticket> group, long bytes) throws IOException {
    try {
      new GroupWriter(appender, bytes).write(group);
    } catch (IOException | RuntimeException e) {
      cutBack(e);
      throw e;
    }
    try {
      appender.sync();
    } catch (IOException | RuntimeException e) {
      broken = e;
      cutBack(e);
      throw e;
    }
    setSize(size + bytes);
    mark(group.getLast());
  }

  /** Writes the mark behind a group commit that ends with a ticket. */
  private void mark(Ticket last) {
    byte[] mark = Segment.mark(last.endOffset(), last.lastTimeMicros());
    try {
      appender.write(mark, 0, mark.length);
      setSize(size + mark.length);
    } catch (IOException | RuntimeException e) {
      // The records are durable without it.
      cutBack(e);
    }
  }

  /** Takes out what a failed group commit may have left, so that the next one begins there. */
  private void cutBack(Exception cause) {
    try {
      appender.truncate(size);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
      broken = cause;
    }
  }

  private void setSize(long bytes) {
    size = bytes;
    segments.set(base, bytes);
  }

  @Override
  public void close() throws IOException {
    appender.close();
  }
}
