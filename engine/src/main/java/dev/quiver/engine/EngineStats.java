package dev.quiver.engine;

/**
 * Counters of an {@link Engine} since it was opened.
 *
 * @param opsApplied operations applied, failed and replayed ones included
 * @param opsFailed operations that were applied with an error, such as a missing id
 * @param opsReplayed operations applied again from the log when a collection was opened
 * @param logSyncs group commits
 * @param logRecords operations made durable
 * @param logBytes bytes written to logs
 * @param logSyncMicros time spent writing and syncing logs
 * @param refreshes new views made for searches
 * @param commits Lucene commits
 * @param opens collections opened
 * @param evictions collections closed because they were idle or too many were open
 * @param merges segment merges finished
 * @param scrubs passes in which everything stored was compared with its checksums
 * @param scrubbedBytes bytes read for that
 * @param damages damaged places found
 * @param openCollections collections open now
 * @param offHeapBudgetBytes off-heap bytes that graph builds and unflushed vectors may take
 * @param offHeapUsedBytes what they take now
 * @param offHeapRefusals how often something did not fit, and was put off or done without a graph
 */
public record EngineStats(
    long opsApplied,
    long opsFailed,
    long opsReplayed,
    long logSyncs,
    long logRecords,
    long logBytes,
    long logSyncMicros,
    long refreshes,
    long commits,
    long opens,
    long evictions,
    long merges,
    long scrubs,
    long scrubbedBytes,
    long damages,
    int openCollections,
    long offHeapBudgetBytes,
    long offHeapUsedBytes,
    long offHeapRefusals) {}
