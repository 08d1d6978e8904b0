package dev.quiver.engine.wal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the log keeps, what it cuts off and what it refuses, byte by byte. */
class WriteAheadLogTest {
  private static final Path FOLDER = Path.of("/log");
  private static final Path FIRST = FOLDER.resolve(Segment.fileName(0));
  private static final long BIG = 1 << 20;

  private final FaultyFiles files = new FaultyFiles();

  private WriteAheadLog open(FaultyFiles on, long segmentBytes, long covered) {
    return WriteAheadLog.open(FOLDER, on, segmentBytes, covered, OpLog.Listener.NONE);
  }

  private WriteAheadLog open() {
    return open(files, BIG, 0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long append(OpLog log, String... records) {
    OpLog.Appended appended =
        log.submit(Arrays.stream(records).map(WriteAheadLogTest::bytes).toList());
    appended.await();
    return appended.firstOffset();
  }

  private static List<String> all(OpLog log, long from) {
    List<String> records = new ArrayList<>();
    log.replay(
        from,
        (offset, record) -> {
          assertThat(offset).isEqualTo(from + records.size());
          records.add(new String(record, StandardCharsets.UTF_8));
        });
    return records;
  }

  @Test
  void recordsComeBackInOrderAfterReopening() {
    WriteAheadLog log = open();
    assertThat(append(log, "a", "", "ü漢字")).isZero();
    assertThat(append(log, "d")).isEqualTo(3);
    log.close();

    WriteAheadLog again = open();

    assertThat(all(again, 0)).containsExactly("a", "", "ü漢字", "d");
    assertThat(all(again, 2)).containsExactly("ü漢字", "d");
    assertThat(append(again, "e")).isEqualTo(4);
  }

  @Test
  void nothingIsOnDiskBeforeTheFirstAppend() throws Exception {
    open().close();

    assertThat(files.list(FOLDER)).isEmpty();
    assertThat(WriteAheadLog.sealed(FOLDER, files)).isTrue();
  }

  @Test
  void aTornTailOfAnyLengthIsCutOffAndTheLogGoesOn() {
    WriteAheadLog log = open();
    append(log, "one");
    append(log, "two");
    int whole = (int) log.sizeInBytes();
    append(log, "three");
    log.close();
    byte[] content = files.content(FIRST);

    int records = content.length - Segment.RECORD_HEADER_BYTES;
    for (int length = whole; length < records; length++) {
      files.content(FIRST, Arrays.copyOf(content, length));
      WriteAheadLog torn = open();
      assertThat(all(torn, 0)).as("cut at %s", length).containsExactly("one", "two");
      assertThat(append(torn, "3")).isEqualTo(2);
      torn.close();
      assertThat(all(open(), 0)).containsExactly("one", "two", "3");
    }
  }

  @Test
  void theFoldersOfANewSegmentAreDurableBeforeARecordIs() {
    WriteAheadLog log = open();
    append(log, "one");

    assertThat(files.syncedFolders()).containsExactly(FOLDER.getParent(), FOLDER);
  }

  @Test
  void roomIsMadeAheadAsZeroesAndTakenAwayByClosing() {
    WriteAheadLog log = open();
    append(log, "one");
    int written = Segment.HEADER_BYTES + 2 * Segment.RECORD_HEADER_BYTES + 3;
    byte[] open = files.content(FIRST);
    assertThat(open).hasSize(4096);
    assertThat(Arrays.copyOfRange(open, written, open.length)).containsOnly(0);
    assertThat(log.sizeInBytes()).isEqualTo(written);

    append(log, "two");
    assertThat(files.content(FIRST)).hasSize(4096);
    for (int i = 0; i < 300; i++) {
      append(log, "more " + i);
    }
    assertThat(files.content(FIRST).length).isGreaterThan(4096);

    log.close();
    assertThat(files.content(FIRST)).hasSize((int) log.sizeInBytes());
  }

  @Test
  void roomThatACrashLeavesIsNoDamage() throws Exception {
    WriteAheadLog log = open();
    append(log, "one", "two");
    append(log, "three");

    assertThat(LogCheck.check(files, FOLDER, bytes -> {})).isEmpty();
    List<String> read = new ArrayList<>();
    LogReader.read(FOLDER, files, 0, 100, (_, _, body) -> read.add(new String(body, UTF_8)));
    assertThat(read).containsExactly("one", "two", "three");
    WriteAheadLog killed = open();
    assertThat(all(killed, 0)).containsExactly("one", "two", "three");
    assertThat(append(killed, "four")).isEqualTo(3);
    assertThat(all(open(), 0)).containsExactly("one", "two", "three", "four");
  }

  @Test
  void aFlippedBitIsFoundInFrontOfRoomToo() {
    WriteAheadLog log = open();
    append(log, "one");
    append(log, "two");
    byte[] content = files.content(FIRST);
    content[Segment.HEADER_BYTES + 5] ^= 8;
    files.content(FIRST, content);

    assertThatThrownBy(this::open).hasMessageContaining("offset 0 is damaged, offset 1 is whole");
  }

  @Test
  void aLogGoesOnWithoutRoomWhenTheDiskHasNone() {
    WriteAheadLog log = open();
    append(log, "one");
    String longest = "x".repeat(5_000);
    // The room for it is the next write, of which a part comes to be.
    files.failAt(0, 1_000, false);
    append(log, longest);
    files.heal();
    append(log, "three");

    assertThat(files.content(FIRST)).hasSize((int) log.sizeInBytes());
    assertThat(all(log, 0)).containsExactly("one", longest, "three");
    assertThat(all(open(), 0)).containsExactly("one", longest, "three");
  }

  @Test
  void largeGroupCommitsNeedNoRoom() {
    WriteAheadLog log = open();
    append(log, "x".repeat(100_000));

    assertThat(files.content(FIRST)).hasSize((int) log.sizeInBytes());
  }

  @Test
  void aTailOfZeroesIsCutOff() {
    WriteAheadLog log = open();
    append(log, "one");
    log.close();
    byte[] content = files.content(FIRST);
    files.content(FIRST, Arrays.copyOf(content, content.length + 4096));

    assertThat(all(open(), 0)).containsExactly("one");
    assertThat(files.content(FIRST)).isEqualTo(content);
  }

  @Test
  void aGroupCommitOfWhichOnlyLaterRecordsReachedTheDiskIsCutOffWhole() {
    WriteAheadLog log = open();
    append(log, "one");
    int start = (int) log.sizeInBytes();
    append(log, "two", "three", "four");
    log.close();
    byte[] content = files.content(FIRST);
    // The power failed before its mark was written.
    content = Arrays.copyOf(content, content.length - Segment.RECORD_HEADER_BYTES);
    // The first page of the commit was lost, the later ones were written.
    Arrays.fill(content, start, start + Segment.RECORD_HEADER_BYTES + 3, (byte) 0);
    files.content(FIRST, content);

    assertThat(all(open(), 0)).containsExactly("one");
  }

  @Test
  void aFlippedBitAnywhereIsRefusedUnlessItIsInAMark() {
    WriteAheadLog log = open();
    append(log, "one");
    append(log, "two", "2");
    append(log, "three");
    append(log, "four", "4");
    log.close();
    byte[] content = files.content(FIRST);
    int refused = 0;

    for (int at = 0; at < content.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = content.clone();
        flipped[at] ^= (byte) (1 << bit);
        files.content(FIRST, flipped);
        String where = "byte " + at + " bit " + bit;
        Throwable refusal = catchThrowable(() -> assertThatAllIsThere(open(), where));
        if (refusal != null) {
          assertThat(refusal)
              .as(where)
              .isInstanceOfSatisfying(
                  QuiverException.class,
                  e -> assertThat(e.code()).as(where).isEqualTo(ErrorCode.CORRUPT))
              .hasMessageContaining(FIRST.toString());
          refused++;
        }
      }
    }
    int marks = 4 * Segment.RECORD_HEADER_BYTES;
    assertThat(refused).isEqualTo((content.length - marks) * 8);
  }

  private static void assertThatAllIsThere(WriteAheadLog log, String where) {
    assertThat(all(log, 0)).as(where).containsExactly("one", "two", "2", "three", "four", "4");
  }

  @Test
  void damageInAnEarlierSegmentIsRefusedWhenItIsReplayed() {
    WriteAheadLog log = open(files, 60, 0);
    append(log, "one");
    append(log, "two");
    append(log, "three");
    log.close();
    assertThat(files.list(FOLDER)).hasSizeGreaterThan(1);
    byte[] content = files.content(FIRST);

    for (int at = 0; at < content.length - Segment.RECORD_HEADER_BYTES; at++) {
      byte[] flipped = content.clone();
      flipped[at] ^= 4;
      files.content(FIRST, flipped);
      WriteAheadLog damaged = open(files, 60, 0);
      assertThatThrownBy(() -> all(damaged, 0))
          .as("byte %s", at)
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining(FIRST.toString());
    }
  }

  @Test
  void aMissingSegmentIsRefusedUnlessACommitCoversIt() {
    WriteAheadLog log = open(files, 60, 0);
    append(log, "one");
    append(log, "two");
    append(log, "three");
    log.close();
    catchThrowable(() -> files.delete(FIRST));

    WriteAheadLog left = open(files, 60, 0);

    assertThatThrownBy(() -> all(left, 0)).hasMessageContaining("from offset 0 on are missing");
    assertThat(all(left, 1)).containsExactly("two", "three");
  }

  @Test
  void aNewerVersionIsRefusedAndSaysSo() {
    WriteAheadLog log = open();
    append(log, "one");
    log.close();
    byte[] content = files.content(FIRST);
    content[4] = 3;
    files.content(FIRST, content);

    assertThatThrownBy(this::open)
        .hasMessageContaining("log format version 3 (expected: at most 2)")
        .hasMessageContaining(FIRST.toString());
  }

  @Test
  void theBytesOfASegmentAreTheDocumentedOnes() {
    WriteAheadLog log = open();
    append(log, "a", "bc");
    log.close();
    java.nio.ByteBuffer buffer =
        java.nio.ByteBuffer.wrap(files.content(FIRST)).order(java.nio.ByteOrder.LITTLE_ENDIAN);

    assertThat(buffer.array()).startsWith('Q', 'W', 'A', 'L', 2, 0, 0, 0);
    assertThat(buffer.getLong(8)).isZero();
    assertThat(buffer.getInt(20)).isEqualTo(1);
    assertThat(buffer.getLong(28)).isZero();
    assertThat(buffer.getInt(36)).isZero();
    long time = buffer.getLong(40);
    assertThat(LogClock.instant(time))
        .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(1));
    assertThat(buffer.get(48)).isEqualTo((byte) 'a');
    assertThat(buffer.getInt(49)).isEqualTo(2);
    assertThat(buffer.getLong(57)).isEqualTo(1);
    assertThat(buffer.getInt(65)).isEqualTo(1);
    assertThat(buffer.getLong(69)).isEqualTo(time + 1);
    assertThat(buffer.getInt(79)).isZero();
    assertThat(buffer.getLong(87)).isEqualTo(2);
    assertThat(buffer.getInt(95)).isEqualTo(-1);
    assertThat(buffer.getLong(99)).isEqualTo(time + 1);
    assertThat(buffer.capacity()).isEqualTo(107);
  }

