package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Collections open when they are used and close when they are not, whoever is at work. */
class LifecycleTest {
  @TempDir Path folder;

  private Engine open(EngineOptions options) {
    return Engine.open(folder, options);
  }

  private static void put(Engine engine, String collection, long id, boolean wait) {
    engine.write(
        collection,
        List.of(EngineTest.upsert(EngineTest.point(id, "{\"n\":" + id + "}", id, 1))),
        wait,
        null);
  }

  private static void create(Engine engine, String prefix, int count) {
    for (int i = 0; i < count; i++) {
      engine.createCollection(prefix + i, Configs.of(2, "Euclid"));
    }
  }

  private interface Task {
    void run(int number) throws Exception;
  }

  private static void inParallel(int threads, Task task) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int number = i;
        all.add(
            executor.submit(
                () -> {
                  task.run(number);
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get(120, TimeUnit.SECONDS);
      }
    }
  }

  private List<String> openFilesInFolder() {
    List<String> open = new ArrayList<>();
    try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
      for (Path handle : handles.toList()) {
        try {
          String target = Files.readSymbolicLink(handle).toString();
          if (target.startsWith(folder.toString())) {
            open.add(target);
          }
        } catch (IOException e) {
          // The handle of the listing itself.
          continue;
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return open;
  }

  @Test
  void idleCollectionsHoldNoFileAndOpenAgain() {
    int collections = 200;
    EngineOptions options = EngineOptions.builder().idleTimeout(Duration.ofMillis(100)).build();
    try (Engine engine = open(options)) {
      create(engine, "c", collections);
      for (int i = 0; i < collections; i++) {
        for (long id = 1; id <= 3; id++) {
          put(engine, "c" + i, id, true);
        }
        assertThat(engine.search("c" + i, EngineTest.search(1, 2, 1))).hasSize(1);
      }
      Awaitility.await("all closed")
          .atMost(Duration.ofMinutes(1))
          .until(() -> engine.stats().openCollections() == 0);

      assertThat(openFilesInFolder())
          .as("only the store's own")
          .hasSize(3) // An open log has two descriptors.
          .allMatch(file -> file.endsWith("quiver.lock") || file.contains("/journal/"));
      assertThat(engine.approximatePoints()).hasSize(collections).containsEntry("c7", 3L);
      assertThat(engine.stats().openCollections()).as("counting opens nothing").isZero();
      for (int i = 0; i < collections; i++) {
        assertThat(engine.count("c" + i, null, true)).isEqualTo(3);
      }
      put(engine, "c7", 4, true);
      assertThat(engine.approximatePoints()).containsEntry("c7", 4L);
    }
  }

  @Test
  void noMoreThanTheGivenNumberStaysOpen() {
    try (Engine engine = open(EngineOptions.builder().maxOpenCollections(5).build())) {
      create(engine, "c", 20);
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 20; i++) {
          put(engine, "c" + i, round, true);
          assertThat(engine.stats().openCollections()).isLessThanOrEqualTo(5);
        }
      }
      assertThat(engine.stats().evictions()).isGreaterThanOrEqualTo(35 - 5);
      for (int i = 0; i < 20; i++) {
        assertThat(engine.count("c" + i, null, true)).isEqualTo(2);
      }
    }
  }

  @Test
  void closingCollectionsUnderLoadLosesAndHidesNothing() throws Exception {
    EngineOptions options =
        EngineOptions.builder()
            .maxOpenCollections(2)
            .idleTimeout(Duration.ofMillis(20))
            .flushInterval(Duration.ofMillis(20))
            .build();
    int threads = 6;
    int writes = 60;
    try (Engine engine = open(options)) {
      create(engine, "c", 8);
      inParallel(
          threads,
          thread -> {
            for (int i = 0; i < writes; i++) {
              String collection = "c" + (thread + i) % 8;
              long id = thread * 1000L + i;
              put(engine, collection, id, i % 3 > 0);
              if (i % 3 > 0) {
                assertThat(
                        engine.retrieve(
                            collection,
                            List.of(PointId.of(id)),
                            PayloadSelection.NONE,
                            VectorSelection.NONE))
                    .hasSize(1);
              }
            }
          });
      assertThat(engine.stats().evictions()).isPositive();
    }
    try (Engine engine = open(options)) {
      long total = 0;
      for (int i = 0; i < 8; i++) {
        total += engine.count("c" + i, null, true);
      }
      assertThat(total).isEqualTo((long) threads * writes);
    }
  }

  @Test
  void aWriteThatWasWaitedForIsSeenByEveryLaterSearch() throws Exception {
    try (Engine engine =
        open(EngineOptions.builder().flushInterval(Duration.ofMillis(30)).build())) {
      create(engine, "c", 1);
      inParallel(
          8,
          thread -> {
            for (int i = 0; i < 60; i++) {
              long id = thread * 1000L + i;
              if (thread < 3) {
                put(engine, "c0", id, false);
                continue;
              }
              put(engine, "c0", id, true);
              assertThat(engine.search("c0", EngineTest.search(1, id, 1)).getFirst().id())
                  .isEqualTo(PointId.of(id));
              engine.write(
                  "c0",
                  List.of(
                      new WriteOp.SetPayload(
                          EngineTest.payload("{\"again\":true}"),
                          new PointSelector.ByIds(List.of(PointId.of(id))),
                          null)),
                  true,
                  null);
              assertThat(
                      engine
                          .retrieve(
                              "c0",
                              List.of(PointId.of(id)),
                              PayloadSelection.ALL,
                              VectorSelection.NONE)
                          .getFirst()
                          .payload())
                  .isEqualTo(EngineTest.payload("{\"n\":" + id + ",\"again\":true}"));
            }
          });
      Awaitility.await("all applied")
          .atMost(Duration.ofMinutes(1))
          .until(() -> engine.count("c0", null, true) == 8 * 60);
      assertThat(engine.stats().logSyncs()).isLessThan(engine.stats().logRecords());
    }
  }

