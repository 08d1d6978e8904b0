package dev.quiver.engine.wal;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is done with the files of a log when it is opened: the last segment is read through, a torn
 * end is cut off, the last group commit is written again. Used once, by one thread.
 */
final class LogRecovery {
  private final SegmentFiles segments;
  private final FileOps files;
  private final LogClock clock;

  LogRecovery(SegmentFiles segments, LogClock clock) {
    this.segments = segments;
    this.files = segments.files();
    this.clock = clock;
  }

  /**
   * A log that is ready for appends.
   *
   * @param active null when there is no file
   */
  record Recovered(long nextOffset, @Nullable ActiveSegment active) {}

  /** What is left of a segment. */
  private record LastSegment(long end, int version, ActiveSegment active) {}

  /** Where the last group commit of a segment begins. */
  private record LastCommit(long offset, long position) {}

  /**
   * What reading a segment through told.
   *
   * @param end the offset behind the last whole record
   * @param validBytes the position behind it
   * @param unsure the last group commit, when nobody knows whether its sync was done
   */
  private record Scan(int version, long end, long validBytes, @Nullable LastCommit unsure) {}

  /**
   * Makes the log ready.
   *
   * @param coveredOffset offsets below it are not given again
   * @throws dev.quiver.engine.QuiverException corrupt, naming file and position, when records that
   *     had been synced are damaged
   */
  Recovered recover(long coveredOffset) throws IOException {
    segments.list();
    LastSegment last = null;
    while (last == null && !segments.isEmpty()) {
      last = recoverLast(segments.lastBase());
    }
    if (last == null) {
      return new Recovered(coveredOffset, null);
    }
    long nextOffset = Math.max(last.end(), coveredOffset);
    if (nextOffset > last.end() || last.version() != Segment.VERSION) {
      // The log lost records that a commit covers, and offsets go on behind the commit; or an
      // older version wrote the last segment, which is left as it is.
      last.active().close();
      return new Recovered(nextOffset, ActiveSegment.create(segments, nextOffset));
    }
    return new Recovered(nextOffset, last.active());
  }

  /** Returns null when the file was never completed; it is deleted then. */
  private @Nullable LastSegment recoverLast(long base) throws IOException {
    Scan scan = scan(base);
    if (scan == null) {
      segments.delete(base);
      segments.syncDirectory();
      return null;
    }
    ActiveSegment active =
        scan.unsure() == null
            ? ActiveSegment.resume(segments, base, scan.validBytes())
            : moveLastCommit(base, scan, scan.unsure());
    return new LastSegment(scan.end(), scan.version(), active);
  }

  private @Nullable Scan scan(long base) throws IOException {
    Path path = segments.path(base);
    try (SegmentReader reader = new SegmentReader(files, path)) {
      if (!reader.headerValid(base)) {
        if (reader.holdsRecords(base)) {
          throw SegmentFiles.corrupt(path, 0, "its header is damaged, records stand behind it");
        }
        // The header is synced before the first record is written: nothing was ever in here.
        return null;
      }
      long end = base;
      LastCommit lastCommit = null;
      for (SegmentReader.Entry entry = reader.next(); entry != null; entry = reader.next()) {
        if (entry.batchIndex() == 0) {
          lastCommit = new LastCommit(entry.offset(), entry.start());
        }
        clock.after(entry.timeMicros());
        if (entry.offset() != end) {
          throw SegmentFiles.corrupt(
              path, reader.position(), "offset " + entry.offset() + " (expected: " + end + ")");
        }
        end++;
      }
      long validBytes = reader.position();
      SegmentReader.Entry later = reader.atEnd() ? null : reader.findLaterCommit(end);
      if (later != null) {
        throw SegmentFiles.corrupt(
            path,
            validBytes,
            "the record of offset " + end + " is damaged, offset " + later.offset() + " is whole");
      }
      boolean synced = reader.markedOffset() == end;
      return new Scan(reader.version(), end, validBytes, synced ? null : lastCommit);
    }
  }

  /**
   * Writes the last group commit again, as the first of a segment. What a killed process wrote
   * without a sync is readable, yet not durable; and where its sync failed, the system takes it for
   * clean: syncing the file now would succeed and do nothing. All before it was synced.
   */
  private ActiveSegment moveLastCommit(long base, Scan scan, LastCommit last) throws IOException {
    Path path = segments.path(base);
    byte[] records = new byte[Math.toIntExact(scan.validBytes() - last.position())];
    try (FileOps.Reader reader = files.read(path)) {
      if (reader.read(last.position(), records, 0, records.length) != records.length) {
        throw new IOException(path + ": its last group commit cannot be read");
      }
    }
    Path temporary = segments.temporaryPath(last.offset());
    try (FileOps.Appender appender = files.create(temporary)) {
      byte[] header = Segment.header(scan.version(), last.offset());
      appender.write(header, 0, header.length);
      appender.write(records, 0, records.length);
      appender.sync();
    }
    files.rename(temporary, segments.path(last.offset()));
    segments.syncDirectory();
    if (last.offset() != base) {
      try (FileOps.Appender before = files.append(path)) {
        before.truncate(last.position());
      }
      segments.set(base, last.position());
    }
    return ActiveSegment.resume(segments, last.offset(), Segment.HEADER_BYTES + records.length);
  }
}
