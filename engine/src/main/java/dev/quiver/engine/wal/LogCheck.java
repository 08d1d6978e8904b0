package dev.quiver.engine.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads logs through and compares every record with its checksum. Stateless. */
public final class LogCheck {
  private LogCheck() {}

  /** Told of bytes that were read; may wait, or end the check by an exception. */
  public interface Progress {
    void read(long bytes) throws IOException;
  }

  /**
   * A damaged place.
   *
   * @param length of the bytes behind it that cannot be read either
   */
  public record Finding(Path file, long position, long length, String what) {}

  /**
   * Checks a log, which may be in use meanwhile. The unfinished end of the last segment is no
   * damage: it is what a crash, or a write that goes on, leaves.
   */
  public static List<Finding> check(FileOps files, Path directory, Progress progress)
      throws IOException {
    List<Long> bases = new ArrayList<>();
    for (String name : files.list(directory)) {
      Long base = Segment.baseOffsetOrNull(name);
      if (base != null) {
        bases.add(base);
      }
    }
    List<Finding> found = new ArrayList<>();
    for (int i = 0; i < bases.size(); i++) {
      Path file = directory.resolve(Segment.fileName(bases.get(i)));
      try {
        // What stands behind the begin of the next segment was written again there.
        long end = i + 1 == bases.size() ? Long.MAX_VALUE : bases.get(i + 1);
        Finding finding = check(files, file, bases.get(i), end, progress);
        if (finding != null) {
          found.add(finding);
        }
      } catch (FileNotFoundException | NoSuchFileException e) {
        if (files.exists(file)) {
          throw e;
        }
        // Its records were committed meanwhile.
      }
    }
    return found;
  }

  private static @Nullable Finding check(
      FileOps files, Path file, long base, long end, Progress progress) throws IOException {
    try (SegmentReader reader = new SegmentReader(files, file)) {
      boolean last = end == Long.MAX_VALUE;
      if (!reader.headerValid(base)) {
        return last && reader.size() <= Segment.HEADER_BYTES
            ? null
            : new Finding(file, 0, Segment.HEADER_BYTES, "the segment's header is damaged");
      }
      long expected = base;
      long before = 0;
      while (expected < end) {
        SegmentReader.Entry entry = reader.next();
        progress.read(reader.position() - before);
        before = reader.position();
        if (entry == null) {
          break;
        }
        if (entry.offset() != expected) {
          return new Finding(
              file,
              reader.position(),
              reader.size() - reader.position(),
              "offset " + entry.offset() + " (expected: " + expected + ")");
        }
        expected++;
      }
      if (expected == end || reader.atEnd() || (last && reader.findLaterCommit(expected) == null)) {
        return null;
      }
      return new Finding(
          file,
          reader.position(),
          reader.size() - reader.position(),
          "the record of offset " + expected + " does not fit its checksum");
    }
  }
}
