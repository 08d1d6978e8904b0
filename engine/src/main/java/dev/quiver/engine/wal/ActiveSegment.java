package dev.quiver.engine.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segment that a log appends to. Group commits stand in it one behind the other; what a failed
 * one left is cut off. Not thread-safe: it belongs to whoever leads the group commit.
 *
 * <p>Room is made ahead, as zeroes: a sync that must also make a new length durable costs a file
 * system with a journal a good deal more. Closing takes the rest of them away; after a crash they
 * are an end that was never written.
 */
final class ActiveSegment implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ActiveSegment.class);

  /** A file has at least a block anyhow. */
  private static final long LEAST_ROOM_BYTES = 1L << 12;

  private static final long MOST_ROOM_BYTES = 1L << 19;

  /** Above this the bytes themselves cost more than the length, and zeroes would double them. */
  private static final long LARGE_GROUP_BYTES = MOST_ROOM_BYTES / 8;

  private final SegmentFiles segments;
  private final long base;
  private final FileOps.Appender appender;

  /** Behind the last group commit and its mark. */
  private long size;

  /** Behind the zeroes that were made ahead; what is written may be behind it. */
  private long roomEnd;

  private boolean roomRefused;
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
    segments.createDirectory();
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
    makeRoom(bytes);
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

  private void makeRoom(long bytes) {
    long end = size + bytes + Segment.RECORD_HEADER_BYTES;
    if (end <= roomEnd || bytes > LARGE_GROUP_BYTES || roomRefused) {
      return;
    }
    // As much as there is already, so that a small log stays small.
    long step = Math.clamp(Long.highestOneBit(size), LEAST_ROOM_BYTES, MOST_ROOM_BYTES);
    long target = (end + step - 1) / step * step;
    try {
      appender.reserve(Math.toIntExact(target - size));
      roomEnd = target;
    } catch (IOException | RuntimeException e) {
      // The records can do without; whether there is space for them their own write tells.
      roomRefused = true;
      cutBack(e);
    }
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
      roomEnd = size;
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
    if (roomEnd > size && broken == null) {
      giveRoomBack();
    }
    appender.close();
  }

  private void giveRoomBack() {
    try {
      appender.truncate(size);
    } catch (IOException e) {
      LOG.debug("{} keeps zeroes at its end until it is opened", segments.path(base), e);
    }
  }
}
