package dev.quiver.engine;

import java.util.List;
import java.util.Map;

/**
 * What a collection reports of itself.
 *
 * @param indexedVectors vectors that a graph covers
 * @param payloadIndexes by field, in the order of creation
 * @param pointsByIndex number of points that have a value, by indexed field
 * @param queuedOperations written to the log but not applied yet
 * @param damages segments that were taken out because they are damaged: their points are missing
 */
public record CollectionInfo(
    Status status,
    CollectionConfig config,
    long points,
    long indexedVectors,
    int segments,
    Map<String, PayloadIndex> payloadIndexes,
    Map<String, Long> pointsByIndex,
    long queuedOperations,
    List<Damage> damages) {
  public enum Status {
    GREEN,
    YELLOW,
    GREY,
    RED
  }
}
