package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random histories, random moments: what is restored is exactly what a plain map held at that
 * moment. Collections and aliases come and go, points and payloads change, the engine restarts, and
 * backups run meanwhile. {@code -Dquiver.seed=S} replays a history, {@code -Dquiver.pitr.steps=N}
 * makes it longer, {@code -Dquiver.pitr.histories=N} makes more of them.
 */
class PointInTimeTest {
  private static final int IDS = 25;

  @TempDir Path folder;

  private Random random = new Random();
  private BlobStore store;
  private Engine engine;
  private Backups backups;
  private StoreModel model = new StoreModel();
  private int number;

  private record Moment(long micros, StoreModel model, String what) {}

  private final List<Moment> moments = new ArrayList<>();

  private record Dropped(
      String name, Map<PointId, StoreModel.Known> points, List<String> aliases) {}

  /** What the histories dropped, by its id in the trash. */
  private final Map<String, Dropped> dropped = new TreeMap<>();

  @BeforeEach
  void openStore() throws IOException {
    store = DirectoryBlobStore.open(folder.resolve("backups"), DiskFiles.INSTANCE);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void open(int data) {
    engine = Engine.open(folder.resolve("data" + data), options());
    backups =
        Backups.open(
            engine,
            store,
            BackupSettings.manual(folder.resolve("scratch"))
                .withArchiving(Duration.ofMillis(50), 1 << 20));
  }

  private void closeAll() {
    backups.close();
    engine.close();
  }

  private EngineOptions options() {
    return EngineOptions.builder()
        .logSegmentBytes(4096)
        .archiving(true)
        .idleTimeout(Duration.ofMillis(random.nextBoolean() ? 30 : 60_000))
        .flushInterval(Duration.ofMillis(random.nextBoolean() ? 20 : 10_000))
        .build();
  }

  @Test
  void whatIsRestoredIsWhatThereWasAtThatMoment() throws Exception {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    int histories = Integer.getInteger("quiver.pitr.histories", 1);
    for (int i = 0; i < histories; i++) {
      history(i, seed + i);
    }
  }

  private void history(int data, long seed) throws Exception {
    System.out.println("seed " + seed);
    random = new Random(seed);
    model = new StoreModel();
    moments.clear();
    dropped.clear();
    store = DirectoryBlobStore.open(folder.resolve("backups" + data), DiskFiles.INSTANCE);
    open(data);
    CompletableFuture<Void> backup = CompletableFuture.completedFuture(null);
    int firstBackup = -1;
    int steps = Integer.getInteger("quiver.pitr.steps", 120);
    for (int step = 0; step < steps; step++) {
      String what = step();
      moments.add(
          new Moment(engine.moment().micros(), model.copy(), "seed " + seed + ", after " + what));
      if (step == 10) {
        firstBackup = moments.size();
        backups.create();
      }
      if (step > 10 && backup.isDone() && random.nextInt(8) == 0) {
        backup.join();
        backup = CompletableFuture.runAsync(() -> backups.create());
      }
      if (random.nextInt(30) == 0) {
        backup.join();
        closeAll();
        open(data);
      }
    }
    backup.join();
    backups.archive();
    assertThat(backups.catalog().list()).hasSizeGreaterThan(1);
    restoreSome(seed, data, firstBackup);
    closeAll();
    assertThat(backups.catalog().verify(null, true, new BackupJob("verify")).problems()).isEmpty();
  }

  private void restoreSome(long seed, int data, int firstBackup) {
    for (int i = 0; i < 12; i++) {
      Moment moment = moments.get(firstBackup + random.nextInt(moments.size() - firstBackup));
      RestorePoint point = new RestorePoint.At(LogClock.instant(moment.micros()));
      Path to = folder.resolve("restored-" + data + "-" + i);
      backups.catalog().restoreInto(to, point, EngineOptions.defaults(), new BackupJob("restore"));
      try (Engine restored = Engine.open(to, EngineOptions.defaults())) {
        moment.model().assertSame(restored, moment.what());
      }
      List<String> names = List.copyOf(moment.model().collections.keySet());
      if (!names.isEmpty()) {
        String name = names.get(random.nextInt(names.size()));
        String as = "restored " + i;
        backups.restoreCollection(name, point, as);
        StoreModel.assertPoints(
            engine, as, moment.model().collections.get(name), moment.what() + ", beside");
        engine.deleteCollection(as);
      }
    }
    Moment moment = moments.get(firstBackup + random.nextInt(moments.size() - firstBackup));
    backups.restoreStore(new RestorePoint.At(LogClock.instant(moment.micros())));
    moment.model().assertSame(engine, moment.what() + ", in place");
    // What is restored is backed up again, and its own moments can be restored.
    if (!moment.model().collections.isEmpty()) {
      model = moment.model().copy();
      for (int i = 0; i < 10; i++) {
        step();
      }
      long later = engine.moment().micros();
      StoreModel then = model.copy();
      step();
      backups.restoreStore(new RestorePoint.At(LogClock.instant(later)));
      then.assertSame(engine, "seed " + seed + ", restored twice");
    }
  }

  private PointId id() {
    return PointId.of((long) random.nextInt(IDS));
  }

  private float[] vector() {
    return new float[] {random.nextInt(10), random.nextInt(10)};
  }

  private void write(String name, WriteOp operation) {
    engine.write(name, List.of(operation), random.nextInt(3) != 0, null);
  }

  /** One random change of the engine and of the model. */
  private String step() {
    List<String> names = List.copyOf(model.collections.keySet());
    int kind = random.nextInt(20);
    if (names.isEmpty() || kind == 0) {
      String name = "c" + number++;
      engine.createCollection(name, Configs.of(2, "Euclid"));
      model.collections.put(name, new TreeMap<>());
      return "create " + name;
    }
    String name = names.get(random.nextInt(names.size()));
    Map<PointId, StoreModel.Known> points = model.collections.get(name);
    switch (kind) {
      case 1 -> {
        if (names.size() > 1) {
          drop(name);
        }
        return "drop " + name;
      }
      case 8 -> {
        return fromTrash();
      }
      case 2, 3 -> {
        String alias = "a" + random.nextInt(3);
        engine.updateAliases(List.of(new Alias.Action.Create(name, alias)));
        model.aliases.put(alias, name);
        return "alias " + alias;
      }
      case 4 -> {
        List<PointId> ids = List.of(id(), id());
        write(name, new WriteOp.DeletePoints(new PointSelector.ByIds(ids)));
        points.keySet().removeAll(ids);
        return "delete " + ids;
      }
      case 5, 6 -> {
        PointId id = id();
        Payload payload = Payload.of(Payload.JSON.createObjectNode().put("p", random.nextInt(5)));
        if (points.containsKey(id)) {
          write(
              name,
              new WriteOp.OverwritePayload(payload, new PointSelector.ByIds(List.of(id)), null));
          points.computeIfPresent(
              id, (_, known) -> new StoreModel.Known(known.vector(), payload.json().toString()));
        }
        return "payload of " + id;
      }
      case 7 -> {
        PointId id = id();
        float[] vector = vector();
        if (points.containsKey(id)) {
          write(
              name,
              new WriteOp.UpdateVectors(
                  List.of(new WriteOp.PointVectors(id, Map.of("", new VectorValue.Dense(vector)))),
                  null));
          points.computeIfPresent(id, (_, known) -> new StoreModel.Known(vector, known.payload()));
        }
        return "vector of " + id;
      }
      default -> {
        List<Point> batch = new ArrayList<>();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
          PointId id = id();
          float[] vector = vector();
          Payload payload =
              Payload.of(Payload.JSON.createObjectNode().put("ü", random.nextInt(1000)));
          batch.add(new Point(id, Map.of("", new VectorValue.Dense(vector)), payload));
          points.put(id, new StoreModel.Known(vector, payload.json().toString()));
        }
        write(name, new WriteOp.Upsert(batch, null, WriteOp.UpdateMode.UPSERT));
        return "upsert of " + count + " to " + name;
      }
    }
  }

