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
 */
public record BackupInfo(
    String id,
    Instant moment,
    int collections,
    long bytes,
    long newBytes,
    long durationMillis,
    List<String> missing) {
  public BackupInfo {
    missing = List.copyOf(missing);
  }

  /** As answers and the command show it. */
  public ObjectNode toJson() {
    ObjectNode node = Payload.JSON.createObjectNode();
    node.put("id", id).put("moment", moment.toString()).put("collections", collections);
    node.put("bytes", bytes).put("new_bytes", newBytes).put("duration_millis", durationMillis);
    missing.forEach(node.putArray("missing")::add);
    return node;
  }
}
