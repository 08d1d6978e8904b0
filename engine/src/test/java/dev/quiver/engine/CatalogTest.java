package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Collections and aliases: names, errors, and that no crash leaves half of one. */
class CatalogTest {
  @TempDir Path folder;
  private final FailingDisk disk = new FailingDisk();
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open(folder, EngineOptions.builder().files(disk).build());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void reopen() {
    engine.close();
    disk.heal();
    open();
  }

  private void create(String name) {
    engine.createCollection(name, Configs.of(2, "Dot"));
  }

  private void alias(Alias.Action... actions) {
    engine.updateAliases(List.of(actions));
  }

  private static ErrorCode codeOf(Runnable action) {
    try {
      action.run();
      return null;
    } catch (QuiverException e) {
      return e.code();
    }
  }

  @Test
  void aTakenNameIsAConflictAndAMissingOneIsNotFound() {
    create("c");

    assertThatThrownBy(() -> create("c")).hasMessage("Wrong input: Collection `c` already exists!");
    assertThat(codeOf(() -> create("c"))).isEqualTo(ErrorCode.ALREADY_EXISTS);
    assertThatThrownBy(() -> engine.collectionInfo("d"))
        .hasMessage("Not found: Collection `d` doesn't exist!");
    assertThat(engine.deleteCollection("d")).isFalse();
    assertThat(engine.updateCollection("d", config -> config)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a/b", "a\\b", "a:b", "a\"b", "a?b", "a*b", "a<b", "a>b", "a|b", "a\0b"})
  void namesThatFilesCouldNotHaveAreRefused(String name) {
    assertThat(codeOf(() -> create(name))).isEqualTo(ErrorCode.VALIDATION);
  }

  @Test
  void aNameMayBeAnyTextOf255Bytes() {
    String name = "集".repeat(85);
    create(name);
    create("..");

    reopen();

    assertThat(engine.collections()).containsExactlyInAnyOrder("..", name);
    assertThat(codeOf(() -> create(name + "x"))).isEqualTo(ErrorCode.VALIDATION);
  }

  @Test
  void anAliasStandsForItsCollectionEverywhereAndGoesWithIt() {
    create("c");
    alias(new Alias.Action.Create("c", "a"));
    engine.write("a", List.of(EngineTest.upsert(EngineTest.point(1, "{}", 1, 2))), true, null);

    assertThat(engine.count("a", null, true)).isEqualTo(1);
    assertThat(engine.collectionExists("a")).isTrue();
    assertThat(engine.collections()).containsExactly("c");
    assertThat(engine.deleteCollection("c")).isTrue();
    assertThat(engine.aliases()).isEmpty();
    assertThat(engine.collectionExists("a")).isFalse();
  }

  @Test
  void aliasActionsRunInOrderAndThoseBeforeAFailureStayDone() {
    create("c");
    create("d");
    alias(
        new Alias.Action.Create("c", "a"),
        new Alias.Action.Create("d", "a"),
        new Alias.Action.Rename("a", "b"),
        new Alias.Action.Delete("missing"));
    assertThat(engine.aliases()).containsExactly(new Alias("b", "d"));

    assertThatThrownBy(
            () ->
                alias(
                    new Alias.Action.Create("c", "kept"), new Alias.Action.Rename("missing", "x")))
        .hasMessage("Not found: Alias missing does not exists!");

    reopen();
    assertThat(engine.aliases()).containsExactly(new Alias("b", "d"), new Alias("kept", "c"));
  }

