package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.Point;
import dev.quiver.engine.PointId;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.WriteOp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each way in which a disk fails while a collection is written to: what the client sees, what is
 * lost (nothing that was acknowledged), and how it goes on. Prints the table that stands in
 * docs/reliability.md.
 */
class DiskErrorsTest {
  private static final List<String> TABLE = new ArrayList<>();

  /** What goes wrong. */
  enum Fault {
    LOG_WRITE_ERROR(kind -> kind == DiskFaults.Kind.WRITE, ".wal"),
    LOG_SYNC_ERROR(kind -> kind == DiskFaults.Kind.SYNC, ".wal"),
    LOG_SYNC_AND_TRUNCATE_ERROR(
        kind -> kind == DiskFaults.Kind.SYNC || kind == DiskFaults.Kind.TRUNCATE, ".wal"),
    INDEX_WRITE_ERROR(kind -> kind == DiskFaults.Kind.WRITE, "/index/"),
    INDEX_SYNC_ERROR(
        kind -> kind == DiskFaults.Kind.SYNC || kind == DiskFaults.Kind.SYNC_FOLDER, "/index"),
    EVERYTHING_FAILS(kind -> true, ""),
    DISK_FULL(kind -> false, "");

    private final Predicate<DiskFaults.Kind> kinds;
    private final String paths;

    Fault(Predicate<DiskFaults.Kind> kinds, String paths) {
      this.kinds = kinds;
      this.paths = paths;
    }

    void on(SimulatedDisk disk) {
      if (this == DISK_FULL) {
        disk.faults().capacityBytes(disk.usedBytes() + 3000);
      } else {
        disk.faults()
            .errors(
                disk.operations(), Long.MAX_VALUE, kinds, path -> path.toString().contains(paths));
      }
    }
  }

  @AfterAll
  static void printTable() {
    TABLE.forEach(System.out::println);
  }

  @ParameterizedTest
  @EnumSource
  void nothingAcknowledgedIsLostAndWritesGoOnWhenTheDiskWorksAgain(Fault fault) {
    SimulatedDisk disk = new SimulatedDisk(DiskFaults.none(), 5);
    SimulatedBackground background = new SimulatedBackground(5);
    Set<Long> acknowledged = new TreeSet<>();
    Set<Long> tried = new TreeSet<>();
    Set<ErrorCode> seen = new TreeSet<>();
    int refused = 0;
    boolean readsGoOn = true;
    String recovery;
    Engine engine = Engine.open(SimulatedRun.DATA, options(disk, background));
    engine.createCollection("c", SimulatedAction.config(20));
    for (long id = 0; id < 40; id++) {
      write(engine, id);
      acknowledged.add(id);
    }
    work(background);

    fault.on(disk);
    for (long id = 100; id < 160; id++) {
      tried.add(id);
      try {
        write(engine, id);
        acknowledged.add(id);
      } catch (QuiverException e) {
        seen.add(e.code());
        refused++;
      }
      readsGoOn &= reads(engine, acknowledged);
      work(background);
    }
    disk.faults().healed().capacityBytes(Long.MAX_VALUE);
    work(background);

    int before = acknowledged.size();
    int attempts = 0;
    while (acknowledged.size() == before && attempts < 10) {
      attempts++;
      try {
        write(engine, 1000);
        acknowledged.add(1000L);
      } catch (QuiverException e) {
        seen.add(e.code());
        work(background);
      }
    }
    recovery = attempts == 1 ? "by itself, with the next write" : "write " + attempts;
    assertThat(acknowledged).contains(1000L);
    assertHoldsAll(engine, acknowledged, tried);

    SimulatedDisk after = disk.afterPowerLoss(DiskFaults.none());
    try (Engine next = Engine.open(SimulatedRun.DATA, options(after, new SimulatedBackground(6)))) {
      assertHoldsAll(next, acknowledged, tried);
    }
    TABLE.add(
        String.format(
            Locale.ROOT,
            "| %s | %s | %d of 60 | %s | none | %s |",
            fault.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            seen.isEmpty() ? "nothing" : seen,
            refused,
            readsGoOn ? "yes" : "refused meanwhile",
            recovery));
  }

  private static EngineOptions options(SimulatedDisk disk, SimulatedBackground background) {
    return EngineOptions.builder()
        .files(disk)
        .background(background)
        .flushInterval(Duration.ofMillis(50))
        .fullScanThreshold(8)
        .offHeapBytes(64 << 20)
        .mergeThreads(1)
        .buildThreads(1)
        .build();
  }

  private static void work(SimulatedBackground background) {
    background.advance(Duration.ofMillis(30));
    background.tick();
    background.runAll(100);
  }

  private static void write(Engine engine, long id) {
    float[] vector = {id, 1, 2, 3};
    engine.write(
        "c",
        List.of(
            new WriteOp.Upsert(
                List.of(
                    new Point(
                        PointId.of(id),
                        Map.of(SimulatedWrites.BASE, new VectorValue.Dense(vector)),
                        Payload.EMPTY)),
                null,
                WriteOp.UpdateMode.UPSERT)),
        true,
        null);
  }

  private static boolean reads(Engine engine, Set<Long> acknowledged) {
    try {
      return SimulatedReads.read(engine, "c").points.keySet().containsAll(acknowledged);
    } catch (QuiverException e) {
      return false;
    }
  }

  /** What was refused may be there or not: nobody was told. */
  private static void assertHoldsAll(Engine engine, Set<Long> acknowledged, Set<Long> tried) {
    Set<Long> found = SimulatedReads.read(engine, "c").points.keySet();
    assertThat(found).containsAll(acknowledged);
    Set<Long> known = new TreeSet<>(acknowledged);
    known.addAll(tried);
    assertThat(known).containsAll(found);
  }
}
