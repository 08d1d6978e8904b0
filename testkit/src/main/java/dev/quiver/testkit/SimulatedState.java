package dev.quiver.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a data folder should hold, told plainly: the model that a simulated engine is compared with.
 * Actions change copies of it.
 */
final class SimulatedState {
  final Map<String, Contents> collections = new TreeMap<>();
  final Map<String, String> aliases = new TreeMap<>();

  /** What was dropped, by the name that it had, the last one last. */
  final Map<String, List<Dropped>> trash = new TreeMap<>();

  /**
   * What snapshots hold, by file. Whether they are there is said by {@link SimulatedSnapshots}; the
   * ones that are gone may be among them.
   */
  final Map<Path, Taken> snapshots = new TreeMap<>();

  /**
   * What a snapshot holds; nobody may change it.
   *
   * @param aliases in a snapshot of the whole store
   */
  record Taken(Map<String, Contents> collections, Map<String, String> aliases) {}

  /**
   * A collection in the trash; nobody may change what it holds.
   *
   * @param aliases those that it had
   */
  record Dropped(Contents contents, Set<String> aliases) {
    /** Of one that is only known to be there. */
    static final Dropped UNSEEN = new Dropped(new Contents(), Set.of());
  }

  /** A point; nobody may change what it holds. */
  record Point(ObjectNode payload, Map<String, List<Float>> vectors) {}

  /** One collection. */
  static final class Contents {
    final Map<Long, Point> points = new TreeMap<>();

    /** The type by field. */
    final Map<String, String> indexes = new TreeMap<>();

    final Set<String> vectors = new TreeSet<>();
    int efConstruct;

    Contents copy() {
      Contents copy = new Contents();
      copy.points.putAll(points);
      copy.indexes.putAll(indexes);
      copy.vectors.addAll(vectors);
      copy.efConstruct = efConstruct;
      return copy;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Contents that
          && points.equals(that.points)
          && indexes.equals(that.indexes)
          && vectors.equals(that.vectors)
          && efConstruct == that.efConstruct;
    }

    @Override
    public int hashCode() {
      return Objects.hash(points, indexes, vectors, efConstruct);
    }
  }

  SimulatedState copy() {
    SimulatedState copy = new SimulatedState();
    collections.forEach((name, contents) -> copy.collections.put(name, contents.copy()));
    copy.aliases.putAll(aliases);
    trash.forEach((name, entries) -> copy.trash.put(name, new ArrayList<>(entries)));
    copy.snapshots.putAll(snapshots);
    return copy;
  }

  /** Puts a collection that there is into the trash, with its aliases. */
  void drop(String name) {
    Contents contents = Objects.requireNonNull(collections.remove(name));
    Set<String> own = aliasesOf(name);
    aliases.keySet().removeAll(own);
    trash.computeIfAbsent(name, key -> new ArrayList<>()).add(new Dropped(contents, own));
  }

  private Set<String> aliasesOf(String name) {
    Set<String> own = new TreeSet<>();
    aliases.forEach(
        (alias, target) -> {
          if (target.equals(name)) {
            own.add(alias);
          }
        });
    return own;
  }

  /**
   * Makes a collection what a snapshot holds. The one of its name goes into the trash, and its
   * aliases stay with the name.
   */
  void recover(String name, Contents contents) {
    Contents before = collections.put(name, contents.copy());
    if (before != null) {
      trash
          .computeIfAbsent(name, key -> new ArrayList<>())
          .add(new Dropped(before, aliasesOf(name)));
    }
  }

  /** Whether a snapshot is of one collection. */
  boolean hasOneOf(Path file) {
    Taken taken = snapshots.get(file);
    return taken != null && taken.collections().size() == 1;
  }

  /**
   * What a snapshot made now holds.
   *
   * @param collection null: everything
   */
  Taken taken(@Nullable String collection) {
    SimulatedState copy = copy();
    if (collection != null) {
      copy.collections.keySet().retainAll(Set.of(collection));
      copy.aliases.clear();
    }
    return new Taken(copy.collections, copy.aliases);
  }

  /** As a store would be that was restored from a snapshot. */
  static SimulatedState of(Taken taken) {
    SimulatedState state = new SimulatedState();
    state.collections.putAll(taken.collections());
    state.aliases.putAll(taken.aliases());
    return state;
  }

  /** Takes the last one of this name out of the trash, or returns null. */
  @Nullable Dropped takeFromTrash(String name) {
    List<Dropped> entries = trash.getOrDefault(name, List.of());
    if (entries.isEmpty()) {
      return null;
    }
    Dropped taken = entries.removeLast();
    if (entries.isEmpty()) {
      trash.remove(name);
    }
    return taken;
  }

  int inTrash(String name) {
    return trash.getOrDefault(name, List.of()).size();
  }

  /**
   * Whether this may be what was found: what collections in the trash hold is not seen before they
   * are restored.
   */
  boolean looksLike(SimulatedState found) {
    return hasCollectionsOf(found)
        && trash.keySet().equals(found.trash.keySet())
        && trash.keySet().stream().allMatch(name -> inTrash(name) == found.inTrash(name));
  }

  boolean hasCollectionsOf(SimulatedState found) {
    return collections.equals(found.collections) && aliases.equals(found.aliases);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SimulatedState that
        && collections.equals(that.collections)
        && aliases.equals(that.aliases)
        && trash.equals(that.trash)
        && snapshots.equals(that.snapshots);
  }

  @Override
  public int hashCode() {
    return Objects.hash(collections, aliases, trash, snapshots);
  }

  /** How {@code found} differs from this, in few lines. */
  List<String> differences(SimulatedState found) {
    List<String> lines = new ArrayList<>();
    if (!aliases.equals(found.aliases)) {
      lines.add("aliases are " + found.aliases + " (expected: " + aliases + ")");
    }
    if (!looksLike(found) && hasCollectionsOf(found)) {
      lines.add("in the trash are " + found.trash + " (expected: " + trash + ")");
    }
    if (!collections.keySet().equals(found.collections.keySet())) {
      lines.add(
          "collections are "
              + found.collections.keySet()
              + " (expected: "
              + collections.keySet()
              + ")");
    }
    collections.forEach(
        (name, contents) -> {
          Contents other = found.collections.get(name);
          if (other != null && !other.equals(contents)) {
            differences(name, contents, other, lines);
          }
        });
    return lines;
  }

  private static void differences(
      String name, Contents expected, Contents found, List<String> lines) {
    if (!expected.indexes.equals(found.indexes)
        || !expected.vectors.equals(found.vectors)
        || expected.efConstruct != found.efConstruct) {
      lines.add(
          name
              + " has indexes "
              + found.indexes
              + ", vectors "
              + found.vectors
              + ", ef_construct "
              + found.efConstruct
              + " (expected: "
              + expected.indexes
              + ", "
              + expected.vectors
              + ", "
              + expected.efConstruct
              + ")");
    }
    Set<Long> ids = new TreeSet<>(expected.points.keySet());
    ids.addAll(found.points.keySet());
    for (long id : ids) {
      Point wanted = expected.points.get(id);
      Point seen = found.points.get(id);
      if (!Objects.equals(wanted, seen)) {
        lines.add(name + ": point " + id + " is " + seen + " (expected: " + wanted + ")");
      }
    }
  }
}
