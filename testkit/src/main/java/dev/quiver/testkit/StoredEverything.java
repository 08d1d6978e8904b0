package dev.quiver.testkit;

import dev.quiver.engine.Alias;
import dev.quiver.engine.BackupSettings;
import dev.quiver.engine.Backups;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.QuotaConfig;
import dev.quiver.engine.Snapshots;
import dev.quiver.engine.TrashEntry;
import dev.quiver.engine.WriteOp;
import dev.quiver.engine.audit.AuditEvent;
import dev.quiver.engine.audit.AuditLog;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * A store with every kind of file that there is, as a killed process leaves it, and what is in it:
 *
 * <pre>
 * data/      two collections: committed segments, with and without graph, in compound and single
 *            files, deleted points, a log behind the commit; a third in the trash; journal, label,
 *            quotas, audit log, a snapshot
 * backups/   a backup, and the log behind it
 * </pre>
 */
final class StoredEverything {
  static final String DATA = "data";
  static final String BACKUPS = "backups";

  /** The collection that is in the trash. */
  static final String DROPPED = "gone";

  /** The collection that there is a snapshot of. */
  static final String SNAPPED = "c0";

  private static final String OTHER = "c1";
  private static final int WRITES = 400;
  private static final int FIRST_WRITES = 300;
  private static final int SMALL_WRITES = 50;

  private final Path root;
  private final SimulatedState expected;
  private final SimulatedState.Contents dropped;
  private final SimulatedState.Contents snapped;
  private final String droppedId;

  private StoredEverything(
      Path root,
      SimulatedState expected,
      SimulatedState.Contents dropped,
      SimulatedState.Contents snapped,
      String droppedId) {
    this.root = root;
    this.expected = expected;
    this.dropped = dropped;
    this.snapped = snapped;
    this.droppedId = droppedId;
  }

  Path root() {
    return root;
  }

  /** What the living collections hold, and what the newest backup does. */
  SimulatedState expected() {
    return expected;
  }

  /** What the collection in the trash holds. */
  SimulatedState.Contents dropped() {
    return dropped;
  }

  /** What the snapshot holds. */
  SimulatedState.Contents snapped() {
    return snapped;
  }

  static EngineOptions options(Duration flushInterval, boolean archiving) {
    return EngineOptions.builder()
        .flushInterval(flushInterval)
        .idleTimeout(Duration.ofHours(1))
        .fullScanThreshold(40)
        .offHeapBytes(256 << 20)
        .mergeThreads(1)
        .buildThreads(1)
        .archiving(archiving)
        .build();
  }

  /** Makes it in {@code root}, which is missing, with {@code live} for the process that dies. */
  static StoredEverything build(Path root, Path live, Random random) throws IOException {
    SimulatedWrites writes = new SimulatedWrites(random);
    List<SimulatedAction> actions = new ArrayList<>();
    for (String name : List.of(SNAPPED, OTHER, DROPPED)) {
      actions.add(new SimulatedAction.Create(name, 40));
    }
    actions.add(
        new SimulatedAction.ChangeAliases(
            List.of(
                new Alias.Action.Create(SNAPPED, "other"),
                new Alias.Action.Create(DROPPED, "away"))));
    List<String> names = List.of(SNAPPED, OTHER, DROPPED);
    for (int i = 0; i < WRITES; i++) {
      String name = names.get(i % (i < FIRST_WRITES ? 3 : 2));
      actions.add(
          new SimulatedAction.Write(
              name, writes.next(Set.of(SimulatedWrites.BASE)), SimulatedAction.Waiting.APPLIED));
    }
    SimulatedState state = new SimulatedState();
    Path data = live.resolve(DATA);
    try (Engine engine = Engine.open(data, options(Duration.ofMillis(40), false))) {
      for (int i = 0; i < FIRST_WRITES; i++) {
        state = act(engine, actions.get(i), state);
      }
      pause(Duration.ofMillis(800));
      engine.guard().label("staging");
      engine.updateQuotas(new QuotaConfig(true, null, 100, null));
      for (String method : List.of("create_key", "drop_key", "delete_collection")) {
        engine.auditLog().append(AuditEvent.started(method, AuditEvent.Actor.SYSTEM, "c", null));
      }
    }
    SimulatedState.Contents dropped;
    try (Engine engine = Engine.open(data, options(Duration.ofHours(1), false))) {
      // Committed on closing, without time to merge: these stay in small, compound segments.
      for (int i = FIRST_WRITES; i < FIRST_WRITES + SMALL_WRITES; i++) {
        state = act(engine, actions.get(i), state);
      }
      dropped = SimulatedReads.read(engine, DROPPED);
      state = act(engine, new SimulatedAction.Drop(DROPPED), state);
    }
    return finish(root, live, actions, state, dropped);
  }