  @Test
  void concurrentFirstUsersShareOneOpening() throws Exception {
    try (Engine engine = open(EngineOptions.defaults())) {
      create(engine, "c", 1);
      CountDownLatch together = new CountDownLatch(8);
      inParallel(
          8,
          thread -> {
            together.countDown();
            together.await();
            assertThat(engine.count("c0", null, true)).isZero();
          });
      assertThat(engine.stats().opens()).isEqualTo(1);
    }
  }

  @Test
  void whatALogIsAheadIsRecoveredInTheBackgroundWithItsProgressTold() throws Exception {
    Path copy = folder.resolve("copy");
    EngineOptions.Builder lazy = EngineOptions.builder().flushInterval(Duration.ofHours(1));
    try (Engine engine = Engine.open(folder.resolve("original"), lazy.build())) {
      create(engine, "c", 5);
      for (int i = 0; i < 5; i++) {
        put(engine, "c" + i, i, i % 2 == 0);
      }
      Awaitility.await("applied")
          .atMost(Duration.ofMinutes(1))
          .until(() -> engine.stats().opsApplied() == 5);
      copy(folder.resolve("original"), copy);
    }
    List<String> told = new ArrayList<>();
    CountDownLatch all = new CountDownLatch(5);
    EngineOptions.RecoveryListener listener =
        (name, done, total) -> {
          told.add(name + " " + done + "/" + total);
          all.countDown();
        };
    try (Engine engine = Engine.open(copy, lazy.recovery(listener).build())) {
      assertThat(engine.count("c4", null, true)).isEqualTo(1);
      assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();

      assertThat(told).hasSize(5).last().asString().endsWith("5/5");
      assertThat(engine.recoveryProgress()).isEqualTo(new RecoveryProgress(5, 0, 5));
      assertThat(engine.stats().opsReplayed()).isEqualTo(5);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target);
        }
      }
    }
  }

  @Test
  void aCollectionWhoseLogCannotSyncRefusesTheWriteAndOpensAnew() {
    FailingDisk disk = new FailingDisk();
    try (Engine engine = open(EngineOptions.builder().files(disk).build())) {
      create(engine, "c", 1);
      put(engine, "c0", 1, true);
      // A write, then the sync; the cut that follows works.
      disk.failAt(1, false);

      assertThatThrownBy(() -> put(engine, "c0", 2, true))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("was not logged");
      disk.heal();
      put(engine, "c0", 3, true);

      assertThat(engine.count("c0", null, true)).isEqualTo(2);
      assertThat(engine.stats().opens()).isEqualTo(2);
    }
  }

  @Test
  void aFullDiskRefusesWritesAndLeavesReadsAndLaterWritesWorking() {
    FailingDisk disk = new FailingDisk();
    try (Engine engine = open(EngineOptions.builder().files(disk).build())) {
      create(engine, "c", 1);
      put(engine, "c0", 1, true);
      disk.failAt(0, false);

      assertThatThrownBy(() -> put(engine, "c0", 2, true))
          .isInstanceOfSatisfying(
              QuiverException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INSUFFICIENT_STORAGE));
      disk.heal();

      assertThat(engine.count("c0", null, true)).isEqualTo(1);
      put(engine, "c0", 3, true);
      assertThat(engine.count("c0", null, true)).isEqualTo(2);
      assertThat(engine.stats().opens()).isEqualTo(1);
    }
  }

  @Test
  void deletingACollectionThatIsInUseEndsItsUsersWithNotFound() throws Exception {
    try (Engine engine = open(EngineOptions.defaults())) {
      create(engine, "c", 1);
      inParallel(
          5,
          thread -> {
            if (thread == 0) {
              Awaitility.await("some writes")
                  .atMost(Duration.ofMinutes(1))
                  .until(() -> engine.stats().opsApplied() > 20);
              assertThat(engine.deleteCollection("c0")).isTrue();
              return;
            }
            assertThatThrownBy(
                    () -> {
                      for (long id = 0; ; id++) {
                        put(engine, "c0", id, true);
                      }
                    })
                .hasMessage("Not found: Collection `c0` doesn't exist!");
          });
      assertThat(engine.collections()).isEmpty();
      engine.createCollection("c0", Configs.of(3, "Dot"));
      assertThat(engine.count("c0", null, true)).isZero();
    }
  }

  @Test
  void segmentsThatAreScannedAreMergedIntoOnesWithAGraph() {
    try (Engine engine = open(EngineOptions.builder().fullScanThreshold(100).build())) {
      create(engine, "c", 1);
      for (int batch = 0; batch < 25; batch++) {
        Point[] points = new Point[40];
        for (int i = 0; i < points.length; i++) {
          long id = batch * 40L + i;
          points[i] = EngineTest.point(id, "{}", id, 1);
        }
        engine.write("c0", List.of(EngineTest.upsert(points)), true, null);
        assertThat(engine.search("c0", EngineTest.search(3, batch * 40, 1)).getFirst().id())
            .isEqualTo(PointId.of(batch * 40L));
      }
      Awaitility.await("merged")
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  engine.collectionInfo("c0").status() == CollectionInfo.Status.GREEN
                      && engine.stats().merges() > 0);

      CollectionInfo info = engine.collectionInfo("c0");
      assertThat(info.points()).isEqualTo(1000);
      assertThat(info.segments()).isLessThan(10);
      assertThat(info.indexedVectors()).isPositive();
      assertThat(engine.count("c0", null, true)).isEqualTo(1000);
    }
  }
}