  @Test
  void aliasesAndCollectionsShareNoName() {
    create("c");
    alias(new Alias.Action.Create("c", "a"));

    assertThat(codeOf(() -> create("a"))).isEqualTo(ErrorCode.WRONG_INPUT);
    assertThat(codeOf(() -> alias(new Alias.Action.Create("c", "c"))))
        .isEqualTo(ErrorCode.ALREADY_EXISTS);
    assertThat(codeOf(() -> alias(new Alias.Action.Create("missing", "x"))))
        .isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void aChangedConfigurationIsThereAfterARestart() {
    create("c");
    CollectionConfig changed =
        Configs.parse(
            "{\"params\":{\"vectors\":{\"size\":2,\"distance\":\"Dot\"}},\"metadata\":{\"a\":1}}");

    assertThat(engine.updateCollection("c", _ -> changed)).isTrue();
    reopen();

    assertThat(engine.collectionConfig("c").document()).isEqualTo(changed.document());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasRefusedOfAliasesAndConfigurationsIsNotThereAfterARestart(boolean full) {
    create("c");
    alias(new Alias.Action.Create("c", "before"));
    ObjectNode before = engine.collectionConfig("c").document();
    CollectionConfig changed =
        Configs.parse(
            "{\"params\":{\"vectors\":{\"size\":2,\"distance\":\"Dot\"}},\"metadata\":{\"a\":1}}");
    List<Runnable> changes =
        List.of(
            () -> alias(new Alias.Action.Create("c", "refused")),
            () -> engine.updateCollection("c", _ -> changed));

    for (Runnable change : changes) {
      int refused = 0;
      for (int failing = 0; failing < 14; failing++) {
        if (fails(change, failing, full)) {
          refused++;
          assertThat(engine.aliases()).containsExactly(new Alias("before", "c"));
          reopen();
          assertThat(engine.aliases())
              .as("operation " + failing + " failed")
              .containsExactly(new Alias("before", "c"));
          assertThat(engine.collectionConfig("c").document())
              .as("operation " + failing + " failed")
              .isEqualTo(before);
        } else {
          alias(new Alias.Action.Delete("refused"));
          engine.updateCollection("c", _ -> Configs.parse(before.toString()));
        }
      }
      assertThat(refused).isGreaterThan(3);
    }
  }

  /** Whether a change is refused when one operation fails, or from it on there is no space. */
  private boolean fails(Runnable change, int operation, boolean full) {
    if (full) {
      disk.fillAt(operation);
    } else {
      disk.failAt(operation, false);
    }
    ErrorCode error = codeOf(change);
    disk.heal();
    return error != null;
  }

  @Test
  void aFailureAtAnyPointOfACreationLeavesNoCollectionOrAWholeOne() {
    create("first");
    disk.failAt(Integer.MAX_VALUE, false);
    create("counted");
    int operations = disk.operations();
    assertThat(operations).isGreaterThan(5);
    for (int failing = 0; failing < operations; failing++) {
      disk.failAt(failing, true);
      String name = "c" + failing;
      assertThat(codeOf(() -> create(name))).isEqualTo(ErrorCode.INSUFFICIENT_STORAGE);
      reopen();
      if (engine.collectionExists(name)) {
        assertThat(engine.count(name, null, true)).isZero();
      } else {
        create(name);
      }
      engine.write(name, List.of(EngineTest.upsert(EngineTest.point(1, "{}", 1, 2))), true, null);
    }
  }

  @Test
  void aFailureAtAnyPointOfADeletionLeavesTheWholeCollectionOrNone() throws IOException {
    for (int failing = 0; failing < 24; failing++) {
      String name = "c" + failing;
      create(name);
      alias(new Alias.Action.Create(name, "a" + failing));
      engine.write(name, List.of(EngineTest.upsert(EngineTest.point(1, "{}", 1, 2))), true, null);
      disk.failAt(failing, true);
      ErrorCode error = codeOf(() -> engine.deleteCollection(name));
      reopen();
      boolean exists = engine.collectionExists(name);
      assertThat(engine.collectionExists("a" + failing)).isEqualTo(exists);
      if (exists) {
        assertThat(error).isNotNull();
        assertThat(engine.trash().list()).isEmpty();
      } else {
        Trash.Restored back = engine.trash().restore(onlyEntry().id(), null);
        assertThat(back).isEqualTo(new Trash.Restored(name, List.of("a" + failing), List.of()));
      }
      assertThat(engine.count("a" + failing, null, true)).isEqualTo(1);
      engine.deleteCollection(name);
      assertThat(engine.trash().purge(onlyEntry().id())).isTrue();
    }
    try (Stream<Path> left = Files.list(folder.resolve("collections"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void anAliasOfADroppedCollectionDoesNotComeBackWithTheNextOneOfTheName() {
    for (int failing = 0; failing < 12; failing++) {
      String name = "c" + failing;
      create(name);
      alias(new Alias.Action.Create(name, "a" + failing));
      disk.failAt(failing, true);
      codeOf(() -> engine.deleteCollection(name));
      disk.heal();
      if (engine.collectionExists(name)) {
        engine.deleteCollection(name);
      }
      create(name);
      assertThat(engine.aliases()).as("failing operation %d", failing).isEmpty();
      reopen();
      assertThat(engine.aliases()).as("failing operation %d, opened anew", failing).isEmpty();
    }
  }

  private TrashEntry onlyEntry() {
    List<TrashEntry> entries = engine.trash().list();
    assertThat(entries).hasSize(1);
    return entries.getFirst();
  }

  @Test
  void aFailureAtAnyPointOfARestoreLeavesTheWholeCollectionOrTheWholeEntry() {
    int restored = 0;
    for (int failing = 0; failing < 20; failing++) {
      String name = "c" + failing;
      create(name);
      alias(new Alias.Action.Create(name, "a" + failing));
      engine.write(name, List.of(EngineTest.upsert(EngineTest.point(1, "{}", 1, 2))), true, null);
      engine.deleteCollection(name);
      String id = onlyEntry().id();
      disk.failAt(failing, true);
      ErrorCode error = codeOf(() -> engine.trash().restore(id, null));
      reopen();
      if (engine.collectionExists(name)) {
        restored++;
        assertThat(engine.trash().list()).isEmpty();
      } else {
        assertThat(error).isNotNull();
        engine.trash().restore(onlyEntry().id(), null);
      }
      assertThat(engine.aliases()).contains(new Alias("a" + failing, name));
      assertThat(engine.count("a" + failing, null, true)).isEqualTo(1);
    }
    assertThat(restored).isBetween(1, 19);
  }

  @Test
  void aFailureAtAnyPointOfAPurgeLeavesTheEntryOrNothing() {
    for (int failing = 0; failing < 5; failing++) {
      String name = "c" + failing;
      create(name);
      engine.deleteCollection(name);
      String id = onlyEntry().id();
      disk.failAt(failing, true);
      codeOf(() -> engine.trash().purge(id));
      reopen();
      assertThat(engine.collectionExists(name)).isFalse();
      engine.trash().list().forEach(entry -> engine.trash().purge(entry.id()));
    }
  }

  @Test
  void aFullDiskKeepsNobodyFromDroppingForGoodAndTheJournalLearnsOfItLater() {
    engine.close();
    engine =
        Engine.open(
            folder, EngineOptions.builder().files(disk).trashRetention(Duration.ZERO).build());
    create("c");
    create("d");
    disk.fill();

    assertThat(codeOf(() -> create("e"))).isEqualTo(ErrorCode.INSUFFICIENT_STORAGE);
    assertThat(engine.deleteCollection("c")).isTrue();
    assertThat(engine.collections()).containsExactly("d");
    reopen();

    assertThat(engine.collections()).containsExactly("d");
    assertThat(engine.journal().state().collections()).containsOnlyKeys("d");
    assertThat(engine.deleteCollection("d")).isTrue();
    disk.fill();
    assertThat(engine.trash().purge(onlyEntry().id())).isTrue();
    disk.heal();
    create("e");
    assertThat(engine.journal().state().collections()).containsOnlyKeys("e");
  }
}
