package dev.quiver.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the log promises when the disk fails or the machine stops, at every single operation. */
class WriteAheadLogFaultTest {
  private static final Path FOLDER = Path.of("/log");
  private static final long SEGMENT_BYTES = 160;
  private static final int RECORDS = 30;

  private static final long SEED = Long.getLong("quiver.seed", System.nanoTime());

  private static WriteAheadLog open(FileOps files, long covered) {
    return WriteAheadLog.open(FOLDER, files, SEGMENT_BYTES, covered, OpLog.Listener.NONE);
  }

  private static byte[] record(int number) {
    return ("record " + number).getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> all(OpLog log, long from) {
    List<String> records = new ArrayList<>();
    log.replay(from, (offset, record) -> records.add(new String(record, StandardCharsets.UTF_8)));
    return records;
  }

  /** Appends, cuts and reopens; what was acknowledged is in {@code acknowledged}, in order. */
  private static final class Workload {
    private final FaultyFiles files;
    private final List<String> acknowledged = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private long covered;

    Workload(FaultyFiles files) {
      this.files = files;
    }

    void run() {
      WriteAheadLog log = null;
      int number = 0;
      while (number < RECORDS) {
        if (log == null || log.failed()) {
          log = reopened(log);
          if (log == null) {
            return;
          }
        }
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i <= number % 3; i++) {
          batch.add(record(number++));
        }
        try {
          OpLog.Appended appended = log.submit(batch);
          appended.await();
          batch.forEach(r -> acknowledged.add(new String(r, StandardCharsets.UTF_8)));
        } catch (QuiverException e) {
          batch.forEach(r -> refused.add(new String(r, StandardCharsets.UTF_8)));
        }
        if (number % 10 == 9 && !log.failed()) {
          covered = log.nextOffset();
          try {
            log.truncateBefore(covered);
          } catch (QuiverException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL);
          }
        }
      }
    }

    private WriteAheadLog reopened(WriteAheadLog before) {
      if (before != null) {
        before.close();
      }
      try {
        return open(files, covered);
      } catch (QuiverException e) {
        assertThat(e.code()).as(e.getMessage()).isNotEqualTo(ErrorCode.CORRUPT);
        return null;
      }
    }

