package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.filter.Condition;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors that are made and dropped, over restarts, crashes and beside other writes. */
class VectorNamesTest {
  @TempDir Path folder;

  private static WriteOp create(String name, int size) {
    ObjectNode params = Payload.JSON.createObjectNode();
    return new WriteOp.CreateVector(name, params.put("size", size).put("distance", "Dot"));
  }

  private static WriteOp put(long id, Map<String, VectorValue> vectors) {
    return new WriteOp.Upsert(
        List.of(new Point(PointId.of(id), vectors, Payload.EMPTY)),
        null,
        WriteOp.UpdateMode.UPSERT);
  }

  private static void write(Engine engine, WriteOp... operations) {
    for (WriteOp operation : operations) {
      engine.write("c", List.of(operation), true, null);
    }
  }

  private Path document() throws IOException {
    try (Stream<Path> collections = Files.list(folder.resolve("collections"))) {
      return collections.findFirst().orElseThrow().resolve("collection.json");
    }
  }

  @Test
  void aChangeOfTheVectorsThatTheLogRefusedIsNoneForWhatIsWrittenNext() {
    FailingDisk disk = new FailingDisk();
    EngineOptions options =
        EngineOptions.builder().files(disk).flushInterval(Duration.ofHours(1)).build();
    try (Engine engine = Engine.open(folder, options)) {
      engine.createCollection("c", Configs.of(1, "Dot"));
      write(engine, create("kept", 2), put(1, Map.of("kept", VectorValue.dense(1, 2))));
      disk.failAt(0, false);
      assertThatThrownBy(() -> write(engine, new WriteOp.DeleteVector("kept")))
          .hasMessageContaining("was not logged");
      disk.failAt(0, false);
      assertThatThrownBy(() -> write(engine, create("never", 2)))
          .hasMessageContaining("was not logged");
      disk.heal();

      write(engine, put(2, Map.of("kept", VectorValue.dense(3, 4))));
      assertThatThrownBy(() -> write(engine, put(3, Map.of("never", VectorValue.dense(1, 1)))))
          .hasMessageContaining("Not existing vector name error: never");
      assertThat(
              engine
                  .retrieve("c", List.of(PointId.of(2)), PayloadSelection.NONE, VectorSelection.ALL)
                  .getFirst()
                  .vectors())
          .containsOnlyKeys("kept");
    }
  }

