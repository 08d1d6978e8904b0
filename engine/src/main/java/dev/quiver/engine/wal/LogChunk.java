package dev.quiver.engine.wal;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A run of a log's records outside the log: the bytes of a {@link Segment} of its own, which a log
 * can be made of again. Not thread-safe.
 */
public final class LogChunk {
  private final long firstOffset;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long endOffset;
  private long lastMicros;

  /** Begins an empty one. */
  public LogChunk(long firstOffset) {
    this.firstOffset = firstOffset;
    this.endOffset = firstOffset;
    bytes.writeBytes(Segment.header(firstOffset));
  }

  /**
   * Adds the next record.
   *
   * @throws IllegalArgumentException when its offset does not follow
   */
  public void add(long offset, long timeMicros, byte[] record) {
    if (offset != endOffset) {
      throw new IllegalArgumentException("offset: " + offset + " (expected: " + endOffset + ")");
    }
    ByteBuffer header =
        ByteBuffer.allocate(Segment.RECORD_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Segment.putRecordHeader(header, offset, 0, timeMicros, record);
    bytes.writeBytes(header.array());
    bytes.writeBytes(record);
    endOffset++;
    lastMicros = Math.max(lastMicros, timeMicros);
  }

  public long firstOffset() {
    return firstOffset;
  }

  /** Behind the last record. */
  public long endOffset() {
    return endOffset;
  }

  /** The last record's time; 0 without one. */
  public long lastMicros() {
    return lastMicros;
  }

  public boolean isEmpty() {
    return endOffset == firstOffset;
  }

  public int size() {
    return bytes.size();
  }

  public byte[] toByteArray() {
    return bytes.toByteArray();
  }

  /** The name of the file that a log keeps these records in. */
  public String fileName() {
    return Segment.fileName(firstOffset);
  }

  /**
   * Hands a chunk's records to the consumer, in order.
   *
   * @param name for messages
   * @throws QuiverException {@link ErrorCode#CORRUPT} when a byte is not what was written
   */
  public static void read(
      byte[] chunk, String name, long firstOffset, OpLog.TimedRecordConsumer consumer) {
    try (SegmentReader reader = new SegmentReader(Path.of(name), new MemoryReader(chunk))) {
      long expected = firstOffset;
      if (!reader.headerValid(firstOffset)) {
        throw damaged(name, 0);
      }
      while (!reader.atEnd()) {
        long position = reader.position();
        SegmentReader.Entry entry = reader.next();
        if (entry == null && reader.atEnd()) {
          // Only a mark stood there.
          return;
        }
        if (entry == null || entry.offset() != expected) {
          throw damaged(name, position);
        }
        consumer.accept(expected++, entry.timeMicros(), entry.body());
      }
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.CORRUPT, name + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static QuiverException damaged(String name, long position) {
    return new QuiverException(
        ErrorCode.CORRUPT, name + " is damaged at byte " + position + ": it is no log chunk");
  }

  /** Bytes in memory as a file. */
  private record MemoryReader(ByteBuffer content) implements FileOps.Reader {
    MemoryReader(byte[] bytes) {
      this(ByteBuffer.wrap(bytes));
    }

    @Override
    public long size() {
      return content.capacity();
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) {
      int count = (int) Math.max(0, Math.min(length, content.capacity() - position));
      content.get((int) position, target, offset, count);
      return count;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
