package dev.quiver.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Alias;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Engine;
import dev.quiver.engine.Payload;
import dev.quiver.engine.TrashEntry;
import dev.quiver.engine.WriteOp;
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
  }
}
