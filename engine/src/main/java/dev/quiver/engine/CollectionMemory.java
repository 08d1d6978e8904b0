package dev.quiver.engine;

import java.util.Map;

/**
 * What a collection takes on disk and in memory, by what it is for.
 *
 * @param vectors the vectors themselves, by name
 * @param graphs graphs and codes, by vector name
 * @param payload stored payloads
 * @param payloadIndex indexes of payload values, of all fields together
 * @param other ids, deletions and the rest
 * @param bufferBytes heap and off-heap bytes of points that are not flushed yet
 */
public record CollectionMemory(
    Map<String, Usage> vectors,
    Map<String, Usage> graphs,
    Usage payload,
    Usage payloadIndex,
    Usage other,
    long bufferBytes) {

  /**
   * Bytes in files.
   *
   * @param diskBytes lengths of files
   * @param cachedBytes of them in the page cache, at least
   */
  public record Usage(long diskBytes, long cachedBytes) {
    static final Usage NONE = new Usage(0, 0);

    Usage plus(Usage more) {
      return new Usage(diskBytes + more.diskBytes, cachedBytes + more.cachedBytes);
    }

    Usage share(double part) {
      return new Usage(Math.round(diskBytes * part), Math.round(cachedBytes * part));
    }
  }
}
