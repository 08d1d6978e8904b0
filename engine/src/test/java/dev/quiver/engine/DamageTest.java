package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.audit.AuditEvent;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stored bytes that are not what was written: found, named, and kept from doing harm. */
class DamageTest {
  private static final int POINTS = 100;

  @TempDir Path folder;

  private static EngineOptions options(long checkedOnOpenBytes, long scrubBytesPerSecond) {
    return EngineOptions.builder()
        .flushInterval(Duration.ofHours(1))
        .checkedOnOpenBytes(checkedOnOpenBytes)
        .scrubBytesPerSecond(scrubBytesPerSecond)
        .build();
  }

  /** Two segments of 100 points each, all committed. */
  private void build() {
    for (int part = 0; part < 2; part++) {
      try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
        if (part == 0) {
          engine.createCollection(
              "docs",
              Configs.parse(
                  """
                  {"params": {"vectors": {"size": 2, "distance": "Euclid"}}}"""));
        }
        List<WriteOp> operations = new ArrayList<>();
        for (int i = 0; i < POINTS; i++) {
          operations.add(upsertOf(part * POINTS + i));
        }
        engine.write("docs", operations, true, null);
      }
    }
  }

  private static void upsert(Engine engine, long id) {
    engine.write("docs", List.of(upsertOf(id)), true, null);
  }

  private static WriteOp upsertOf(long id) {
    ObjectNode payload = Payload.JSON.createObjectNode();
    payload.put("n", (int) id);
    return new WriteOp.Upsert(
        List.of(
            new Point(PointId.of(id), Map.of("", VectorValue.dense(id, 1)), Payload.of(payload))),
        null,
        WriteOp.UpdateMode.UPSERT);
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
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

  /** Flips a bit of the vector (50, 1), which nothing looks at when the index is opened. */
  private static void flipInVectors(Path file) throws IOException {
    byte[] vector = {0, 0, 0x48, 0x42, 0, 0, (byte) 0x80, 0x3f};
    byte[] bytes = Files.readAllBytes(file);
    int at = 0;
    while (!Arrays.equals(bytes, at, at + vector.length, vector, 0, vector.length)) {
      at++;
    }
    flip(file, at + 2);
  }

  @Test
  void aDamagedSegmentIsNamedAndTakenOutAndTheRestServes() throws IOException {
    build();
    List<Path> segments = files(".cfs");
    assertThat(segments).hasSize(2);
    flip(segments.getFirst(), Files.size(segments.getFirst()) / 2);

    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      assertThat(engine.count("docs", null, true)).isEqualTo(POINTS);

      List<Damage> damages = engine.damages("docs");
      assertThat(damages).hasSize(1);
      assertThat(damages.getFirst().file()).isEqualTo("index/" + segments.getFirst().getFileName());
      assertThat(damages.getFirst().section()).startsWith("_0");
      assertThat(damages.getFirst().points()).isEqualTo(POINTS);
      CollectionInfo info = engine.collectionInfo("docs");
      assertThat(info.status()).isEqualTo(CollectionInfo.Status.RED);
      assertThat(info.damages()).isEqualTo(damages);
      assertThat(files(".cfs")).anyMatch(file -> file.toString().contains("quarantine"));
    }
  }

  @Test
  void aPartialCollectionTakesWritesThatNeedNotReadAndRefusesOthers() throws IOException {
    build();
    flip(files(".cfs").getFirst(), 200);

    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      engine.count("docs", null, true);
      upsert(engine, 5);
      upsert(engine, 1000);
      engine.write(
          "docs",
          List.of(new WriteOp.DeletePoints(new PointSelector.ByIds(List.of(PointId.of(POINTS))))),
          true,
          null);
      assertThat(engine.count("docs", null, true)).isEqualTo(POINTS + 1);

      assertThatThrownBy(
              () ->
                  engine.write(
                      "docs",
                      List.of(
                          new WriteOp.ClearPayload(
                              new PointSelector.ByIds(List.of(PointId.of(1))))),
                      true,
                      null))
          .isInstanceOfSatisfying(
              QuiverException.class,
              error -> assertThat(error.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("is partial");
    }
    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      assertThat(engine.count("docs", null, true)).isEqualTo(POINTS + 1);
      assertThat(engine.damages("docs")).hasSize(1);
    }
  }

  @Test
  void aReplayOverMissingPointsDoesNotTakeThemForNew() throws IOException {
    build();
    Path killed = folder.resolveSibling(folder.getFileName() + "-killed");
    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      WriteOp.Upsert other = (WriteOp.Upsert) upsertOf(777);
      Point point = other.points().getFirst();
      Point taken = new Point(PointId.of(50), point.vectors(), point.payload());
      engine.write(
          "docs",
          List.of(
              new WriteOp.Upsert(List.of(taken), null, WriteOp.UpdateMode.INSERT_ONLY),
              upsertOf(1000)),
          true,
          null);
      assertThat(engine.count("docs", null, true)).isEqualTo(2 * POINTS + 1);
      copy(folder, killed);
    }
    try (Stream<Path> all = Files.walk(killed)) {
      flip(all.filter(file -> file.toString().endsWith(".cfs")).sorted().findFirst().get(), 200);
    }

    try (Engine engine = Engine.open(killed, options(1 << 20, 0))) {
      assertThat(engine.count("docs", null, true)).isEqualTo(POINTS + 1);
      assertThat(
              engine.retrieve(
                  "docs",
                  List.of(PointId.of(50), PointId.of(1000)),
                  PayloadSelection.NONE,
                  VectorSelection.NONE))
          .extracting(PointRecord::id)
          .containsExactly(PointId.of(1000));
    }
  }

  private Path list() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().contains("segments_")).findFirst().get();
    }
  }

  private static void assertDamaged(Engine engine) {
    assertThatThrownBy(() -> engine.count("docs", null, true))
        .isInstanceOfSatisfying(
            QuiverException.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.CORRUPT))
        .hasMessageContaining("is damaged")
        .hasMessageContaining("estore the collection from a backup");
  }

  @Test
  void aListOfSegmentsWhoseVersionIsWrongIsDamagedAndNotAnotherVersions() throws IOException {
    build();
    flip(list(), 0);
    Files.delete(files(CommitCopy.FILE).getFirst());

    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      assertDamaged(engine);
    }
  }

  @Test
  void aListOfSegmentsAndEachDescriptionOfOneAreMendedFromTheirCopy() throws IOException {
    build();
    List<Path> described = new ArrayList<>(files(".si"));
    described.add(list());
    assertThat(described).hasSize(3);
    for (Path file : described) {
      byte[] right = Files.readAllBytes(file);
      for (int at = 0; at < right.length; at += 23) {
        flip(file, at);
        assertThat(verifyOffline()).as("%s byte %s", file, at).isNotEmpty();

        try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
          assertThat(engine.count("docs", null, true)).isEqualTo(2 * POINTS);
          assertThat(engine.damages("docs")).isEmpty();
        }
        assertThat(Files.readAllBytes(file)).as("%s byte %s", file, at).isEqualTo(right);
      }
      Files.delete(file);
      assertThat(verifyOffline()).isNotEmpty();
      try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
        assertThat(engine.count("docs", null, true)).isEqualTo(2 * POINTS);
      }
      assertThat(Files.readAllBytes(file)).isEqualTo(right);
    }
  }

  @Test
  void aCollectionWithoutItsListOfSegmentsIsNotTakenForAnEmptyOne() throws IOException {
    build();
    Files.delete(list());
    Files.delete(files(CommitCopy.FILE).getFirst());

    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      assertDamaged(engine);
    }
  }

  @Test
  void anotherCommitsCopyMendsNothing() throws IOException {
    build();
    Path copy = files(CommitCopy.FILE).getFirst();
    byte[] older = Files.readAllBytes(copy);
    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      upsert(engine, 1000);
    }
    Files.write(copy, older);
    flip(list(), 40);

    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      assertDamaged(engine);
    }
  }

  @Test
  void aRunningEngineMendsTheListAndItsCopy() throws IOException {
    build();
    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      assertThat(engine.count("docs", null, true)).isEqualTo(2 * POINTS);
      for (Path file : List.of(list(), files(CommitCopy.FILE).getFirst())) {
        byte[] right = Files.readAllBytes(file);
        flip(file, 40);

        assertThat(verifyOnline(engine)).hasSize(1);

        assertThat(Files.readAllBytes(file)).isEqualTo(right);
        assertThat(verifyOnline(engine)).isEmpty();
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each).toString()));
      }
    }
  }

  @Test
  void aFileTooLargeToBeCheckedOnOpeningIsFoundByVerificationOfTheRunningEngine()
      throws IOException {
    build();
    flipInVectors(files(".cfs").getFirst());

    try (Engine engine = Engine.open(folder, options(0, 0))) {
      assertThat(engine.count("docs", null, true)).isEqualTo(2 * POINTS);
      assertThat(engine.damages("docs")).isEmpty();

      Verification run = engine.verify("docs", 0);
      Awaitility.await("verified")
          .atMost(Duration.ofMinutes(1))
          .until(() -> run.progress().state() != Verification.State.RUNNING);

      assertThat(run.progress().state()).isEqualTo(Verification.State.DONE);
      assertThat(run.progress().damages()).hasSize(1);
      assertThat(run.progress().bytes()).isGreaterThan(1000);
      assertThat(engine.count("docs", null, true)).isEqualTo(POINTS);
      assertThat(engine.damages("docs")).hasSize(1);
      assertThat(engine.stats().damages()).isEqualTo(1);
    }
  }

  @Test
  void theScrubberFindsDamageByItself() throws IOException {
    build();
    flipInVectors(files(".cfs").getFirst());

    try (Engine engine = Engine.open(folder, options(0, 1 << 20))) {
      Awaitility.await("scrubbed")
          .atMost(Duration.ofMinutes(1))
          .until(() -> engine.stats().scrubs() > 0);

      assertThat(engine.damages("docs")).hasSize(1);
      assertThat(engine.count("docs", null, true)).isEqualTo(POINTS);
      assertThat(engine.stats().scrubbedBytes()).isGreaterThan(1000);
    }
  }

  @Test
  void aVerificationCanBeCancelledAndTwoAtOnceAreRefused() {
    build();
    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      Verification run = engine.verify(null, 1);
      assertThatThrownBy(() -> engine.verify(null, 1)).hasMessageContaining("runs already");

      run.cancel();

      Awaitility.await("cancelled")
          .atMost(Duration.ofMinutes(1))
          .until(() -> run.progress().state() == Verification.State.CANCELLED);
    }
  }

  @Test
  void verificationOfAStoppedStoreChangesNothing() throws IOException {
    build();
    flip(files(".cfs").getFirst(), 300);
    flip(files("collection.json").getFirst(), 30);
    byte[] before = Files.readAllBytes(files("collection.json").getFirst());

    Verification.Progress progress =
        Verification.offline(folder, null, 0, DiskFiles.INSTANCE, run -> {});

    List<String> files = new ArrayList<>();
    progress.damages().forEach(damage -> files.add(damage.file()));
    assertThat(files).anyMatch(file -> file.endsWith(".cfs"));
    assertThat(files).anyMatch(file -> file.endsWith("collection.json"));
    assertThat(Files.readAllBytes(files("collection.json").getFirst())).isEqualTo(before);
  }

  @Test
  void everyBitOfADocumentCountsAndTheCopyMendsIt() throws IOException {
    build();
    Path document = files("collection.json").getFirst();
    byte[] right = Files.readAllBytes(document);
    for (int bit = 0; bit < right.length * 8; bit += 13) {
      byte[] wrong = right.clone();
      wrong[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(document, wrong);

      try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
        assertThat(engine.collections()).containsExactly("docs");
      }

      assertThat(Files.readAllBytes(document)).as("bit " + bit).isEqualTo(right);
    }
  }

  @Test
  void aDocumentThatIsDamagedLikeItsCopyIsRefusedByName() throws IOException {
    build();
    flip(files("collection.json").getFirst(), 30);
    flip(files("collection.json.copy").getFirst(), 40);

    assertThatThrownBy(() -> Engine.open(folder, options(1 << 20, 0)))
        .isInstanceOfSatisfying(
            QuiverException.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.CORRUPT))
        .hasMessageContaining("collection.json is damaged");
  }

  /** A store with a label, a dropped collection and an audit log. */
  private void buildGuarded() {
    build();
    try (Engine engine = Engine.open(folder, options(0, 0))) {
      engine.guard().label("production");
      engine.deleteCollection("docs");
      // Its name is another one's by now.
      engine.createCollection("docs", Configs.of(2, "Dot"));
      for (String method : List.of("create_key", "drop_key")) {
        engine.auditLog().append(AuditEvent.started(method, AuditEvent.Actor.SYSTEM, "docs", null));
      }
    }
  }

  private List<Damage> verifyOffline() {
    Verification.Progress progress =
        Verification.offline(folder, null, 0, DiskFiles.INSTANCE, run -> {});
    assertThat(progress.state()).isEqualTo(Verification.State.DONE);
    return progress.damages();
  }

  private static List<Damage> verifyOnline(Engine engine) {
    Verification run = engine.verify(null, 0);
    Awaitility.await("verified")
        .atMost(Duration.ofMinutes(1))
        .until(() -> run.progress().state() != Verification.State.RUNNING);
    assertThat(run.progress().error()).isNull();
    return run.progress().damages();
  }

  @Test
  void damageInTheTrashTheLabelAndTheAuditLogIsFoundOnlineAndOffline() throws IOException {
    buildGuarded();
    assertThat(verifyOffline()).isEmpty();
    Path dropped = files("dropped.json").getFirst();
    Path inTrash =
        files(".cfs").stream()
            .filter(file -> file.startsWith(dropped.getParent()))
            .findFirst()
            .orElseThrow();
    List<Path> flipped =
        List.of(dropped, inTrash, files("store.json.copy").getFirst(), files(".jsonl").getFirst());
    for (Path file : flipped) {
      flip(file, 30);
    }
    String[] names =
        flipped.stream()
            .map(file -> folder.relativize(file).toString().replace(".copy", ""))
            .toArray(String[]::new);

    assertThat(verifyOffline()).extracting(Damage::file).containsExactlyInAnyOrder(names);
    try (Engine engine = Engine.open(folder, options(0, 0))) {
      // What is read on opening was mended then.
      assertThat(verifyOnline(engine))
          .extracting(Damage::file)
          .containsExactlyInAnyOrder(names[1], names[2], names[3]);
      assertThat(engine.guard().environment()).isEqualTo("production");
      assertThat(engine.damages("docs")).as("a namesake of what is in the trash").isEmpty();

      // The copy of the label was written again; the rest has no other copy.
      assertThat(verifyOnline(engine))
          .extracting(Damage::file)
          .containsExactlyInAnyOrder(names[1], names[3]);

      engine.trash().restore(engine.trash().list().getFirst().id(), "back");
      assertThat(verifyOnline(engine))
          .filteredOn(damage -> "back".equals(damage.collection()))
          .extracting(Damage::file)
          .containsExactly(names[1]);
      assertThat(engine.damages("back")).hasSize(1);
      assertThat(engine.count("back", null, true)).isEqualTo(POINTS);
    }
  }

  @Test
  void aFlippedBitOfTheJournalIsFoundAndTheStoreRefusesToOpenWithAdvice() throws IOException {
    build();
    Path log = folder.resolve("journal/00000000000000000000.wal");
    flip(log, Files.size(log) / 2);

    Verification.Progress found =
        Verification.offline(folder, null, 0, DiskFiles.INSTANCE, _ -> {});
    assertThat(found.damages())
        .singleElement()
        .satisfies(
            damage -> {
              assertThat(damage.file()).isEqualTo("journal/00000000000000000000.wal");
              assertThat(damage.collection()).isNull();
            });
    assertThatThrownBy(() -> Engine.open(folder, options(1 << 20, 0)).close())
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT))
        .hasMessageContaining("move the .wal files out of " + folder.resolve("journal"));

    Files.delete(log);
    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      assertThat(engine.count("docs", null, true)).isEqualTo(2 * POINTS);
      assertThat(engine.journal().state().collections()).containsOnlyKeys("docs");
      // It goes on behind whatever of it was archived.
      assertThat(engine.journal().firstOffset()).isGreaterThan(1_000_000_000L);
    }
  }

  @Test
  void aFlippedBitOfASnapshotIsFoundAndItIsNotRestoredFrom() throws IOException {
    build();
    String name;
    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      name = engine.snapshots().create(Snapshots.Scope.of("docs")).name();
    }
    assertThat(Verification.offline(folder, null, 0, DiskFiles.INSTANCE, _ -> {}).damages())
        .isEmpty();
    Path file = files(name).getFirst();
    int refused = 0;
    try (Engine engine = Engine.open(folder, options(1 << 20, 0))) {
      for (int i = 0; i < 40; i++) {
        long at = Files.size(file) * i / 40 + 7;
        flip(file, at);
        assertThat(verifyOnline(engine))
            .as("byte %s", at)
            .extracting(Damage::file)
            .containsExactly(folder.relativize(file).toString());
        try (InputStream in = Files.newInputStream(file)) {
          // Without the checksum of the whole: what is between the files of a tar says nothing.
          engine.snapshots().recover("again", in, null);
          assertThat(engine.count("again", null, true)).as("byte %s", at).isEqualTo(2 * POINTS);
        } catch (QuiverException e) {
          assertThat(e.code()).isIn(ErrorCode.CORRUPT, ErrorCode.BAD_REQUEST);
          refused++;
        }
        flip(file, at);
      }
      assertThat(verifyOnline(engine)).isEmpty();
    }
    assertThat(refused).isGreaterThan(10);
  }
}
