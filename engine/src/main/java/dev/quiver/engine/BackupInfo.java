package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/**
 * A backup as the catalogue lists it.
 *
 * @param moment what it holds: every change up to it
 * @param bytes of all index files that it refers to
 * @param newBytes of those that were not in the repository before it
 * @param durationMillis how long it took
 * @param missing names of collections that could not be read
 * @param partial names of collections that are in it, but for segments that were damaged before
 */
public record BackupInfo(
    String id,
    Instant moment,
    int collections,
    long bytes,
    long newBytes,
    long durationMillis,
    List<String> missing,
    List<String> partial) {
  public BackupInfo {
    missing = List.copyOf(missing);
    partial = List.copyOf(partial);
  }

  /** As answers and the command show it. */
  public ObjectNode toJson() {
    ObjectNode node = Payload.JSON.createObjectNode();
    node.put("id", id).put("moment", moment.toString()).put("collections", collections);
    node.put("bytes", bytes).put("new_bytes", newBytes).put("duration_millis", durationMillis);
    missing.forEach(node.putArray("missing")::add);
    partial.forEach(node.putArray("partial")::add);
    return node;
  }
}
