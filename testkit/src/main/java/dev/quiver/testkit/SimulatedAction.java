package dev.quiver.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Alias;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Engine;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.Payload;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SnapshotInfo;
import dev.quiver.engine.Snapshots;
import dev.quiver.engine.TrashEntry;
import dev.quiver.engine.WriteOp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One thing that a client asks for, and what it does to the model. */
sealed interface SimulatedAction {
  void run(Engine engine);

  /**
   * The states that a data folder may be in when nobody was told of the end: from nothing done to
   * all done, which is the last one.
   */
  List<SimulatedState> outcomes(SimulatedState before);

  /** The states that it may be in when this was answered; none when that cannot be. */
  default List<SimulatedState> answered(SimulatedState before, ErrorCode code) {
    return List.of(outcomes(before).getLast());
  }

  /**
   * Whether an answer of this kind may come, be it that the disk failed or that there was nothing
   * to be done.
   *
   * @param faulty whether the disk fails, or has
   */
  default boolean mayAnswer(ErrorCode code, boolean faulty) {
    return true;
  }

  private static List<SimulatedState> atomic(SimulatedState before, SimulatedState after) {
    return List.of(before, after);
  }

  /** The document of a collection's configuration. */
  static CollectionConfig config(int efConstruct) {
    ObjectNode document = Payload.JSON.createObjectNode();
    document
        .putObject("params")
        .putObject("vectors")
        .putObject(SimulatedWrites.BASE)
        .put("size", SimulatedWrites.DIMENSION)
        .put("distance", "Euclid");
    document.putObject("hnsw_config").put("m", 8).put("ef_construct", efConstruct);
    return CollectionConfig.fromDocument(document);
  }

  record Create(String name, int efConstruct) implements SimulatedAction {
    @Override
    public void run(Engine engine) {
      engine.createCollection(name, config(efConstruct));
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      if (before.collections.containsKey(name) || before.aliases.containsKey(name)) {
        return List.of(before);
      }
      SimulatedState after = before.copy();
      SimulatedState.Contents contents = new SimulatedState.Contents();
      contents.vectors.add(SimulatedWrites.BASE);
      contents.efConstruct = efConstruct;
      after.collections.put(name, contents);
      return atomic(before, after);
    }
  }

  record Drop(String name) implements SimulatedAction {
    @Override
    public void run(Engine engine) {
      engine.deleteCollection(name);
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      if (!before.collections.containsKey(name)) {
        return List.of(before);
      }
      SimulatedState after = before.copy();
      after.drop(name);
      return atomic(before, after);
    }
  }

  /** What was dropped last of a name. */
  private static @Nullable TrashEntry lastDropped(Engine engine, String name) {
    for (TrashEntry entry : engine.trash().list()) {
      if (entry.collection().equals(name)) {
        return entry;
      }
    }
    return null;
  }

  /** Brings back what was dropped last of a name, if anything was. */
  record Restore(String name) implements SimulatedAction {
    @Override
    public void run(Engine engine) {
      TrashEntry entry = lastDropped(engine, name);
      if (entry != null) {
        engine.trash().restore(entry.id(), null);
      }
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      SimulatedState without = before.copy();
      SimulatedState.Dropped back = without.takeFromTrash(name);
      if (back == null
          || before.collections.containsKey(name)
          || before.aliases.containsKey(name)) {
        return List.of(before);
      }
      // The aliases come last.
      without.collections.put(name, back.contents().copy());
      SimulatedState after = without.copy();
      back.aliases().forEach(alias -> after.aliases.putIfAbsent(alias, name));
      return List.of(before, without, after);
    }
  }

  /** Deletes for good what was dropped last of a name, if anything was. */
  record Purge(String name) implements SimulatedAction {
    @Override
    public void run(Engine engine) {
      TrashEntry entry = lastDropped(engine, name);
      if (entry != null) {
        engine.trash().purge(entry.id());
      }
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      SimulatedState after = before.copy();
      return after.takeFromTrash(name) == null ? List.of(before) : atomic(before, after);
    }
  }

  record Configure(String name, int efConstruct) implements SimulatedAction {
    @Override
    public void run(Engine engine) {
      engine.updateCollection(
          name,
          before -> {
            ObjectNode changed = before.document().deepCopy();
            changed.withObjectProperty("hnsw_config").put("ef_construct", efConstruct);
            return CollectionConfig.fromDocument(changed);
          });
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      if (!before.collections.containsKey(name)) {
        return List.of(before);
      }
      SimulatedState after = before.copy();
      Objects.requireNonNull(after.collections.get(name)).efConstruct = efConstruct;
      return atomic(before, after);
    }
  }

  record ChangeAliases(List<Alias.Action> actions) implements SimulatedAction {
    @Override
    public void run(Engine engine) {
      engine.updateAliases(actions);
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      SimulatedState after = before.copy();
      for (Alias.Action action : actions) {
        switch (action) {
          case Alias.Action.Create(String collection, String alias) -> {
            if (!after.collections.containsKey(collection)
                || after.collections.containsKey(alias)) {
              return atomic(before, after);
            }
            after.aliases.put(alias, collection);
          }
          case Alias.Action.Delete(String alias) -> after.aliases.remove(alias);
          case Alias.Action.Rename(String from, String to) -> {
            if (!after.aliases.containsKey(from) || after.collections.containsKey(to)) {
              return atomic(before, after);
            }
            after.aliases.put(to, after.aliases.remove(from));
          }
        }
      }
      return atomic(before, after);
    }
  }

