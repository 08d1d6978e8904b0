package dev.quiver.engine;

import java.util.UUID;

/**
 * A segment of a collection.
 *
 * @param id the same as long as the segment lives
 * @param points live ones
 * @param deleted points that are still in it but deleted or replaced
 * @param vectors of all names, those of deleted points included
 * @param indexedVectors those of them that a graph covers
 * @param vectorBytes what the vectors take as they are kept
 * @param diskBytes of all its files
 */
public record SegmentSummary(
    UUID id,
    long points,
    long deleted,
    long vectors,
    long indexedVectors,
    long vectorBytes,
    long diskBytes) {}
