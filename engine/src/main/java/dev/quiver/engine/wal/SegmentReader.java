package dev.quiver.engine.wal;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads one {@link Segment} from its beginning. Not thread-safe. */
final class SegmentReader implements Closeable {
  private static final int WINDOW_BYTES = 1 << 16;

  private final Path path;
  private final FileOps.Reader file;
  private final long size;
  private byte[] window = new byte[0];
  private long windowStart;
  private int windowLength;
  private long position = Segment.HEADER_BYTES;
  private long nextOffset = -1;
  private long markedOffset = -1;
  private int version = Segment.VERSION;

  SegmentReader(FileOps files, Path path) throws IOException {
    this(path, files.read(path));
  }

  /** Reads bytes that are closed with this; the path is for messages. */
  SegmentReader(Path path, FileOps.Reader file) throws IOException {
    this.path = path;
    this.file = file;
    this.size = file.size();
  }

  /**
   * A whole record.
   *
   * @param start its position
   * @param timeMicros 0 in a segment of version 1
   * @param end the position behind it
   */
  record Entry(long offset, int batchIndex, long timeMicros, byte[] body, long start, long end) {
    long batchStart() {
      return isMark() ? offset : offset - batchIndex;
    }

    boolean isMark() {
      return batchIndex == Segment.MARK;
    }
  }

  long size() {
    return size;
  }

  /** The version that the header says, once it was found valid. */
  int version() {
    return version;
  }

  /** The position of the next record. */
  long position() {
    return position;
  }

  /**
   * Whether the header is whole and names {@code baseOffset}.
   *
   * @throws QuiverException when the header is whole but of a version that is not known here
   */
  boolean headerValid(long baseOffset) throws IOException {
    if (size < Segment.HEADER_BYTES) {
      return false;
    }
    ByteBuffer header = at(0, Segment.HEADER_BYTES);
    int magic = header.getInt();
    int written = header.getInt();
    if (magic == Segment.MAGIC && written > Segment.VERSION) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          path
              + ": log format version "
              + written
              + " (expected: at most "
              + Segment.VERSION
              + "); the file was written by a newer Quiver, use that one");
    }
    long base = header.getLong();
    int crc = header.getInt();
    nextOffset = baseOffset;
    boolean valid =
        magic == Segment.MAGIC
            && written >= Segment.OLDEST_VERSION
            && base == baseOffset
            && crc == headerCrc();
    if (valid) {
      version = written;
    }
    return valid;
  }

  /** Whether records of any version stand in a segment whose header is not valid. */
  boolean holdsRecords(long baseOffset) throws IOException {
    for (version = Segment.OLDEST_VERSION; version <= Segment.VERSION; version++) {
      position = Segment.HEADER_BYTES;
      if (next() != null || findLaterCommit(baseOffset) != null) {
        return true;
      }
    }
    version = Segment.VERSION;
    return false;
  }

  private int headerCrc() throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(at(0, Segment.HEADER_BYTES - 4));
    return (int) crc.getValue();
  }

  /** Returns the next record, or null when there is none or it is damaged; see {@link #atEnd}. */
  @Nullable Entry next() throws IOException {
    while (true) {
      Entry entry = entryAt(position);
      if (entry == null) {
        entry = behindLostMark();
      }
      if (entry == null) {
        return null;
      }
      position = entry.end();
      if (!entry.isMark()) {
        nextOffset = entry.offset() + 1;
        return entry;
      }
      markedOffset = entry.offset();
    }
  }

  /**
   * The next record, when only a mark before it is lost: marks are not synced before what follows
   * them is. Were those bytes a record, the one behind would have a later offset.
   */
  private @Nullable Entry behindLostMark() throws IOException {
    Entry entry = entryAt(position + Segment.recordHeaderBytes(version));
    return entry != null && entry.offset() == nextOffset && entry.batchIndex() == 0 ? entry : null;
  }

  /** The offset of the last mark that was read; -1: there was none. */
  long markedOffset() {
    return markedOffset;
  }

  boolean atEnd() {
    return position == size;
  }

  /**
   * Looks for a whole record of a later group commit behind the damaged one at {@link #position()}.
   *
   * @param expectedOffset the damaged record's
   */
  @Nullable Entry findLaterCommit(long expectedOffset) throws IOException {
    int headerBytes = Segment.recordHeaderBytes(version);
    long last = Math.min(size - headerBytes, writtenEnd() - 1);
    for (long at = position + 1; at <= last; at++) {
      long offset = at(at + 8, 8).getLong();
      // The bytes between have room for no more records than this.
      long most = expectedOffset + (at - position) / headerBytes;
      if (offset <= expectedOffset || offset > most) {
        continue;
      }
      Entry entry = entryAt(at);
      if (entry != null && entry.batchStart() > expectedOffset) {
        return entry;
      }
    }
    return null;
  }

  /** Behind the last byte that is not zero: the rest was reserved, and no record is all zeroes. */
  private long writtenEnd() throws IOException {
    byte[] block = new byte[Math.clamp(size - position, 0, WINDOW_BYTES)];
    long end = size;
    while (end > position) {
      int length = (int) Math.min(block.length, end - position);
      file.read(end - length, block, 0, length);
      for (int i = length - 1; i >= 0; i--) {
        if (block[i] != 0) {
          return end - length + i + 1;
        }
      }
      end -= length;
    }
    return position;
  }

  private @Nullable Entry entryAt(long start) throws IOException {
    int headerBytes = Segment.recordHeaderBytes(version);
    if (size - start < headerBytes) {
      return null;
    }
    ByteBuffer header = at(start, headerBytes);
    int length = header.getInt();
    int crc = header.getInt();
    long offset = header.getLong();
    int batchIndex = header.getInt();
    long timeMicros = version == 1 ? 0 : header.getLong();
    long bodyStart = start + headerBytes;
    if (length < 0
        || length > Segment.MAX_RECORD_BYTES
        || length > size - bodyStart
        || batchIndex < (length == 0 ? Segment.MARK : 0)) {
      return null;
    }
    CRC32C actual = new CRC32C();
    int covered = headerBytes - 2 * Integer.BYTES;
    actual.update(header.slice(header.position() - covered, covered));
    byte[] body = new byte[length];
    copy(bodyStart, body);
    actual.update(body);
    return (int) actual.getValue() == crc
        ? new Entry(offset, batchIndex, timeMicros, body, start, bodyStart + length)
        : null;
  }

  private void copy(long from, byte[] target) throws IOException {
    long available = windowStart + windowLength - from;
    if (from >= windowStart && available >= target.length) {
      System.arraycopy(window, (int) (from - windowStart), target, 0, target.length);
    } else {
      int read = file.read(from, target, 0, target.length);
      if (read != target.length) {
        throw new IOException(path + ": read " + read + " of " + target.length + " at " + from);
      }
    }
  }

  /** The bytes from {@code start}, at least {@code length} of them, which must be in the file. */
  private ByteBuffer at(long start, int length) throws IOException {
    if (start < windowStart || start + length > windowStart + windowLength) {
      if (window.length == 0) {
        window = new byte[(int) Math.min(WINDOW_BYTES, Math.max(size, length))];
      }
      windowStart = start;
      windowLength = file.read(start, window, 0, window.length);
      if (windowLength < length) {
        throw new IOException(path + ": read " + windowLength + " of " + length + " at " + start);
      }
    }
    return ByteBuffer.wrap(window, (int) (start - windowStart), length)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
