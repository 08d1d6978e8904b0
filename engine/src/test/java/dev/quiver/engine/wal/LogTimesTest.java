package dev.quiver.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    files.content(FOLDER.resolve(Segment.fileName(0)), golden());

    WriteAheadLog log = open(clock);
    append(log, "four");
    log.close();

    assertThat(files.content(FOLDER.resolve(Segment.fileName(0)))).isEqualTo(golden());
    assertThat(files.list(FOLDER)).containsExactly(Segment.fileName(0), Segment.fileName(3));
    assertThat(all(open(clock), 0, Long.MAX_VALUE))
        .containsExactly(
            new Timed(0, 0, "one"),
            new Timed(1, 0, ""),
            new Timed(2, 0, "ü漢字"),
            new Timed(3, LogClock.micros(NOON), "four"));
  }

  @Test
  void aTornEndOfVersion1IsCutOffAndADamagedHeaderIsRefused() throws IOException {
    byte[] whole = golden();
    for (int length = 63; length < whole.length; length++) {
      files.content(FOLDER.resolve(Segment.fileName(0)), java.util.Arrays.copyOf(whole, length));
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

  private static byte[] golden() throws IOException {
    try (InputStream in = LogTimesTest.class.getResourceAsStream("log-v1.bin")) {
      return Objects.requireNonNull(in, "log-v1.bin").readAllBytes();
    }
  }
}