  private void drop(String name) {
    Set<String> before = trash();
    engine.deleteCollection(name);
    Map<String, String> left = new TreeMap<>(model.aliases);
    left.values().removeIf(name::equals);
    List<String> own = new ArrayList<>(model.aliases.keySet());
    own.removeAll(left.keySet());
    for (String id : trash()) {
      if (!before.contains(id)) {
        dropped.put(id, new Dropped(name, model.collections.get(name), own));
      }
    }
    model.collections.remove(name);
    model.aliases.keySet().removeAll(own);
  }

  private Set<String> trash() {
    return engine.trash().list().stream().map(TrashEntry::id).collect(Collectors.toSet());
  }

  /** Takes a dropped collection out of the trash again, or lets it go for good. */
  private String fromTrash() {
    for (Map.Entry<String, Dropped> each : Map.copyOf(dropped).entrySet()) {
      Dropped entry = each.getValue();
      if (random.nextInt(3) == 0) {
        dropped.remove(each.getKey());
        assertThat(engine.trash().purge(each.getKey())).isTrue();
        return "purge of " + entry.name();
      }
      if (!model.collections.containsKey(entry.name())) {
        dropped.remove(each.getKey());
        engine.trash().restore(each.getKey(), null);
        model.collections.put(entry.name(), entry.points());
        entry.aliases().forEach(alias -> model.aliases.putIfAbsent(alias, entry.name()));
        return "restore of " + entry.name() + " from the trash";
      }
    }
    return "nothing";
  }

