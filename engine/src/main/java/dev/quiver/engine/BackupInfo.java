package dev.quiver.engine;

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
}