  private static StoredEverything finish(
      Path root,
      Path live,
      List<SimulatedAction> actions,
      SimulatedState before,
      SimulatedState.Contents dropped)
      throws IOException {
    SimulatedState state = before;
    try (Engine engine = Engine.open(live.resolve(DATA), options(Duration.ofHours(1), true));
        DirectoryBlobStore store =
            DirectoryBlobStore.open(live.resolve(BACKUPS), DiskFiles.INSTANCE);
        Backups backups =
            Backups.open(engine, store, BackupSettings.manual(live.resolve("scratch")))) {
      SimulatedState.Contents snapped = SimulatedReads.read(engine, SNAPPED);
      engine.snapshots().create(Snapshots.Scope.of(SNAPPED));
      backups.create();
      for (int i = FIRST_WRITES + SMALL_WRITES; i < actions.size(); i++) {
        state = act(engine, actions.get(i), state);
      }
      backups.archive();
      SimulatedState expected = SimulatedReads.read(engine);
      if (!state.looksLike(expected)) {
        throw new IllegalStateException(
            "the model and the engine differ before any flip: " + state.differences(expected));
      }
      TrashEntry entry = engine.trash().list().getFirst();
      FileTrees.copy(live, root);
      return new StoredEverything(root, expected, dropped, snapped, entry.id());
    } finally {
      FileTrees.delete(live);
    }
  }

  private static SimulatedState act(Engine engine, SimulatedAction action, SimulatedState before) {
    if (action instanceof SimulatedAction.Write write
        && write.operations().stream().anyMatch(StoredEverything::needsExtra)) {
      return before;
    }
    try {
      action.run(engine);
    } catch (QuiverException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
    }
    return action.outcomes(before).getLast();
  }

  /** The collections have one vector each. */
  private static boolean needsExtra(WriteOp operation) {
    return operation instanceof WriteOp.CreateVector
        || operation instanceof WriteOp.DeleteVector
        || operation instanceof WriteOp.DeleteVectors;
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // Its files.

  /** What a file is for. */
  enum Area {
    /** Of the living collections and of the store. */
    LIVING,
    TRASH,
    SNAPSHOTS,
    BACKUPS
  }

  Area area(Path file) {
    Path below = root.relativize(file);
    if (below.startsWith(BACKUPS)) {
      return Area.BACKUPS;
    }
    Path inData = Path.of(DATA).relativize(below);
    if (inData.startsWith("snapshots")) {
      return Area.SNAPSHOTS;
    }
    return inData.startsWith(Path.of("collections", droppedId)) ? Area.TRASH : Area.LIVING;
  }

  /** The files that are not empty, by their kind. */
  Map<String, List<Path>> kinds() throws IOException {
    Map<String, List<Path>> kinds = new TreeMap<>();
    Set<Path> committed = committed();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        boolean lock = file.endsWith("quiver.lock") || file.endsWith(".lock");
        if (!lock && Files.size(file) > 0) {
          kinds.computeIfAbsent(kind(file, committed), key -> new ArrayList<>()).add(file);
        }
      }
    }
    return kinds;
  }

  private String kind(Path file, Set<Path> committed) {
    Path below = root.relativize(file);
    if (area(file) == Area.BACKUPS) {
      // blobs/KIND/... or documents/NAME
      return "backups/" + below.subpath(1, 3);
    }
    boolean left = file.toString().contains("/index/") && !committed.contains(file);
    String plain = left ? "in no commit" : plainKind(String.valueOf(file.getFileName()));
    String folder = below.getName(1).toString();
    return switch (area(file)) {
      case TRASH -> "trash/" + plain;
      case SNAPSHOTS -> "snapshots/" + plain;
      default -> Set.of(AuditLog.FOLDER, "journal").contains(folder) ? folder + "/" + plain : plain;
    };
  }

  private static String plainKind(String name) {
    if (name.startsWith("segments_")) {
      return "segments_N";
    }
    int dot = name.lastIndexOf('.');
    return dot < 0 || name.endsWith(".json") || name.endsWith(".copy")
        ? name
        : "*" + name.substring(dot);
  }

  /** The files of the last commits; others are what merges left that were not committed. */
  private Set<Path> committed() throws IOException {
    Set<Path> committed = new HashSet<>();
    try (Stream<Path> all = Files.walk(root.resolve(DATA))) {
      for (Path index : all.filter(each -> each.endsWith("index")).toList()) {
        try (Directory directory = FSDirectory.open(index)) {
          for (String name : SegmentInfos.readLatestCommit(directory).files(true)) {
            committed.add(index.resolve(name));
          }
        }
      }
    }
    return committed;
  }

  /** What a living collection holds. */
  SimulatedState.Contents expected(String collection) {
    return Objects.requireNonNull(expected.collections.get(collection));
  }
}
