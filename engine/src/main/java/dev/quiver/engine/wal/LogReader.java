package dev.quiver.engine.wal;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the log in a folder without opening it, also while another process writes to it. A record
 * that is not whole, and what stands behind it, counts as not written yet.
 */
public final class LogReader {
  private LogReader() {}

  /**
   * Hands the records from {@code fromOffset} on and before {@code toOffset} to the consumer, in
   * order; those that were deleted are left out.
   *
   * @return the offset behind the last record read; {@code fromOffset} when there is none
   * @throws QuiverException {@link ErrorCode#CORRUPT} when a record before the last segment is
   *     damaged
   */
  public static long read(
      Path folder,
      FileOps files,
      long fromOffset,
      long toOffset,
      OpLog.TimedRecordConsumer consumer)
      throws IOException {
    List<Long> bases = new ArrayList<>();
    for (String name : files.list(folder)) {
      Long base = Segment.baseOffsetOrNull(name);
      if (base != null) {
        bases.add(base);
      }
    }
    long next = fromOffset;
    for (int i = 0; i < bases.size() && next < toOffset; i++) {
      boolean last = i + 1 == bases.size();
      if (last || bases.get(i + 1) > next) {
        long end = last ? toOffset : Math.min(toOffset, bases.get(i + 1));
        next =
            readSegment(
                folder, files, bases.get(i), Math.max(next, bases.get(i)), end, last, consumer);
      }
    }
    return next;
  }

  private static long readSegment(
      Path folder,
      FileOps files,
      long base,
      long from,
      long end,
      boolean last,
      OpLog.TimedRecordConsumer consumer)
      throws IOException {
    Path path = folder.resolve(Segment.fileName(base));
    long next = from;
    try (SegmentReader reader = new SegmentReader(files, path)) {
      boolean readable = reader.headerValid(base);
      for (long offset = base; readable && offset < end; offset++) {
        SegmentReader.Entry entry = reader.next();
        if (entry == null || entry.offset() != offset) {
          readable = false;
        } else if (offset >= from) {
          consumer.accept(offset, entry.timeMicros(), entry.body());
          next = offset + 1;
        }
      }
      if (!readable && !last) {
        throw new QuiverException(
            ErrorCode.CORRUPT, path + " is damaged at byte " + reader.position());
      }
    } catch (NoSuchFileException | FileNotFoundException e) {
      if (last) {
        throw e;
      }
      // Deleted since the folder was listed.
    }
    return next;
  }
}
