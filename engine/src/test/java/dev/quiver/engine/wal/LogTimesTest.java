package dev.quiver.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** When each record was logged, and that logs of before there were times open as they did. */
class LogTimesTest {
  private static final Path FOLDER = Path.of("/log");
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private final FaultyFiles files = new FaultyFiles();
  private Instant now = NOON;

  private final LogClock clock =
      new LogClock(
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now;
            }
          });

  private record Timed(long offset, long micros, String text) {}

  private WriteAheadLog open(LogClock with) {
    return WriteAheadLog.open(FOLDER, files, 1 << 20, 0, with, OpLog.Listener.NONE);
  }

  private static List<Timed> all(OpLog log, long from, long to) {
    List<Timed> records = new ArrayList<>();
    log.replay(
        from,
        to,
        (offset, micros, record) ->
            records.add(new Timed(offset, micros, new String(record, StandardCharsets.UTF_8))));
    return records;
  }

  private static void append(OpLog log, String... records) {
    List<byte[]> bytes = new ArrayList<>();
    for (String record : records) {
      bytes.add(record.getBytes(StandardCharsets.UTF_8));
    }
    log.submit(bytes).await();
  }

  @Test
  void everyRecordHasATimeOfItsOwnAlsoWhenTheClockStandsStillOrGoesBack() {
    long noon = LogClock.micros(NOON);
    WriteAheadLog log = open(clock);
    append(log, "a", "b");
    now = NOON.minusSeconds(3600);
    append(log, "c");
    now = NOON.plusSeconds(1);
    append(log, "d");
    log.close();

    List<Timed> expected =
        List.of(
            new Timed(0, noon, "a"),
            new Timed(1, noon + 1, "b"),
            new Timed(2, noon + 2, "c"),
            new Timed(3, noon + 1_000_000, "d"));
    assertThat(all(open(clock), 0, Long.MAX_VALUE)).isEqualTo(expected);
    assertThat(all(open(clock), 1, 3)).isEqualTo(expected.subList(1, 3));
  }

  @Test
  void timesGoOnBehindTheLogsLastOneWhenTheClockWasSetBackBeforeARestart() {
    WriteAheadLog log = open(clock);
    append(log, "a");
    log.close();
    now = NOON.minusSeconds(3600);
    LogClock fresh = new LogClock(Clock.fixed(now, ZoneOffset.UTC));

    WriteAheadLog again = open(fresh);
    append(again, "b");

    assertThat(all(again, 1, 2)).containsExactly(new Timed(1, LogClock.micros(NOON) + 1, "b"));
  }

  @Test
  void aMomentDividesWhatWasLoggedBeforeFromWhatIsLoggedLater() {
    long before = clock.next(1);
    long moment = clock.moment();
    long later = clock.next(1);

    assertThat(before).isLessThanOrEqualTo(moment);
    assertThat(later).isGreaterThan(moment);
    assertThat(LogClock.instant(LogClock.micros(NOON.plusNanos(123_456_789))))
        .isEqualTo(NOON.plusNanos(123_456_000));
  }

  @Test
  void aLogOfVersion1OpensAndIsContinuedInANewSegment() throws IOException {
    files.content(FOLDER.resolve(Segment.fileName(0)), golden("log-v1-marked.bin"));

    WriteAheadLog log = open(clock);
    append(log, "six");
    log.close();

    assertThat(files.content(FOLDER.resolve(Segment.fileName(0))))
        .isEqualTo(golden("log-v1-marked.bin"));
    assertThat(files.list(FOLDER)).containsExactly(Segment.fileName(0), Segment.fileName(5));
    assertThat(all(open(clock), 0, Long.MAX_VALUE))
        .containsExactly(
            new Timed(0, 0, "one"),
            new Timed(1, 0, ""),
            new Timed(2, 0, "ü漢字"),
            new Timed(3, 0, "four"),
            new Timed(4, 0, "five"),
            new Timed(5, LogClock.micros(NOON), "six"));
  }

  @Test
  void aLastCommitOfVersion1WithoutAMarkIsWrittenAgainAsItWas() throws IOException {
    byte[] marked = golden("log-v1-marked.bin");
    int mark = Segment.recordHeaderBytes(1);
    byte[] unmarked = Arrays.copyOf(marked, marked.length - mark);
    int last = unmarked.length - 2 * (mark + "four".length());
    files.content(FOLDER.resolve(Segment.fileName(0)), unmarked);

    WriteAheadLog log = open(clock);
    assertThat(files.content(FOLDER.resolve(Segment.fileName(0))))
        .isEqualTo(Arrays.copyOf(unmarked, last));
    assertThat(files.content(FOLDER.resolve(Segment.fileName(3))))
        .startsWith('Q', 'W', 'A', 'L', 1, 0, 0, 0, 3)
        .endsWith(Arrays.copyOfRange(unmarked, last, unmarked.length));
    append(log, "six");
    log.close();

    assertThat(all(open(clock), 0, Long.MAX_VALUE))
        .extracting(Timed::text)
        .containsExactly("one", "", "ü漢字", "four", "five", "six");
  }

  /** Logs of before there were marks. */
  @Test
  void anOldestLogOpensAndIsContinued() throws IOException {
    files.content(FOLDER.resolve(Segment.fileName(0)), golden("log-v1.bin"));

    WriteAheadLog log = open(clock);
    append(log, "four");
    log.close();

    assertThat(files.list(FOLDER))
        .containsExactly(Segment.fileName(0), Segment.fileName(2), Segment.fileName(3));
    assertThat(all(open(clock), 0, Long.MAX_VALUE))
        .containsExactly(
            new Timed(0, 0, "one"),
            new Timed(1, 0, ""),
            new Timed(2, 0, "ü漢字"),
            new Timed(3, LogClock.micros(NOON), "four"));
  }

  @Test
  void aFlippedBitOfVersion1IsRefusedUnlessItIsInAMark() throws IOException {
    byte[] whole = golden("log-v1-marked.bin");
    int refused = 0;
    for (int at = 0; at < whole.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        FaultyFiles flipped = new FaultyFiles();
        byte[] content = whole.clone();
        content[at] ^= (byte) (1 << bit);
        flipped.content(FOLDER.resolve(Segment.fileName(0)), content);
        try (WriteAheadLog log =
            WriteAheadLog.open(FOLDER, flipped, 1 << 20, 0, clock, OpLog.Listener.NONE)) {
          assertThat(all(log, 0, Long.MAX_VALUE))
              .as("byte %s bit %s", at, bit)
              .extracting(Timed::text)
              .containsExactly("one", "", "ü漢字", "four", "five");
        } catch (QuiverException e) {
          assertThat(e.code()).as("byte %s bit %s", at, bit).isEqualTo(ErrorCode.CORRUPT);
          refused++;
        }
      }
    }
    int marks = 3 * Segment.recordHeaderBytes(1);
    assertThat(refused).isEqualTo((whole.length - marks) * 8);
  }

  @Test
  void aReaderPassesMarksOfBothVersionsAndSoDoesAChunk() throws IOException {
    files.content(FOLDER.resolve(Segment.fileName(0)), golden("log-v1-marked.bin"));
    WriteAheadLog log = open(clock);
    append(log, "six", "seven");
    append(log, "eight");
    log.close();

    List<String> read = new ArrayList<>();
    long end =
        LogReader.read(
            FOLDER,
            files,
            1,
            Long.MAX_VALUE,
            (_, _, record) -> read.add(new String(record, StandardCharsets.UTF_8)));
    List<String> chunk = new ArrayList<>();
    LogChunk.read(
        files.content(FOLDER.resolve(Segment.fileName(5))),
        "chunk",
        5,
        (_, _, record) -> chunk.add(new String(record, StandardCharsets.UTF_8)));

    assertThat(end).isEqualTo(8);
    assertThat(read).containsExactly("", "ü漢字", "four", "five", "six", "seven", "eight");
    assertThat(chunk).containsExactly("six", "seven", "eight");
  }

  @Test
  void aTornEndOfVersion1IsCutOffAndADamagedHeaderIsRefused() throws IOException {
    byte[] whole = golden("log-v1.bin");
    for (int length = 63; length < whole.length; length++) {
      files.content(FOLDER.resolve(Segment.fileName(0)), Arrays.copyOf(whole, length));
      WriteAheadLog log = open(clock);
      assertThat(all(log, 0, Long.MAX_VALUE)).as("cut at %s", length).hasSize(2);
      append(log, "x");
      log.close();
      assertThat(all(open(clock), 0, Long.MAX_VALUE)).hasSize(3);
      files.delete(FOLDER.resolve(Segment.fileName(2)));
    }
    whole[9] ^= 1;
    files.content(FOLDER.resolve(Segment.fileName(0)), whole);
    assertThatThrownBy(() -> open(clock))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("header is damaged");
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = LogTimesTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
