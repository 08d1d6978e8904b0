package dev.quiver.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Alias;
import dev.quiver.engine.CollectionConfig;
import dev.quiver.engine.Database;
import dev.quiver.engine.Payload;
import dev.quiver.engine.WriteOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** One thing that a client asks for, and what it does to the model. */
sealed interface SimulatedAction {
  void run(Database database);

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
    public void run(Database database) {
      database.createCollection(name, config(efConstruct));
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
    public void run(Database database) {
      database.deleteCollection(name);
    }

    @Override
    public List<SimulatedState> outcomes(SimulatedState before) {
      if (!before.collections.containsKey(name)) {
        return List.of(before);
      }
      SimulatedState after = before.copy();
      after.collections.remove(name);
      after.aliases.values().removeIf(name::equals);
      return atomic(before, after);
    }
  }

  record Configure(String name, int efConstruct) implements SimulatedAction {
    @Override
    public void run(Database database) {
      database.updateCollection(
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
    public void run(Database database) {
      database.updateAliases(actions);
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

  /**
   * A call that writes.
   *
   * @param waits whether the answer comes when the operations are applied, not when they are logged
   */
  record Write(String collection, List<WriteOp> operations, boolean waits)
      implements SimulatedAction {
    @Override
    public void run(Database database) {
      database.write(collection, operations, waits, null);
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
        if (!complete && waits) {
          // What comes behind one that failed is not logged.
          break;
        }
      }
      return states;
    }
  }
}
