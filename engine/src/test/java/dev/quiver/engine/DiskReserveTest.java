package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.FilterFileOps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Space on the disk is kept for the commit of what is logged. */
class DiskReserveTest {
  private static final long PLENTY = 1L << 40;

  @TempDir Path folder;

  private final ShortDisk disk = new ShortDisk();

  /** The real disk, which says that it has as little space as it is told. */
  private static final class ShortDisk extends FilterFileOps {
    private volatile long usableBytes = PLENTY;
    private volatile boolean shortForMerges;

    ShortDisk() {
      super(DiskFiles.INSTANCE);
    }

    @Override
    public long usableBytes(Path path) {
      boolean merging = Thread.currentThread().getName().startsWith("quiver-merge");
      return merging && shortForMerges ? 0 : usableBytes;
    }
  }

  private EngineOptions.Builder options() {
    return EngineOptions.builder().files(disk).flushInterval(Duration.ofHours(1));
  }

  private static void write(Engine engine, int from, int count) {
    Point[] points = new Point[count];
    for (int i = 0; i < count; i++) {
      points[i] = EngineTest.point(from + i, "{}", from, i);
    }
    engine.write("c", List.of(EngineTest.upsert(points)), true, null);
  }

  private long logBytes() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("collections"))) {
      return files
          .filter(file -> file.toString().endsWith(".wal"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void whatEachShardKeepsIsKeptFromAll() {
    DiskReserve reserve = new DiskReserve(disk);
    DiskReserve.Share one = reserve.share(folder);
    DiskReserve.Share two = reserve.share(folder);
    disk.usableBytes = 10 << 20;

    assertThat(one.shortage(9 << 20)).isNull();
    two.keep(4 << 20);
    assertThat(one.shortage(5 << 20)).isNull();
    assertThat(one.shortage(9 << 20))
        .isEqualTo(
            "No space left on device: 10485760 bytes are free, 5242880 of them are kept for commits"
                + " of what is logged, 9437184 were asked for");
    two.keep(1 << 20);
    assertThat(one.shortage(8 << 20)).isNull();
    two.close();
    assertThat(one.shortage(9 << 20)).isNull();
  }

  @Test
  void writesAreRefusedWhileCommitsHaveSpaceAndGoOnWhenThereIsMore() {
    try (Engine engine = Engine.open(folder, options().build())) {
      engine.createCollection("c", Configs.of(2, "Euclid"));
      write(engine, 0, 100);
      disk.usableBytes = 1 << 20;

      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> write(engine, 100, 100))
            .isInstanceOfSatisfying(
                QuiverException.class,
                error -> assertThat(error.code()).isEqualTo(ErrorCode.INSUFFICIENT_STORAGE))
            .hasMessageContaining("No space left on device: 1048576 bytes are free")
            .hasMessageContaining("writes then go on by themselves");
      }
      assertThat(engine.count("c", null, true)).isEqualTo(100);

      disk.usableBytes = PLENTY;
      write(engine, 100, 100);
      assertThat(engine.count("c", null, true)).isEqualTo(200);
    }
  }

  @Test
  void aLogThatIsInTheWayIsCommittedAndItsSpaceUsedAgain() throws IOException {
    try (Engine engine = Engine.open(folder, options().build())) {
      engine.createCollection("c", Configs.of(2, "Euclid"));
      for (int i = 0; i < 300; i++) {
        write(engine, i * 200, 200);
      }
      assertThat(logBytes()).isGreaterThan(1 << 20);
      disk.usableBytes = 0;
      assertThatThrownBy(() -> write(engine, 0, 1)).hasMessageContaining("No space left");
      assertThat(logBytes()).isZero();

      disk.usableBytes = PLENTY;
      write(engine, 1_000_000, 10);
      assertThat(engine.count("c", null, true)).isEqualTo(300 * 200 + 10);
    }
    try (Engine engine = Engine.open(folder, options().build())) {
      assertThat(engine.count("c", null, true)).isEqualTo(300 * 200 + 10);
    }
  }

  @Test
  void mergesWaitUntilThereIsSpace() {
    // Small segments deserve a graph, and a merge, when there are some.
    EngineOptions options =
        options().flushInterval(Duration.ofMillis(50)).fullScanThreshold(20).build();
    try (Engine engine = Engine.open(folder, options)) {
      engine.createCollection("c", Configs.of(2, "Euclid"));
      disk.shortForMerges = true;
      for (int i = 0; i < 10; i++) {
        write(engine, i * 15, 15);
      }
      Awaitility.await("a merge is put off")
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  engine.merges("c").stream()
                      .anyMatch(merge -> String.valueOf(merge.error()).contains("No space left")));
      assertThat(engine.count("c", null, true)).isEqualTo(150);
      disk.shortForMerges = false;
      Awaitility.await("merged after all")
          .atMost(Duration.ofMinutes(1))
          .until(() -> engine.collectionInfo("c").status() == CollectionInfo.Status.GREEN);
    }
  }
}
