package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is dropped comes back whole, until its time is over. */
class TrashTest {
  @TempDir Path folder;

  private Engine open(Duration retention) {
    return Engine.open(folder, EngineOptions.builder().trashRetention(retention).build());
  }

  private static void fill(Engine engine, String name, int points) {
    engine.createCollection(name, Configs.of(2, "Dot"));
    for (int i = 0; i < points; i++) {
      engine.write(
          name,
          List.of(EngineTest.upsert(EngineTest.point(i, "{\"n\":" + i + "}", i, 1))),
          false,
          null);
    }
  }

  @Test
  void aDroppedCollectionComesBackWithItsPointsConfigurationAndAliases() {
    String id;
    try (Engine engine = open(Duration.ofDays(7))) {
      fill(engine, "集合", 50);
      engine.updateAliases(
          List.of(new Alias.Action.Create("集合", "kept"), new Alias.Action.Create("集合", "taken")));
      CollectionConfig config = engine.collectionConfig("集合");

      assertThat(engine.deleteCollection("集合")).isTrue();
      assertThat(engine.collections()).isEmpty();
      assertThat(engine.aliases()).isEmpty();
      fill(engine, "taken", 1);

      TrashEntry entry = engine.trash().list().getFirst();
      assertThat(entry.collection()).isEqualTo("集合");
      assertThat(entry.aliases()).containsExactly("kept", "taken");
      assertThat(Duration.between(entry.droppedAt(), entry.purgeAt()))
          .isEqualTo(Duration.ofDays(7));
      assertThat(entry.bytes()).isPositive();
      id = entry.id();
      assertThat(config).isNotNull();
    }
    try (Engine engine = open(Duration.ofDays(7))) {
      Trash.Restored restored = engine.trash().restore(id, null);

      assertThat(restored).isEqualTo(new Trash.Restored("集合", List.of("kept"), List.of("taken")));
      assertThat(engine.count("kept", null, true)).isEqualTo(50);
      assertThat(engine.count("taken", null, true)).isEqualTo(1);
      assertThat(engine.trash().list()).isEmpty();
      assertThat(engine.search("集合", EngineTest.search(1, 1, 0)).getFirst().id())
          .isEqualTo(PointId.of(49));
      engine.write("集合", List.of(EngineTest.upsert(EngineTest.point(99, "{}", 1, 1))), true, null);
    }
    try (Engine engine = open(Duration.ofDays(7))) {
      assertThat(engine.count("kept", null, true)).isEqualTo(51);
    }
  }

  @Test
  void aTakenNameIsRefusedAndAnotherNameHelps() {
    try (Engine engine = open(Duration.ofDays(7))) {
      fill(engine, "c", 3);
      engine.deleteCollection("c");
      fill(engine, "c", 5);
      engine.deleteCollection("c");
      fill(engine, "c", 1);
      List<TrashEntry> entries = engine.trash().list();
      assertThat(entries).extracting(TrashEntry::collection).containsExactly("c", "c");

      assertThatThrownBy(() -> engine.trash().restore(entries.getLast().id(), null))
          .hasMessage("Wrong input: Collection `c` already exists!");
      assertThatThrownBy(() -> engine.trash().restore("nothing", null))
          .hasMessageContaining("nothing");
      engine.trash().restore(entries.getLast().id(), "first");
      engine.trash().restore(entries.getFirst().id(), "second");

      assertThat(engine.count("first", null, true)).isEqualTo(3);
      assertThat(engine.count("second", null, true)).isEqualTo(5);
      assertThat(engine.count("c", null, true)).isEqualTo(1);
    }
  }

  @Test
  void whatIsPurgedIsGoneFromTheDisk() throws IOException {
    try (Engine engine = open(Duration.ofDays(7))) {
      fill(engine, "c", 3);
      engine.deleteCollection("c");
      String id = engine.trash().list().getFirst().id();

      assertThat(engine.trash().purge(id)).isTrue();
      assertThat(engine.trash().purge(id)).isFalse();
      assertThat(collectionFolders()).isZero();
    }
  }

  @Test
  void anEntryIsPurgedWhenItsTimeIsOverAndTheAuditLogSaysSo() throws IOException {
    try (Engine engine = open(Duration.ofMillis(1))) {
      fill(engine, "c", 3);
      engine.deleteCollection("c");
    }
    try (Engine engine = open(Duration.ofDays(7))) {
      Awaitility.await("purged")
          .atMost(Duration.ofMinutes(1))
          .until(() -> engine.trash().list().isEmpty());
      Awaitility.await("audited")
          .atMost(Duration.ofMinutes(1))
          .until(() -> audited(engine, "purge_expired") == 1);
      assertThat(collectionFolders()).isZero();
    }
  }

  private static int audited(Engine engine, String method) {
    return engine
        .auditLog()
        .query(
            new dev.quiver.engine.audit.AuditQuery(
                null, null, 10, java.util.Map.of("method", method)))
        .size();
  }

  @Test
  void withoutRetentionADropIsForGood() throws IOException {
    try (Engine engine = open(Duration.ZERO)) {
      fill(engine, "c", 3);
      engine.deleteCollection("c");
      assertThat(engine.trash().list()).isEmpty();
      assertThat(collectionFolders()).isZero();
    }
  }

  @Test
  void aShorterRetentionDoesNotReachWhatWasDroppedBefore() {
    try (Engine engine = open(Duration.ofDays(7))) {
      fill(engine, "c", 3);
      engine.deleteCollection("c");
    }
    try (Engine engine = open(Duration.ZERO)) {
      assertThat(engine.trash().list()).hasSize(1);
      engine.trash().restore(engine.trash().list().getFirst().id(), null);
      assertThat(engine.count("c", null, true)).isEqualTo(3);
    }
  }

  @Test
  void aDamagedEntryKeepsNobodyFromTheOtherCollections() throws IOException {
    String id;
    try (Engine engine = open(Duration.ofDays(7))) {
      fill(engine, "c", 3);
      fill(engine, "d", 2);
      engine.deleteCollection("c");
      id = engine.trash().list().getFirst().id();
    }
    Path document = folder.resolve("collections").resolve(id).resolve("dropped.json");
    Files.writeString(document, "{\"format\":2");
    Files.writeString(document.resolveSibling("dropped.json.copy"), "{\"format\":2");
    try (Engine engine = open(Duration.ofDays(7))) {
      assertThat(engine.count("d", null, true)).isEqualTo(2);
      assertThat(engine.trash().list()).isEmpty();
      assertThat(document).exists();
    }
  }

  @Test
  void nothingOfTheEntryStaysAfterARestore() throws IOException {
    try (Engine engine = open(Duration.ofDays(7))) {
      fill(engine, "c", 3);
      engine.deleteCollection("c");
      engine.trash().restore(engine.trash().list().getFirst().id(), null);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files).noneMatch(file -> file.getFileName().toString().startsWith("dropped.json"));
    }
  }

  private long collectionFolders() throws IOException {
    try (Stream<Path> folders = Files.list(folder.resolve("collections"))) {
      return folders.count();
    }
  }
}