  @Test
  void aConfigurationThatTheCrashLeftBehindFollowsTheLog() throws IOException {
    Path saved = folder.resolveSibling(folder.getFileName() + ".saved");
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", Configs.of(1, "Dot"));
      Files.copy(document(), saved);
      write(engine, create("v", 2), put(1, Map.of("v", VectorValue.dense(1, 2))));
    }
    Files.copy(saved, document(), StandardCopyOption.REPLACE_EXISTING);
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      assertThat(engine.collectionInfo("c").config().vectors()).containsOnlyKeys("", "v");
      assertThat(engine.collectionConfig("c").vectors().get("v").size()).isEqualTo(2);
      Files.copy(document(), saved, StandardCopyOption.REPLACE_EXISTING);
      write(engine, new WriteOp.DeleteVector("v"), create("v", 3));
    }
    Files.copy(saved, document(), StandardCopyOption.REPLACE_EXISTING);
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      assertThat(engine.collectionInfo("c").config().vectors().get("v").size()).isEqualTo(3);
      assertThat(
              engine
                  .retrieve("c", List.of(PointId.of(1)), PayloadSelection.NONE, VectorSelection.ALL)
                  .getFirst()
                  .vectors())
          .isEmpty();
    }
  }

  @Test
  void aConditionIsDecidedByTheVectorsOfItsPlaceInTheLogWhenItIsReplayed() throws IOException {
    Path crashed = folder.resolve("crashed");
    Path living = folder.resolve("living");
    Filter has = Filter.must(new Condition.HasVector("v"));
    WriteOp onlyWithV =
        new WriteOp.SetPayload(
            Payload.of(Payload.JSON.createObjectNode().put("had", true)),
            new PointSelector.ByFilter(has),
            null);
    try (Engine engine = Engine.open(living, EngineOptions.defaults())) {
      engine.createCollection("c", Configs.of(1, "Dot"));
      write(engine, create("v", 2));
      write(engine, put(1, Map.of("v", VectorValue.dense(1, 2))), put(2, Map.of()), onlyWithV);
      engine.write("c", List.of(new WriteOp.DeleteVector("v")), false, null);
      copy(living, crashed);
    }
    try (Engine engine = Engine.open(crashed, EngineOptions.defaults())) {
      assertThat(engine.collectionInfo("c").config().vectors()).containsOnlyKeys("");
      Filter had =
          Filter.must(
              new Condition.Field(
                  "had",
                  new Condition.Match.Bool(true),
                  null,
                  null,
                  null,
                  null,
                  null,
                  null,
                  null,
                  null));
      assertThat(engine.count("c", had, true)).isEqualTo(1);
      assertThat(engine.count("c", has, true)).isZero();
    }
  }

  /** Copies a folder that is in use: again from the beginning when a file goes meanwhile. */
  private static void copy(Path from, Path to) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        DiskFiles.INSTANCE.deleteTree(to);
        copyOnce(from, to);
        return;
      } catch (NoSuchFileException | UncheckedIOException e) {
        if (tries == 20) {
          throw e;
        }
      }
    }
  }

  private static void copyOnce(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.sorted().toList()) {
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
  void anEditOfAPointDoesNotBringItsDroppedVectorBack() {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", Configs.of(1, "Dot"));
      PointSelector one = new PointSelector.ByIds(List.of(PointId.of(1)));
      Payload edited = Payload.of(Payload.JSON.createObjectNode().put("edited", true));
      write(
          engine,
          create("v", 2),
          put(1, Map.of("v", VectorValue.dense(1, 2))),
          new WriteOp.DeleteVector("v"),
          create("v", 2),
          new WriteOp.SetPayload(edited, one, null));
      assertThat(
              engine
                  .retrieve("c", List.of(PointId.of(1)), PayloadSelection.NONE, VectorSelection.ALL)
                  .getFirst()
                  .vectors())
          .isEmpty();
    }
  }

  @Test
  void anotherKindOfVectorOfTheSameNameIsRefused() {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", Configs.of(1, "Dot"));
      write(engine, create("v", 2), create("v", 2), new WriteOp.DeleteVector("no"));
      assertThatThrownBy(() -> write(engine, create("v", 3)))
          .hasMessage("Wrong input: Vector `v` already exists with a different configuration");
      assertThatThrownBy(() -> write(engine, put(1, Map.of("w", VectorValue.dense(1)))))
          .hasMessage("Wrong input: Not existing vector name error: w");
      write(engine, new WriteOp.DeleteVector(""));
      assertThat(engine.collectionConfig("c").vectors()).containsOnlyKeys("v");
    }
  }

  /** Points enough that checking them takes a while. */
  private static WriteOp many(int size) {
    List<Point> points =
        LongStream.range(0, 1000)
            .mapToObj(
                i ->
                    new Point(
                        PointId.of(i % 10),
                        Map.of("v", new VectorValue.Dense(new float[size])),
                        Payload.EMPTY))
            .toList();
    return new WriteOp.Upsert(points, null, WriteOp.UpdateMode.UPSERT);
  }

  @Test
  void writesBesideAChangeOfTheVectorsFitOrAreRefused() throws Exception {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults());
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      engine.createCollection("c", Configs.of(1, "Dot"));
      write(engine, create("v", 2));
      CountDownLatch changed = new CountDownLatch(1);
      List<Future<Integer>> writers =
          Stream.of(2, 3)
              .map(
                  size ->
                      threads.submit(
                          () -> {
                            int refused = 0;
                            while (changed.getCount() > 0) {
                              try {
                                engine.write("c", List.of(many(size)), true, null);
                              } catch (QuiverException e) {
                                assertThat(e.code()).isEqualTo(ErrorCode.WRONG_INPUT);
                                refused++;
                              }
                            }
                            return refused;
                          }))
              .toList();
      for (int round = 0; round < 30; round++) {
        write(engine, new WriteOp.DeleteVector("v"), create("v", 2 + round % 2));
      }
      changed.countDown();
      for (Future<Integer> writer : writers) {
        assertThat(writer.get(60, TimeUnit.SECONDS)).isPositive();
      }
      // Size 3 stayed: whoever has the vector has one of that size.
      assertThat(engine.collectionConfig("c").vectors().get("v").size()).isEqualTo(3);
      engine
          .scroll(
              "c",
              new ScrollRequest(null, 10, null, null, PayloadSelection.NONE, VectorSelection.ALL))
          .points()
          .forEach(
              point ->
                  point
                      .vectors()
                      .forEach(
                          (_, vector) ->
                              assertThat(((VectorValue.Dense) vector).values()).hasSize(3)));
    }
  }
}