  @Test
  void whatARestoreReplacesIsInTheTrash() {
    open(0);
    engine.createCollection("c0", Configs.of(2, "Euclid"));
    engine.updateAliases(List.of(new Alias.Action.Create("c0", "a")));
    model.collections.put("c0", new TreeMap<>());
    upserts(5);
    backups.create();
    StoreModel before = model.copy();
    upserts(20);
    StoreModel replaced = model.copy();

    backups.restoreCollection(
        "c0", new RestorePoint.At(backups.catalog().list().getFirst().moment()), null);

    StoreModel.assertPoints(engine, "c0", before.collections.get("c0"), "restored");
    assertThat(engine.aliases()).containsExactly(new Alias("a", "c0"));
    TrashEntry entry = engine.trash().list().getFirst();
    assertThat(entry.collection()).isEqualTo("c0");
    engine.trash().restore(entry.id(), "replaced");
    StoreModel.assertPoints(engine, "replaced", replaced.collections.get("c0"), "replaced");
    closeAll();
    open(0);
    StoreModel.assertPoints(engine, "c0", before.collections.get("c0"), "opened anew");
    StoreModel.assertPoints(engine, "replaced", replaced.collections.get("c0"), "opened anew");
    closeAll();
  }

  @Test
  void anOperationsNumberIsAMomentToo() {
    open(0);
    engine.createCollection("c", Configs.of(2, "Euclid"));
    backups.create();
    List<Long> numbers = new ArrayList<>();
    for (long i = 0; i < 5; i++) {
      numbers.add(
          engine
              .write(
                  "c",
                  List.of(
                      new WriteOp.Upsert(
                          List.of(
                              new Point(
                                  PointId.of(i),
                                  Map.of("", new VectorValue.Dense(new float[] {i, 1})),
                                  Payload.EMPTY)),
                          null,
                          WriteOp.UpdateMode.UPSERT)),
                  true,
                  null)
              .getFirst()
              .operationId());
    }
    engine.updateAliases(List.of(new Alias.Action.Create("c", "别名")));
    backups.restoreCollection("别名", new RestorePoint.BeforeOp(numbers.get(3)), "before");
    backups.restoreCollection("c", new RestorePoint.AfterOp(numbers.get(3)), "after");
    backups.restoreCollection("c", new RestorePoint.AfterOp(numbers.get(1)), null);

    assertThat(engine.count("before", null, true)).isEqualTo(3);
    assertThat(engine.count("after", null, true)).isEqualTo(4);
    assertThat(engine.count("c", null, true)).isEqualTo(2);
    assertThatThrownBy(
            () -> backups.restoreCollection("c", new RestorePoint.AfterOp(1_000_000), "x"))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("cannot be reached");
    assertThatThrownBy(() -> backups.restoreCollection("c", new RestorePoint.Latest(), "before"))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("already exists");
    closeAll();
  }

  @Test
  void aMomentThatCannotBeReachedIsRefusedWithThoseThatCan() {
    open(0);
    engine.createCollection("c", Configs.of(2, "Euclid"));
    BackupInfo first = backups.create();

    for (Instant moment : List.of(first.moment().minusMillis(1), Instant.now().plusSeconds(3600))) {
      assertThatThrownBy(() -> backups.restoreStore(new RestorePoint.At(moment)))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("cannot be restored")
          .hasMessageContaining(first.moment().toString());
    }
    closeAll();
  }

  @Test
  void withoutArchivingAMomentBetweenBackupsIsRefusedWhenItsLogIsGone() {
    EngineOptions options =
        EngineOptions.builder().logSegmentBytes(200).flushInterval(Duration.ofMillis(10)).build();
    try (Engine plain = Engine.open(folder.resolve("plain"), options);
        Backups manual =
            Backups.open(plain, store, BackupSettings.manual(folder.resolve("scratch")))) {
      engine = plain;
      plain.createCollection("c0", Configs.of(2, "Euclid"));
      model.collections.put("c0", new TreeMap<>());
      number = 1;
      manual.create();
      upserts(20);
      long between = plain.moment().micros();
      upserts(20);
      Awaitility.await("a commit").atMost(Duration.ofMinutes(1)).until(() -> committedBehind(20));
      upserts(1);
      Awaitility.await("a commit").atMost(Duration.ofMinutes(1)).until(() -> committedBehind(35));
      BackupInfo second = manual.create();

      assertThatThrownBy(() -> manual.restoreStore(new RestorePoint.At(LogClock.instant(between))))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("archived to operation");
      manual.restoreStore(new RestorePoint.At(second.moment()));
      model.assertSame(plain, "the second backup");
    } catch (CompletionException e) {
      throw new AssertionError(e);
    }
  }

  private boolean committedBehind(long offset) {
    Slot slot = engine.slots().getFirst();
    try (Slot.Lease lease = slot.acquire()) {
      return lease.shard().logForReading().firstOffset() >= offset - 1;
    }
  }

  private void upserts(int count) {
    for (int i = 0; i < count; i++) {
      PointId id = id();
      float[] vector = vector();
      engine.write(
          "c0",
          List.of(
              new WriteOp.Upsert(
                  List.of(new Point(id, Map.of("", new VectorValue.Dense(vector)), Payload.EMPTY)),
                  null,
                  WriteOp.UpdateMode.UPSERT)),
          true,
          null);
      model.collections.get("c0").put(id, new StoreModel.Known(vector, "{}"));
    }
  }
}