  @Test
  void segmentsBehindACommitAreDeletedWhole() {
    WriteAheadLog log = open(files, 60, 0);
    append(log, "one");
    append(log, "two");
    append(log, "three");
    int before = files.list(FOLDER).size();

    log.truncateBefore(1);

    assertThat(files.list(FOLDER)).hasSize(before - 1);
    assertThat(all(log, 1)).containsExactly("two", "three");
  }

  @Test
  void aSealedLogHoldsNothingAndItsOffsetsGoOn() throws Exception {
    WriteAheadLog log = open();
    append(log, "one", "two");
    assertThat(WriteAheadLog.sealed(FOLDER, files)).isFalse();

    log.seal();
    log.close();

    assertThat(WriteAheadLog.sealed(FOLDER, files)).isTrue();
    WriteAheadLog again = open(files, BIG, 2);
    assertThat(all(again, 2)).isEmpty();
    assertThat(append(again, "three")).isEqualTo(2);
    assertThat(all(again, 2)).containsExactly("three");
  }

  @Test
  void offsetsGoOnBehindACommitThatIsAheadOfTheLog() {
    WriteAheadLog log = open();
    append(log, "one");
    log.close();

    WriteAheadLog behind = open(files, BIG, 7);
    assertThat(append(behind, "eight")).isEqualTo(7);
    behind.close();

    assertThat(all(open(files, BIG, 7), 7)).containsExactly("eight");
  }

  @Test
  void aRecordThatIsTooLongIsRefused() {
    WriteAheadLog log = open();

    assertThatThrownBy(() -> log.submit(List.of(new byte[Segment.MAX_RECORD_BYTES + 1])))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    assertThat(append(log, "one")).isZero();
  }

  @Test
  void recordsLongerThanOneWriteComeBackWhole() {
    WriteAheadLog log = open(files, BIG, 0);
    String longest = "x".repeat(700_001);

    append(log, "a", longest, "b");

    assertThat(all(log, 0)).containsExactly("a", longest, "b");
  }
}
