package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happened to collections and aliases can be read back, each event with its time. */
class StoreJournalTest {
  @TempDir Path folder;

  private final FailingDisk disk = new FailingDisk();

  private Engine engine() {
    return Engine.open(folder, EngineOptions.builder().files(disk).build());
  }

  private List<ObjectNode> events() throws IOException {
    List<ObjectNode> events = new ArrayList<>();
    long[] last = {0};
    try (StoreJournal journal =
        StoreJournal.open(folder, DiskFiles.INSTANCE, Background.THREADS, LogClock.system())) {
      journal
          .log()
          .replay(
              0,
              Long.MAX_VALUE,
              (_, micros, record) -> {
                assertThat(micros).isGreaterThan(last[0]);
                last[0] = micros;
                events.add(StoreJournal.event(record));
              });
    }
    return events;
  }

  private static List<String> kinds(List<ObjectNode> events) {
    return events.stream().map(event -> event.path("kind").asText()).toList();
  }

  @Test
  void everyChangeIsAnEventAndARestartAddsNone() throws IOException {
    try (Engine engine = engine()) {
      engine.createCollection("ä b", Configs.of(2, "Cosine"));
      engine.updateAliases(List.of(new Alias.Action.Create("ä b", "x")));
      engine.updateCollection("ä b", config -> config);
      engine.createCollection("c", Configs.of(2, "Cosine"));
      engine.deleteCollection("ä b");
    }
    engine().close();

    assertThat(kinds(events())).containsExactly("create", "aliases", "config", "create", "drop");
    try (StoreJournal journal =
        StoreJournal.open(folder, DiskFiles.INSTANCE, Background.THREADS, LogClock.system())) {
      assertThat(journal.state().collections()).containsOnlyKeys("c");
      assertThat(journal.state().aliases()).isEmpty();
    }
  }

  @Test
  void aStoreOfBeforeThereWasAJournalBeginsItWithItsState() throws IOException {
    try (Engine engine = engine()) {
      engine.createCollection("c", Configs.of(2, "Cosine"));
      engine.updateAliases(List.of(new Alias.Action.Create("c", "x")));
    }
    for (String name : DiskFiles.INSTANCE.list(folder.resolve("journal"))) {
      Files.delete(folder.resolve("journal").resolve(name));
    }

    engine().close();

    assertThat(kinds(events())).containsExactly("state");
    try (StoreJournal journal =
        StoreJournal.open(folder, DiskFiles.INSTANCE, Background.THREADS, LogClock.system())) {
      assertThat(journal.state().collections()).containsOnlyKeys("c");
      assertThat(journal.state().aliases()).isEqualTo(Map.of("x", "c"));
    }
  }

  @Test
  void whateverOperationFailsTheJournalTellsAfterARestartWhatThereIs() throws IOException {
    for (int failAt = 0; failAt < 40; failAt++) {
      String name = "c" + failAt;
      try (Engine engine = engine()) {
        disk.failAt(failAt, false);
        try {
          engine.createCollection(name, Configs.of(2, "Cosine"));
          engine.updateAliases(List.of(new Alias.Action.Create(name, "x")));
          engine.updateCollection(name, config -> config);
          engine.deleteCollection(name);
        } catch (QuiverException e) {
          assertThat(e).hasMessageContaining("injected");
        }
        disk.heal();
        if (!engine.collectionExists("after" + failAt)) {
          engine.createCollection("after" + failAt, Configs.of(2, "Cosine"));
        }
      }
      try (Engine engine = engine()) {
        List<String> names = engine.collections();
        List<Alias> aliases = engine.aliases();
        assertThat(names).contains("after" + failAt);
        assertThat(engine.journal().state().collections().keySet())
            .as("failed at %s", failAt)
            .containsExactlyInAnyOrderElementsOf(names);
        assertThat(engine.journal().state().aliases().keySet())
            .containsExactlyInAnyOrderElementsOf(aliases.stream().map(Alias::alias).toList());
        for (String each : names) {
          if (!each.startsWith("after")) {
            engine.deleteCollection(each);
          }
        }
      }
    }
  }

  @Test
  void anUnknownEventIsRefusedByName() {
    assertThatThrownBy(
            () -> StoreState.EMPTY.after(Payload.JSON.createObjectNode().put("kind", "magic")))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("`magic`");
  }
}
