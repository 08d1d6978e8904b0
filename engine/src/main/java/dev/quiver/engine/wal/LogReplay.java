package dev.quiver.engine.wal;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads the durable records of an open log. Stateless but for the files, which may grow. */
final class LogReplay {
  private final SegmentFiles segments;

  LogReplay(SegmentFiles segments) {
    this.segments = segments;
  }

  /**
   * Hands the records from one offset to another to the consumer, in order.
   *
   * @param bases the segments to read, ascending
   * @param end not behind the last durable record
   * @throws QuiverException {@link ErrorCode#CORRUPT} when one is damaged or missing
   */
  void replay(List<Long> bases, long from, long end, OpLog.TimedRecordConsumer consumer) {
    long expected = from;
    try {
      for (int i = 0; i < bases.size() && expected < end; i++) {
        boolean last = i + 1 == bases.size();
        if (!last && bases.get(i + 1) <= expected) {
          continue;
        }
        long base = bases.get(i);
        if (base > expected) {
          throw SegmentFiles.corrupt(
              segments.path(base), 0, "the records from offset " + expected + " on are missing");
        }
        long segmentEnd = last ? end : Math.min(end, bases.get(i + 1));
        expected = replaySegment(base, expected, segmentEnd, consumer);
      }
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL,
          "log cannot be read: " + segments.directory() + ": " + e.getMessage(),
          e);
    }
    if (expected < end) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          segments.directory()
              + ": the records of offsets "
              + expected
              + " to "
              + (end - 1)
              + " are missing");
    }
  }

  private long replaySegment(long base, long from, long end, OpLog.TimedRecordConsumer consumer)
      throws IOException {
    Path path = segments.path(base);
    long expected = from;
    try (SegmentReader reader = new SegmentReader(segments.files(), path)) {
      if (!reader.headerValid(base)) {
        throw SegmentFiles.corrupt(path, 0, "its header is damaged");
      }
      for (long offset = base; offset < end; offset++) {
        long position = reader.position();
        SegmentReader.Entry entry = reader.next();
        if (entry == null || entry.offset() != offset) {
          throw SegmentFiles.corrupt(
              path, position, "the record of offset " + offset + " is damaged");
        }
        if (offset == expected) {
          consumer.accept(offset, entry.timeMicros(), entry.body());
          expected++;
        }
      }
    }
    return expected;
  }
}