  /** Makes a snapshot of a collection, or with no name of the whole store. */
  final class Snapshot implements SimulatedAction {
    private final @Nullable String name;
    private final SimulatedDisk disk;
    private @Nullable Path file;
    private @Nullable SnapshotInfo info;

    Snapshot(@Nullable String name, SimulatedDisk disk) {
      this.name = name;
      this.disk = disk;
    }

    /** Where it is, though nobody may have been told; null: nowhere. */
    @Nullable Path file() {
      return file;
    }

    /** What was answered; null: it was refused. */
    @Nullable SnapshotInfo info() {
      return info;
    }

    @Override
    public void run(Engine engine) {
      List<Path> before = SimulatedSnapshots.files(disk);
      try {
        info =
            engine
                .snapshots()
                .create(name == null ? Snapshots.Scope.STORE : Snapshots.Scope.of(name));
      } finally {
        List<Path> after = SimulatedSnapshots.files(disk);
        after.removeAll(before);
        file = after.isEmpty() ? null : after.getFirst();
      }
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      if (file == null || (name != null && !before.collections.containsKey(name))) {
        return List.of(before);
      }
      SimulatedState after = before.copy();
      after.snapshots.put(file, before.taken(name));
      return List.of(after);
    }

    @Override
    public boolean mayAnswer(ErrorCode code, boolean faulty) {
      return switch (code) {
        case CORRUPT -> faulty;
        case CHECKSUM_MISMATCH, BAD_REQUEST, WRONG_INPUT, ALREADY_EXISTS -> false;
        default -> true;
      };
    }

    @Override
    public String toString() {
      return "Snapshot[" + (name == null ? "of the store" : name) + ", " + file + "]";
    }
  }

  /** Deletes the file of a snapshot; what it held makes no difference any more. */
  record DeleteSnapshot(Path file) implements SimulatedAction {
    private Snapshots.Scope scope() {
      Path collection = Objects.requireNonNull(file.getParent());
      String folder = collection.getFileName().toString();
      return folder.equals("store")
          ? Snapshots.Scope.STORE
          : Snapshots.Scope.of(folder.substring("c-".length()));
    }

    @Override
    public void run(Engine engine) {
      engine.snapshots().delete(scope(), file.getFileName().toString());
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      return List.of(before);
    }

    @Override
    public boolean mayAnswer(ErrorCode code, boolean faulty) {
      // It is asked for what is there.
      return code != ErrorCode.NOT_FOUND;
    }
  }

  /**
   * Makes a collection what a snapshot holds that is there.
   *
   * @param sha256 null: not known
   */
  record Recover(String name, Path file, @Nullable String sha256, SimulatedDisk disk)
      implements SimulatedAction {
    @Override
    public void run(Engine engine) {
      try (InputStream in = SimulatedSnapshots.stream(disk, file)) {
        engine.snapshots().recover(name, in, sha256);
      } catch (IOException e) {
        throw new QuiverException(ErrorCode.INTERNAL, file + " cannot be read", e);
      }
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      SimulatedState.Taken taken = before.snapshots.get(file);
      if (taken == null || taken.collections().size() != 1) {
        return List.of(before);
      }
      SimulatedState after = before.copy();
      after.recover(name, taken.collections().values().iterator().next());
      return atomic(before, after);
    }

    @Override
    public boolean mayAnswer(ErrorCode code, boolean faulty) {
      return switch (code) {
        case NOT_FOUND, ALREADY_EXISTS, WRONG_INPUT, BAD_REQUEST, CHECKSUM_MISMATCH, CORRUPT ->
            false;
        default -> true;
      };
    }

    @Override
    public String toString() {
      return "Recover[" + name + ", " + file + ", " + sha256 + "]";
    }
  }

  /** What a call that writes waits for. */
  enum Waiting {
    LOGGED,
    APPLIED,
    /** For the same, but its deadline is over by the time that the operations are logged. */
    PAST_DEADLINE
  }

  /**
   * A call that writes.
   *
   * @param waiting for what the answer comes
   */
  record Write(String collection, List<WriteOp> operations, Waiting waiting)
      implements SimulatedAction {
    @Override
    public void run(Engine engine) {
      engine.write(
          collection,
          operations,
          waiting != Waiting.LOGGED,
          waiting == Waiting.PAST_DEADLINE ? Duration.ZERO : null);
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      List<SimulatedState> states = new ArrayList<>();
      states.add(before);
      SimulatedState state = before;
      if (!before.collections.containsKey(collection)) {
        return states;
      }
      for (WriteOp operation : operations) {
        state = state.copy();
        boolean complete =
            SimulatedWrites.apply(
                operation, Objects.requireNonNull(state.collections.get(collection)));
        states.add(state);
        if (!complete && waiting == Waiting.APPLIED) {
          // What comes behind one that failed is not logged.
          break;
        }
      }
      return states;
    }

    /** A vector that may or may not be there, since its making or dropping was refused. */
    @Override
    public List<SimulatedState> answered(SimulatedState before, ErrorCode code) {
      SimulatedState.Contents contents = before.collections.get(collection);
      if (code != ErrorCode.WRONG_INPUT || contents == null) {
        return SimulatedAction.super.answered(before, code);
      }
      for (int i = 0; i < operations.size(); i++) {
        if (!contents.vectors.containsAll(SimulatedWrites.vectorsIn(operations.get(i)))) {
          List<SimulatedState> all = outcomes(before);
          return all.subList(0, Math.min(i + 1, all.size()));
        }
      }
      return List.of();
    }
  }
}
