package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Compares a copied collection with its original: the ids of all points by number and checksum, and
 * whole points, some or all. What differs is told apart: is the copy wrong, or was the source
 * changed after it was read?
 */
final class MigrationCheck {
  private static final int SAMPLE = 500;
  private static final int IDS_PER_PAGE = 10_000;
  private static final int POINTS_PER_CALL = 50;
  private static final int FULL_PAGE = 500;

  /** Cosine vectors are normalised once more, which changes the last digit of some numbers. */
  private static final double VECTOR_TOLERANCE = 1e-5;

  private final ApiClient source;
  private final ApiClient target;
  private final String name;
  private final Set<String> vectorNames;
  private final List<String> failures = new ArrayList<>();
  private final List<String> changes = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long points;
  private long compared;
  private long differing;
  private @Nullable JsonNode firstDiffering;

  /**
   * @param vectorNames vectors that the copy has; others are not compared
   */
  MigrationCheck(ApiClient source, ApiClient target, String name, Set<String> vectorNames) {
    this.source = source;
    this.target = target;
    this.name = name;
    this.vectorNames = vectorNames;
  }

  List<String> failures() {
    return failures;
  }

  List<String> changes() {
    return changes;
  }

  List<String> notes() {
    return notes;
  }

  /** Points that the target holds. */
  long points() {
    return points;
  }

  /** Points that were compared whole. */
  long compared() {
    return compared;
  }

  /**
   * @param copied ids that were read from the source
   * @param others whether the target may hold more points than these
   */
  void run(IdSet copied, MigrateCommand.Verify verify, boolean others) {
    IdSet copy = new IdSet();
    ids(target, copy, new ArrayList<>(), 0);
    points = copy.count();
    List<JsonNode> sample = new ArrayList<>();
    IdSet original = new IdSet();
    ids(source, original, sample, verify == MigrateCommand.Verify.sample ? SAMPLE : 0);
    if (!original.sameAs(copied)) {
      changes.add(
          copied.count()
              + " points were read, "
              + original.count()
              + " are there now, not with the same ids; run again with --into-existing --restart"
              + " to catch up (points deleted meanwhile stay in the copy)");
    }
    if (others && copy.count() > copied.count()) {
      notes.add(
          "the target holds "
              + (copy.count() - copied.count())
              + " points more than were copied, so that ids are compared in the sample alone");
    } else if (!copy.sameAs(copied)) {
      failures.add(
          "the target holds "
              + copy.count()
              + " points with the checksum "
              + copy.checksum()
              + " (expected: "
              + copied.count()
              + " with "
              + copied.checksum()
              + ")");
    }
    if (verify == MigrateCommand.Verify.full) {
      compareAll();
    } else {
      compareSample(sample);
    }
    JsonNode first = firstDiffering;
    if (first != null) {
      changes.add(
          differing
              + " of "
              + compared
              + " compared points differ, the first one "
              + first
              + ": they were changed at the source after they were read, or at the target");
    }
  }

  /** Reads all ids; keeps a random sample of them, each as likely as any other. */
  private void ids(ApiClient client, IdSet ids, List<JsonNode> sample, int sampleSize) {
    PointPages pages = new PointPages(client, name, false, IDS_PER_PAGE);
    JsonNode offset = null;
    do {
      PointPages.Page page = pages.read(offset);
      for (JsonNode point : page.points()) {
        JsonNode id = point.path("id");
        ids.add(id);
        if (sample.size() < sampleSize) {
          sample.add(id);
        } else if (sampleSize > 0) {
          long place = ThreadLocalRandom.current().nextLong(ids.count());
          if (place < sampleSize) {
            sample.set((int) place, id);
          }
        }
      }
      offset = page.next();
    } while (offset != null);
  }

  private void compareSample(List<JsonNode> ids) {
    PointPages pages = new PointPages(source, name, true, POINTS_PER_CALL);
    for (int i = 0; i < ids.size(); i += POINTS_PER_CALL) {
      compare(pages.byIds(ids.subList(i, Math.min(ids.size(), i + POINTS_PER_CALL))));
    }
  }

  private void compareAll() {
    PointPages pages = new PointPages(source, name, true, FULL_PAGE);
    JsonNode offset = null;
    do {
      PointPages.Page page = pages.read(offset);
      compare(page.points());
      offset = page.next();
    } while (offset != null);
  }

  private void compare(List<JsonNode> originals) {
    List<JsonNode> ids = originals.stream().map(point -> point.path("id")).toList();
    Map<JsonNode, JsonNode> copies = new HashMap<>();
    for (JsonNode copy : new PointPages(target, name, true, FULL_PAGE).byIds(ids)) {
      copies.put(copy.path("id"), copy);
    }
    for (JsonNode original : originals) {
      compared++;
      JsonNode copy = copies.get(original.path("id"));
      if (copy == null || !same(original, copy)) {
        differing++;
        firstDiffering = firstDiffering == null ? original.path("id") : firstDiffering;
      }
    }
  }

  private boolean same(JsonNode original, JsonNode copy) {
    return JsonValues.same(object(original.path("payload")), object(copy.path("payload")), 0)
        && JsonValues.same(
            known(original.path("vector")), known(copy.path("vector")), VECTOR_TOLERANCE);
  }

  private static JsonNode object(JsonNode payload) {
    return payload.isObject() ? payload : Json.object();
  }

  private JsonNode known(JsonNode vector) {
    if (vector.isArray()) {
      return vector;
    }
    ObjectNode known = Json.object();
    vector
        .properties()
        .forEach(
            entry -> {
              if (vectorNames.contains(entry.getKey())) {
                known.set(entry.getKey(), entry.getValue());
              }
            });
    return known;
  }
}
