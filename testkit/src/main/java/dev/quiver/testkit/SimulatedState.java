package dev.quiver.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a data folder should hold, told plainly: the model that a simulated engine is compared with.
 * Actions change copies of it.
 */
final class SimulatedState {
  final Map<String, Contents> collections = new TreeMap<>();
  final Map<String, String> aliases = new TreeMap<>();

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
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SimulatedState that
        && collections.equals(that.collections)
        && aliases.equals(that.aliases);
  }

  @Override
  public int hashCode() {
    return Objects.hash(collections, aliases);
  }

  /** How {@code found} differs from this, in few lines. */
  List<String> differences(SimulatedState found) {
    List<String> lines = new ArrayList<>();
    if (!aliases.equals(found.aliases)) {
      lines.add("aliases are " + found.aliases + " (expected: " + aliases + ")");
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
