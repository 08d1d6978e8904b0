package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.blob.BlobInfo;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever fails while backups are made or restored, nothing is half there afterwards. */
class BackupFaultTest {
  @TempDir Path folder;

  private final Map<PointId, StoreModel.Known> points = new TreeMap<>();
  private int written;

  private void write(Engine engine, int count) {
    for (int i = 0; i < count; i++) {
      PointId id = PointId.of((long) (written % 50));
      float[] vector = {written++, 1};
      engine.write(
          "c",
          List.of(
              new WriteOp.Upsert(
                  List.of(new Point(id, Map.of("", new VectorValue.Dense(vector)), Payload.EMPTY)),
                  null,
                  WriteOp.UpdateMode.UPSERT)),
          true,
          null);
      points.put(id, new StoreModel.Known(vector, "{}"));
    }
  }

  private Path repository() {
    return folder.resolve("backups");
  }

  private Backups backups(Engine engine, BlobStore store) {
    return Backups.open(engine, store, BackupSettings.manual(folder.resolve("scratch")));
  }

  private List<String> leftovers() {
    try (Stream<Path> all = Files.list(repository().resolve("tmp"))) {
      return all.map(Path::toString).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkWhole(Engine engine, Backups backups, String where) {
    BackupCatalog catalog = backups.catalog();
    assertThat(catalog.verify(null, true, new BackupJob("verify")).problems()).as(where).isEmpty();
    int listed = catalog.list().size();
    write(engine, 1);
    backups.create();
    assertThat(catalog.list()).as(where).hasSize(listed + 1);
    assertThat(catalog.verify(null, true, new BackupJob("verify")).problems()).as(where).isEmpty();
    assertThat(leftovers()).as(where).isEmpty();
  }

  @Test
  void aBackupThatFailsAtAnyPointIsNotListedAndTheNextOneCleansUp() throws IOException {
    FailingDisk disk = new FailingDisk();
    try (Engine engine = Engine.open(folder.resolve("data"), EngineOptions.defaults());
        BlobStore store = DirectoryBlobStore.open(repository(), disk);
        Backups backups = backups(engine, store)) {
      engine.createCollection("c", Configs.of(2, "Euclid"));
      write(engine, 3);
      disk.heal();
      backups.create();
      int operations = disk.operations();
      assertThat(operations).isGreaterThan(20);
      int failures = 0;
      for (int failAt = 0; failAt < operations; failAt += 3) {
        write(engine, 3);
        int before = backups.catalog().list().size();
        disk.failAt(failAt, failAt % 2 == 0);
        boolean failed = false;
        try {
          backups.create();
        } catch (QuiverException e) {
          failed = true;
          failures++;
        }
        disk.heal();
        if (failed) {
          assertThat(backups.catalog().list().size()).isBetween(before, before + 1);
        }
        checkWhole(engine, backups, "failed at " + failAt);
      }
      assertThat(failures).isGreaterThan(5);
      backups.restoreStore(new RestorePoint.Latest());
      StoreModel.assertPoints(engine, "c", points, "after all failures");
    }
  }

  @Test
  void afterAKillInTheMiddleAnotherProcessOfTheStoreGoesOnAtOnce() throws IOException {
    FailingDisk disk = new FailingDisk();
    for (int failAt = 3; failAt < 30; failAt += 4) {
      try (Engine engine = Engine.open(folder.resolve("data"), EngineOptions.defaults());
          BlobStore store = DirectoryBlobStore.open(repository(), disk);
          Backups backups = backups(engine, store)) {
        if (!engine.collectionExists("c")) {
          engine.createCollection("c", Configs.of(2, "Euclid"));
        }
        write(engine, 5);
        disk.failAt(failAt, true);
        try {
          backups.create();
        } catch (QuiverException e) {
          assertThat(e).hasMessageContaining("injected");
        }
      }
      disk.heal();
      try (Engine engine = Engine.open(folder.resolve("data"), EngineOptions.defaults());
          BlobStore store = DirectoryBlobStore.open(repository(), DiskFiles.INSTANCE);
          Backups backups = backups(engine, store)) {
        checkWhole(engine, backups, "killed at " + failAt);
        // Every file that is there is needed: what the dead process left was swept.
        long needed = backups.catalog().verify(null, false, new BackupJob("verify")).files();
        assertThat(store.list("files/")).as("killed at " + failAt).hasSize((int) needed);
      }
    }
  }

  @Test
  void aRestoreThatFailsLeavesTheStoreAsItWas() throws IOException {
    FailingDisk disk = new FailingDisk();
    EngineOptions options =
        EngineOptions.builder().files(disk).trashRetention(Duration.ZERO).build();
    try (BlobStore store = DirectoryBlobStore.open(repository(), DiskFiles.INSTANCE)) {
      try (Engine engine = Engine.open(folder.resolve("data"), options);
          Backups backups = backups(engine, store)) {
        engine.createCollection("c", Configs.of(2, "Euclid"));
        write(engine, 20);
        backups.create();
        write(engine, 5);
        for (int failAt = 0; failAt < 24; failAt++) {
          disk.failAt(failAt, false);
          try {
            backups.restoreCollection("c", new RestorePoint.Latest(), "r" + failAt);
          } catch (QuiverException e) {
            assertThat(e.code()).isIn(ErrorCode.INSUFFICIENT_STORAGE, ErrorCode.INTERNAL);
          }
          disk.heal();
          StoreModel.assertPoints(engine, "c", points, "failed at " + failAt);
          for (String name : engine.collections()) {
            if (!name.equals("c")) {
              assertThat(engine.count(name, null, true)).isEqualTo(20);
              engine.deleteCollection(name);
            }
          }
        }
      }
      try (Engine engine = Engine.open(folder.resolve("data"), options)) {
        assertThat(engine.collections()).containsExactly("c");
        StoreModel.assertPoints(engine, "c", points, "after a restart");
        try (Stream<Path> left = Files.list(folder.resolve("data/collections"))) {
          assertThat(left).hasSize(1);
        }
      }
    }
  }

  @Test
  void aCancelledBackupLeavesNothingListed() throws Exception {
    try (Engine engine = Engine.open(folder.resolve("data"), EngineOptions.defaults());
        BlobStore store = DirectoryBlobStore.open(repository(), DiskFiles.INSTANCE);
        Backups backups = backups(engine, store)) {
      engine.createCollection("c", Configs.of(2, "Euclid"));
      write(engine, 5);
      BackupJob job = new BackupJob("backup");
      job.cancel();
      BackupRepository repository = backups.catalog().repository();

      assertThatThrownBy(() -> new BackupRun(engine, repository, job).run())
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("cancelled");

      assertThat(backups.catalog().list()).isEmpty();
      checkWhole(engine, backups, "after a cancelled one");
    }
  }

  @Test
  void damageInTheRepositoryIsFoundAndNamed() throws IOException {
    try (Engine engine = Engine.open(folder.resolve("data"), EngineOptions.defaults());
        BlobStore store = DirectoryBlobStore.open(repository(), DiskFiles.INSTANCE);
        Backups backups = backups(engine, store)) {
      engine.createCollection("c", Configs.of(2, "Euclid"));
      write(engine, 5);
      BackupInfo made = backups.create();
      BlobInfo blob = store.list("files/").getFirst();
      Path file = repository().resolve("blobs").resolve(blob.key());
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 4;
      Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);

      assertThat(backups.verify(null, false).problems()).isEmpty();
      assertThat(backups.verify(null, true).problems())
          .singleElement()
          .asString()
          .contains(made.id(), "collection c", "is damaged");
      assertThatThrownBy(() -> backups.restoreCollection("c", new RestorePoint.Latest(), "x"))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("is damaged");
      assertThat(engine.collections()).containsExactly("c");
    }
  }

  @Test
  void anotherStoresRepositoryIsRefused() throws IOException {
    try (BlobStore store = DirectoryBlobStore.open(repository(), DiskFiles.INSTANCE)) {
      for (String data : List.of("one", "two")) {
        try (Engine engine = Engine.open(folder.resolve(data), EngineOptions.defaults());
            Backups backups = backups(engine, store)) {
          engine.createCollection("c", Configs.of(2, "Euclid"));
          if (data.equals("one")) {
            backups.create();
          } else {
            assertThatThrownBy(backups::create)
                .isInstanceOf(QuiverException.class)
                .hasMessageContaining("backups of another store");
          }
        }
      }
    }
  }

  @Test
  void whatIsKeptIsByAgeAndWhatIsRemovedFreesItsFiles() throws IOException {
    try (Engine engine = Engine.open(folder.resolve("data"), EngineOptions.defaults());
        BlobStore store = DirectoryBlobStore.open(repository(), DiskFiles.INSTANCE);
        Backups backups = backups(engine, store)) {
      engine.createCollection("c", Configs.of(2, "Euclid"));
      for (int i = 0; i < 4; i++) {
        write(engine, 3);
        backups.create();
      }
      String newest = backups.catalog().list().getLast().id();

      BackupCatalog.Pruned done = backups.prune(new BackupRetention(1, 0, 0, 0));

      assertThat(done.removed()).hasSize(3);
      assertThat(done.freedBytes()).isPositive();
      assertThat(backups.catalog().list()).extracting(BackupInfo::id).containsExactly(newest);
      long files = backups.catalog().verify(null, true, new BackupJob("verify")).files();
      assertThat(store.list("files/")).hasSize((int) files);
      backups.restoreStore(new RestorePoint.Latest());
      StoreModel.assertPoints(engine, "c", points, "after removing");
    }
  }

  @Test
  void theScheduleMakesBackupsArchivesAndRehearses() throws IOException {
    EngineOptions options = EngineOptions.builder().archiving(true).build();
    BackupSettings settings =
        BackupSettings.manual(folder.resolve("scratch"))
            .withArchiving(Duration.ofMillis(20), 1 << 20)
            .withSchedule(
                Duration.ofMillis(50), Duration.ofMillis(50), new BackupRetention(2, 0, 0, 0));
    try (Engine engine = Engine.open(folder.resolve("data"), options);
        BlobStore store = DirectoryBlobStore.open(repository(), DiskFiles.INSTANCE);
        Backups backups = Backups.open(engine, store, settings)) {
      engine.createCollection("c", Configs.of(2, "Euclid"));
      write(engine, 10);
      Awaitility.await("a drill")
          .atMost(Duration.ofMinutes(1))
          .until(() -> backups.status().lastDrill() != null);
      Awaitility.await("a backup")
          .atMost(Duration.ofMinutes(1))
          .until(() -> backups.status().lastBackup() != null);
      assertThat(backups.status().covered()).isNotNull();
      assertThat(backups.status().failedBackups()).isZero();
      assertThat(backups.catalog().list()).hasSizeBetween(1, 3);
    }
  }
}
