package dev.quiver.engine.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Gathers the records of a group commit into few writes. Not thread-safe. */
final class GroupWriter {
  private static final int WRITE_CHUNK_BYTES = 1 << 18;

  private final FileOps.Appender appender;
  private final ByteBuffer chunk;

  /**
   * @param bytes that will be written
   */
  GroupWriter(FileOps.Appender appender, long bytes) {
    this.appender = appender;
    int chunkBytes = (int) Math.min(bytes, WRITE_CHUNK_BYTES);
    this.chunk =
        ByteBuffer.allocate(Math.max(chunkBytes, Segment.RECORD_HEADER_BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  void write(List<Ticket> group) throws IOException {
    int index = 0;
    for (Ticket ticket : group) {
      long offset = ticket.firstOffset();
      long time = ticket.firstTimeMicros();
      for (byte[] record : ticket.records()) {
        if (chunk.remaining() < Segment.RECORD_HEADER_BYTES) {
          flush();
        }
        Segment.putRecordHeader(chunk, offset++, index++, time++, record);
        put(record);
      }
    }
    flush();
  }

  private void put(byte[] record) throws IOException {
    int from = 0;
    while (from < record.length) {
      if (!chunk.hasRemaining()) {
        flush();
      }
      int part = Math.min(chunk.remaining(), record.length - from);
      chunk.put(record, from, part);
      from += part;
    }
  }

  private void flush() throws IOException {
    appender.write(chunk.array(), 0, chunk.position());
    chunk.clear();
  }
}
