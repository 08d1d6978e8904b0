package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged is not backed up as if it were whole; by what number a moment is found. */
class BackupDamageTest {
  private static final int POINTS = 60;

  @TempDir Path folder;

  private static EngineOptions options(long checkedOnOpenBytes, boolean archiving) {
    return EngineOptions.builder()
        .flushInterval(Duration.ofHours(1))
        .checkedOnOpenBytes(checkedOnOpenBytes)
        .scrubBytesPerSecond(0)
        .archiving(archiving)
        .build();
  }

  private static EngineOptions options(long checkedOnOpenBytes) {
    return options(checkedOnOpenBytes, true);
  }

  private static void upsert(Engine engine, String collection, long id) {
    engine.write(
        collection,
        List.of(
            new WriteOp.Upsert(
                List.of(
                    new Point(PointId.of(id), Map.of("", VectorValue.dense(id, 1)), Payload.EMPTY)),
                null,
                WriteOp.UpdateMode.UPSERT)),
        true,
        null);
  }

  /** Two collections with one segment each. */
  private void build() {
    try (Engine engine = Engine.open(folder.resolve("data"), options(0, false))) {
      for (String name : List.of("好", "坏")) {
        engine.createCollection(name, Configs.of(2, "Euclid"));
        for (long id = 0; id < POINTS; id++) {
          upsert(engine, name, id);
        }
      }
    }
  }

  private Path segmentOf(Engine engine, String name) throws IOException {
    Path index = engine.catalog().find(name).folder().index();
    try (Stream<Path> all = Files.list(index)) {
      return all.filter(file -> file.toString().endsWith(".cfs")).findFirst().orElseThrow();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int old = bytes.read();
      bytes.seek(at);
      bytes.write(old ^ 4);
    }
  }

  private Backups backups(Engine engine, BlobStore store) {
    return Backups.open(
        engine,
        store,
        BackupSettings.manual(folder.resolve("scratch"))
            .withArchiving(Duration.ofDays(1), Long.MAX_VALUE));
  }

  private BlobStore store() throws IOException {
    return DirectoryBlobStore.open(folder.resolve("repository"), DiskFiles.INSTANCE);
  }

  @Test
  void aFileWhoseBytesAreNotThoseOfItsChecksumIsNotBackedUpAndNamed() throws IOException {
    build();
    try (Engine engine = Engine.open(folder.resolve("data"), options(0));
        BlobStore store = store();
        Backups backups = backups(engine, store)) {
      // Found whole when it was opened; the bytes rot afterwards.
      assertThat(engine.count("坏", null, true)).isEqualTo(POINTS);
      Path damaged = segmentOf(engine, "坏");
      long size = Files.size(damaged);
      for (long at : new long[] {size / 2, size - 1}) {
        flip(damaged, at);

        BackupInfo made = backups.create();

        assertThat(made.missing()).as("byte %s", at).containsExactly("坏");
        assertThat(made.collections()).isEqualTo(1);
        JsonNode missing = backups.catalog().show(made.id()).path("missing").path(0);
        assertThat(missing.path("reason").asText())
            .contains(damaged.toString() + " is damaged: ")
            .contains("checksum");
        assertThat(backups.verify(null, true).problems()).isEmpty();
        flip(damaged, at);
      }

      BackupInfo whole = backups.create();
      assertThat(whole.missing()).isEmpty();
      assertThat(whole.collections()).isEqualTo(2);
    }
  }

  @Test
  void aPartialCollectionIsBackedUpAndSaysSo() throws IOException {
    build();
    try (Engine engine = Engine.open(folder.resolve("data"), options(0))) {
      flip(segmentOf(engine, "坏"), 300);
    }
    try (Engine engine = Engine.open(folder.resolve("data"), options(1 << 20));
        BlobStore store = store();
        Backups backups = backups(engine, store)) {
      assertThat(engine.count("坏", null, true)).isZero();
      upsert(engine, "坏", 1000);

      BackupInfo made = backups.create();

      assertThat(made.missing()).isEmpty();
      assertThat(made.partial()).containsExactly("坏");
      assertThat(backups.catalog().list().getFirst().toJson().path("partial").toString())
          .isEqualTo("[\"坏\"]");
      JsonNode shown = backups.catalog().show(made.id());
      List<String> losses = new ArrayList<>();
      shown.path("collections").forEach(each -> losses.add(each.path("partial").toString()));
      assertThat(losses)
          .containsExactlyInAnyOrder("", "{\"segments\":1,\"points\":" + POINTS + "}");
      BackupCatalog.Verified verified = backups.verify(null, true);
      assertThat(verified.problems()).isEmpty();
      assertThat(verified.partial())
          .containsExactly(
              made.id()
                  + ", collection 坏: 1 segment of 60 points had been damaged before and were not in"
                  + " it");
      // Nothing changes: the second one takes what the first has.
      assertThat(backups.create().partial()).containsExactly("坏");
    }
  }

  @Test
  void whatIsArchivedBehindTheLastBackupIsVerifiedToo() throws IOException {
    build();
    try (Engine engine = Engine.open(folder.resolve("data"), options(0));
        BlobStore store = store();
        Backups backups = backups(engine, store)) {
      String id = backups.create().id();
      upsert(engine, "好", 500);
      backups.archive();
      String own = engine.catalog().find("好").folder().id();
      ArchivedLog.Chunk last = ArchivedLog.of(store, own).chunks().getLast();
      assertThat(last.end()).isEqualTo(POINTS + 1);
      assertThat(backups.verify(null, true).problems()).isEmpty();
      Path file = folder.resolve("repository/blobs").resolve(last.key());

      flip(file, last.size() / 2);

      for (String asked : new String[] {null, id}) {
        assertThat(backups.verify(asked, true).problems())
            .singleElement()
            .asString()
            .contains(last.key())
            .contains("damaged");
      }
      assertThat(backups.verify(null, false).problems()).isEmpty();
      flip(file, last.size() / 2);
      assertThat(backups.verify(null, true).problems()).isEmpty();
    }
  }

  @Test
  void aRestoreByAnOperationsNumberTellsWhenThatWas() throws IOException {
    build();
    try (Engine engine = Engine.open(folder.resolve("data"), options(0));
        BlobStore store = store();
        Backups backups = backups(engine, store)) {
      backups.create();
      upsert(engine, "好", 500);
      upsert(engine, "好", 501);
      backups.create();
      List<LoggedOperation> logged =
          backups
              .history()
              .operations(
                  "好", new LogHistory.Range(Instant.EPOCH, Instant.now().plusSeconds(9), -1, 100));
      LoggedOperation last = logged.getLast();
      LoggedOperation before = logged.get(logged.size() - 2);
      assertThat(last.ids()).containsExactly("501");

      assertThat(
              backups
                  .restoreCollection("好", new RestorePoint.AfterOp(last.number()), "after")
                  .moment())
          .isEqualTo(last.time());
      assertThat(
              backups
                  .restoreCollection("好", new RestorePoint.BeforeOp(last.number()), "before")
                  .moment())
          .isEqualTo(before.time());
      // The records that the first backup's files hold were never archived.
      assertThat(
              backups
                  .restoreCollection("好", new RestorePoint.BeforeOp(before.number()), "files")
                  .moment())
          .isEqualTo(before.time().minusNanos(1_000));
    }
  }
}