    /** Nothing acknowledged is missing, and nothing is there that was never submitted. */
    void verify(FaultyFiles survivor, String where) {
      // Offsets of refused records are used again only when the log knows that they are gone, so
      // what a commit covers is a prefix of what was acknowledged.
      List<String> found = new ArrayList<>();
      WriteAheadLog log = open(survivor, covered);
      found.addAll(all(log, covered));
      List<String> expected = new ArrayList<>(acknowledged);
      List<String> unknown = new ArrayList<>(found);
      unknown.removeAll(acknowledged);
      assertThat(refused).as(where).containsAll(unknown);
      expected.removeAll(found);
      // What is left of the acknowledged ones must be the covered beginning.
      assertThat(acknowledged.subList(0, expected.size())).as(where).isEqualTo(expected);
      assertThat((long) expected.size()).as(where).isLessThanOrEqualTo(covered);
    }
  }

  private static int operationsOfWorkload() {
    FaultyFiles counted = new FaultyFiles();
    counted.failAt(Integer.MAX_VALUE, 0, false);
    new Workload(counted).run();
    return counted.operations();
  }

  @Test
  void aFailureOfAnySingleOperationLosesNothingAcknowledged() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    int operations = operationsOfWorkload();
    assertThat(operations).isGreaterThan(50);
    for (int failing = 0; failing < operations; failing++) {
      for (int prefix : new int[] {0, 1, 19, 25, 1000}) {
        FaultyFiles files = new FaultyFiles();
        files.failAt(failing, prefix, false);
        Workload workload = new Workload(files);
        workload.run();
        String where = "operation " + failing + ", prefix " + prefix + ", seed " + SEED;
        assertThat(workload.acknowledged).as(where).hasSizeGreaterThan(RECORDS / 2);
        files.heal();
        workload.verify(files.crash(random), where);
      }
    }
  }

  @Test
  void aDiskThatFailsForGoodFromAnyOperationOnLosesNothingAcknowledged() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    int operations = operationsOfWorkload();
    for (int failing = 0; failing < operations; failing++) {
      FaultyFiles files = new FaultyFiles();
      files.failAt(failing, random.nextInt(40), true);
      Workload workload = new Workload(files);
      workload.run();
      files.heal();
      for (int i = 0; i < 5; i++) {
        workload.verify(files.crash(random), "operation " + failing + ", seed " + SEED);
      }
    }
  }

  @Test
  void aFullDiskRefusesTheOperationAndTheLogStaysUsable() {
    FaultyFiles files = new FaultyFiles();
    WriteAheadLog log = open(files, 0);
    log.submit(List.of(record(0))).await();
    files.failAt(0, 7, false);

    OpLog.Appended refused = log.submit(List.of(record(1)));
    assertThatThrownBy(refused::await)
        .isInstanceOfSatisfying(
            QuiverException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INSUFFICIENT_STORAGE));
    assertThat(refused.status()).isEqualTo(OpLog.Status.FAILED);
    assertThat(log.failed()).isFalse();
    OpLog.Appended next = log.submit(List.of(record(2)));
    next.await();

    assertThat(next.firstOffset()).isEqualTo(1);
    log.close();
    assertThat(all(open(files, 0), 0)).containsExactly("record 0", "record 2");
  }

  @Test
  void aFailedSyncClosesTheLogToWritesUntilItIsOpenedAnew() {
    FaultyFiles files = new FaultyFiles();
    WriteAheadLog log = open(files, 0);
    log.submit(List.of(record(0))).await();
    files.failSyncs();

    assertThatThrownBy(() -> log.submit(List.of(record(1))).await())
        .hasMessageContaining("until it is opened anew");
    assertThat(log.failed()).isTrue();
    files.heal();
    assertThatThrownBy(() -> log.submit(List.of(record(2))))
        .hasMessageContaining("until it is opened anew");
    log.close();

    WriteAheadLog again = open(files, 0);
    again.submit(List.of(record(3))).await();
    assertThat(all(again, 0)).containsExactly("record 0", "record 3");
  }

  @Test
  void concurrentAppendersShareASync() throws Exception {
    FaultyFiles files = new FaultyFiles();
    AtomicInteger syncs = new AtomicInteger();
    WriteAheadLog log =
        WriteAheadLog.open(
            FOLDER, files, 1 << 20, 0, (records, bytes, micros) -> syncs.incrementAndGet());
    int appenders = 50;
    CountDownLatch submitted = new CountDownLatch(appenders);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < appenders; i++) {
        int number = i;
        done.add(
            executor.submit(
                () -> {
                  OpLog.Appended appended = log.submit(List.of(record(number)));
                  submitted.countDown();
                  submitted.await();
                  appended.await();
                  assertThat(appended.status()).isEqualTo(OpLog.Status.DURABLE);
                  return null;
                }));
      }
      for (Future<?> each : done) {
        each.get(30, TimeUnit.SECONDS);
      }
    }

    assertThat(syncs).hasValue(1);
    assertThat(all(log, 0)).hasSize(appenders).doesNotHaveDuplicates();
  }

  @Test
  void writersThatComeAndGoAreAllWokenAndTheirRecordsAreInOrder() throws Exception {
    System.out.println("seed " + SEED);
    FaultyFiles files = new FaultyFiles();
    AtomicInteger syncs = new AtomicInteger();
    WriteAheadLog log =
        WriteAheadLog.open(
            FOLDER, files, 1 << 14, 0, (records, bytes, micros) -> syncs.incrementAndGet());
    int writers = 8;
    int each = 200;
    try (ExecutorService executor = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> done = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        done.add(
            executor.submit(
                () -> {
                  Random random = new Random(SEED + writer);
                  for (int i = 0; i < each; i++) {
                    log.submit(List.of(record(writer * each + i))).await();
                    if (random.nextInt(4) == 0) {
                      // A writer that has something else to do; nothing is waited for.
                      Thread.sleep(0, random.nextInt(300_000));
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : done) {
        one.get(60, TimeUnit.SECONDS);
      }
    }

    assertThat(log.durableOffset()).isEqualTo(writers * each);
    assertThat(syncs.get()).isLessThanOrEqualTo(writers * each);
    List<String> all = all(log, 0);
    assertThat(all).hasSize(writers * each).doesNotHaveDuplicates();
    for (int w = 0; w < writers; w++) {
      int first = w * each;
      List<String> own = all.stream().filter(text -> number(text) / each == first / each).toList();
      assertThat(own).isSortedAccordingTo(java.util.Comparator.comparing(text -> number(text)));
    }
  }

  private static int number(String record) {
    return Integer.parseInt(record.substring("record ".length()));
  }

  @Test
  void aLeaderThatFailsRefusesAllThatWaitAndTheyAreAllWoken() throws Exception {
    FaultyFiles files = new FaultyFiles();
    WriteAheadLog log = open(files, 0);
    log.submit(List.of(record(0))).await();
    files.failSyncs();
    AtomicInteger refused = new AtomicInteger();
    int writers = 20;
    try (ExecutorService executor = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> done = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        int number = w;
        done.add(
            executor.submit(
                () -> {
                  assertThatThrownBy(() -> log.submit(List.of(record(number))).await())
                      .hasMessageContaining("until it is opened anew");
                  refused.incrementAndGet();
                  return null;
                }));
      }
      for (Future<?> each : done) {
        each.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(refused).hasValue(writers);
    assertThat(log.nextOffset()).isEqualTo(1);
  }
}
