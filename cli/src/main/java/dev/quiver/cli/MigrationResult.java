package dev.quiver.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;

/**
 * How the migration of one collection ended.
 *
 * @param copied points that this run has copied
 * @param resumedAt points that an earlier run had copied
 * @param points what the target holds now
 * @param compared points that were compared whole
 * @param failures where the target is not what was copied
 * @param changes how the source was changed while it was copied
 * @param unmapped what could not be taken over
 * @param notes what was taken over differently, without an effect on answers
 */
record MigrationResult(
    String collection,
    long copied,
    long resumedAt,
    long points,
    long compared,
    Duration duration,
    List<String> failures,
    List<String> changes,
    List<String> unmapped,
    List<String> notes) {
  MigrationResult {
    failures = List.copyOf(failures);
    changes = List.copyOf(changes);
    unmapped = List.copyOf(unmapped);
    notes = List.copyOf(notes);
  }

  boolean isPartial() {
    return !unmapped.isEmpty() || !changes.isEmpty();
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("collection", collection);
    json.put("copied", copied);
    json.put("resumed_at", resumedAt);
    json.put("points", points);
    json.put("compared", compared);
    json.put("seconds", duration.toMillis() / 1000.0);
    failures.forEach(json.putArray("failures")::add);
    changes.forEach(json.putArray("source_changes")::add);
    unmapped.forEach(json.putArray("unmapped")::add);
    notes.forEach(json.putArray("notes")::add);
    return json;
  }
}
