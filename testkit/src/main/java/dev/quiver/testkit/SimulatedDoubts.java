package dev.quiver.testkit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What may come back, or go, although it was refused: a broken disk may keep the engine from
 * undoing what it refused, and nobody was told of an end.
 */
final class SimulatedDoubts {
  /** Of collections whose creation, drop or restore was refused, by name. */
  private final Map<String, Set<SimulatedState.Contents>> collections = new HashMap<>();

  /** Names of which an entry may be gone from the trash, since its purge was refused. */
  private final Set<String> purges = new HashSet<>();

  /** Of collections whose recovery was refused and could not be taken back either, by name. */
  private final Map<String, Set<SimulatedState.Contents>> recoveries = new HashMap<>();

  /** All aliases, where a change of them was refused and could not be put back either. */
  private final Set<Map<String, String>> aliases = new HashSet<>();

  /** The same of configurations, by the collection's name. */
  private final Map<String, Set<Integer>> efConstructs = new HashMap<>();

  /** Notes that something was done for sure. */
  void done(SimulatedAction action, Set<SimulatedState> possible) {
    switch (action) {
      case SimulatedAction.Purge purge -> purges.remove(purge.name());
      case SimulatedAction.Create create -> {
        collections.remove(create.name());
        settled();
      }
      case SimulatedAction.Restore restore -> {
        collections.remove(restore.name());
        settleIfChanged(action, possible);
      }
      case SimulatedAction.Recover recover -> {
        collections.remove(recover.name());
        settled();
      }
      case SimulatedAction.Drop _ -> settleIfChanged(action, possible);
      case SimulatedAction.Configure configure -> {
        recoveries.clear();
        efConstructs.remove(configure.name());
      }
      case SimulatedAction.ChangeAliases _ -> {
        if (changes(action, possible)) {
          recoveries.clear();
          aliases.clear();
        }
      }
      case SimulatedAction.Write _,
          SimulatedAction.Snapshot _,
          SimulatedAction.DeleteSnapshot _ -> {}
    }
  }

  /** Before a collection is made or dropped the engine makes sure of all that is in doubt. */
  private void settled() {
    recoveries.clear();
    aliases.clear();
    efConstructs.clear();
  }

  private void settleIfChanged(SimulatedAction action, Set<SimulatedState> possible) {
    if (changes(action, possible)) {
      settled();
    }
  }

  /** Whether an action that was done had something to do. */
  private static boolean changes(SimulatedAction action, Set<SimulatedState> possible) {
    return possible.stream().allMatch(before -> !action.outcomes(before).getLast().equals(before));
  }

  /**
   * Notes that something was refused.
   *
   * @param leftover whether the engine could not put back what there was before
   */
  void refused(SimulatedAction action, Set<SimulatedState> possible, boolean leftover) {
    switch (action) {
      case SimulatedAction.Purge purge -> purges.add(purge.name());
      case SimulatedAction.Create create -> doubt(collections, create.name(), action, possible);
      case SimulatedAction.Drop drop -> doubt(collections, drop.name(), action, possible);
      case SimulatedAction.Restore restore -> doubt(collections, restore.name(), action, possible);
      case SimulatedAction.Recover recover -> {
        if (leftover) {
          doubt(recoveries, recover.name(), action, possible);
        }
      }
      case SimulatedAction.Configure configure -> {
        if (leftover) {
          efConstructs
              .computeIfAbsent(configure.name(), name -> new HashSet<>())
              .add(configure.efConstruct());
        }
      }
      case SimulatedAction.ChangeAliases _ -> {
        if (leftover) {
          possible.forEach(
              state -> aliases.add(new TreeMap<>(action.outcomes(state).getLast().aliases)));
        }
      }
      case SimulatedAction.Write _,
          SimulatedAction.Snapshot _,
          SimulatedAction.DeleteSnapshot _ -> {}
    }
  }

  private static void doubt(
      Map<String, Set<SimulatedState.Contents>> doubts,
      String name,
      SimulatedAction action,
      Set<SimulatedState> possible) {
    for (SimulatedState state : possible) {
      for (SimulatedState outcome : action.outcomes(state)) {
        SimulatedState.Contents contents = outcome.collections.get(name);
        if (contents != null) {
          doubts.computeIfAbsent(name, key -> new HashSet<>()).add(contents.copy());
        }
      }
    }
  }

  /**
   * What a state is with as much of what is in doubt as was found.
   *
   * @param restarted whether the store was just opened: only then does it see what could not be put
   *     back
   */
  SimulatedState with(SimulatedState state, SimulatedState found, boolean restarted) {
    SimulatedState with = state.copy();
    if (restarted) {
      leftovers(with, found);
    }
    found.collections.forEach(
        (name, contents) -> {
          if (!with.collections.containsKey(name)
              && collections.getOrDefault(name, Set.of()).contains(contents)) {
            with.collections.put(name, contents);
            found.aliases.forEach(
                (alias, target) -> {
                  if (target.equals(name)) {
                    with.aliases.putIfAbsent(alias, target);
                  }
                });
            if (with.inTrash(name) > found.inTrash(name)) {
              with.takeFromTrash(name);
            }
          }
        });
    for (String name : purges) {
      if (with.inTrash(name) > found.inTrash(name)) {
        with.takeFromTrash(name);
      }
    }
    return with;
  }

  private void leftovers(SimulatedState with, SimulatedState found) {
    recoveries.forEach(
        (name, doubts) -> {
          SimulatedState.Contents contents = found.collections.get(name);
          if (contents != null
              && doubts.contains(contents)
              && !Objects.equals(contents, with.collections.get(name))) {
            with.recover(name, contents);
          }
        });
    efConstructs.forEach(
        (name, doubts) -> {
          SimulatedState.Contents seen = found.collections.get(name);
          if (seen != null
              && doubts.contains(seen.efConstruct)
              && with.collections.containsKey(name)) {
            Objects.requireNonNull(with.collections.get(name)).efConstruct = seen.efConstruct;
          }
        });
    for (Map<String, String> each : aliases) {
      Map<String, String> left = new TreeMap<>(each);
      left.values().retainAll(found.collections.keySet());
      if (left.equals(found.aliases)) {
        with.aliases.clear();
        with.aliases.putAll(left);
      }
    }
  }
}
