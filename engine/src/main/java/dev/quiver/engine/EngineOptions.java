package dev.quiver.engine;

import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.FileOps;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * How an {@link Engine} works.
 *
 * @param idleTimeout an open collection that nobody used for so long is closed
 * @param maxOpenCollections above it, the least recently used collection is closed first
 * @param flushInterval changes are committed at the latest so long after they were applied; until
 *     then the log alone holds them durably
 * @param staleness how old the view may be that a search sees of writes without {@code wait}
 * @param logSegmentBytes size at which a log segment is full
 * @param indexingBufferBytes heap and off-heap bytes that all collections' unflushed documents may
 *     take together
 * @param offHeapBytes off-heap bytes that graph builds and unflushed vectors may take together;
 *     mapped files are the page cache's and do not count
 * @param mergeThreads merges that run at once
 * @param buildThreads threads over which one graph build is spread
 * @param fullScanThreshold segments with fewer vectors are scanned and get no graph
 * @param files how files are written; tests put faults there
 * @param recovery told how far the recovery at start is
 */
public record EngineOptions(
    Duration idleTimeout,
    int maxOpenCollections,
    Duration flushInterval,
    Duration staleness,
    long logSegmentBytes,
    long indexingBufferBytes,
    long offHeapBytes,
    int mergeThreads,
    int buildThreads,
    int fullScanThreshold,
    FileOps files,
    RecoveryListener recovery) {

  /** Told of the collections whose log is ahead of their commit, as they are recovered. */
  public interface RecoveryListener {
    RecoveryListener NONE = (name, done, total) -> {};

    /** One more collection is ready, or was found to be unable to: that is in the log. */
    void recovered(String collection, int done, int total);
  }

  public EngineOptions {
    if (maxOpenCollections < 1) {
      throw new IllegalArgumentException(
          "maxOpenCollections: " + maxOpenCollections + " (expected: >= 1)");
    }
    if (offHeapBytes < 1) {
      throw new IllegalArgumentException("offHeapBytes: " + offHeapBytes + " (expected: >= 1)");
    }
    if (mergeThreads < 1 || buildThreads < 1) {
      throw new IllegalArgumentException(
          "mergeThreads: "
              + mergeThreads
              + ", buildThreads: "
              + buildThreads
              + " (expected: >= 1)");
    }
  }

  public static EngineOptions defaults() {
    int cores = Runtime.getRuntime().availableProcessors();
    return new EngineOptions(
        Duration.ofSeconds(60),
        512,
        Duration.ofSeconds(5),
        Duration.ofMillis(100),
        32L << 20,
        Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 8),
        defaultOffHeapBytes(),
        Math.max(1, cores / 2),
        cores,
        10_000,
        DiskFiles.INSTANCE,
        RecoveryListener.NONE);
  }

  public EngineOptions withIdleTimeout(Duration value) {
    return new EngineOptions(
        value,
        maxOpenCollections,
        flushInterval,
        staleness,
        logSegmentBytes,
        indexingBufferBytes,
        offHeapBytes,
        mergeThreads,
        buildThreads,
        fullScanThreshold,
        files,
        recovery);
  }

  public EngineOptions withMaxOpenCollections(int value) {
    return new EngineOptions(
        idleTimeout,
        value,
        flushInterval,
        staleness,
        logSegmentBytes,
        indexingBufferBytes,
        offHeapBytes,
        mergeThreads,
        buildThreads,
        fullScanThreshold,
        files,
        recovery);
  }

  public EngineOptions withFlushInterval(Duration value) {
    return new EngineOptions(
        idleTimeout,
        maxOpenCollections,
        value,
        staleness,
        logSegmentBytes,
        indexingBufferBytes,
        offHeapBytes,
        mergeThreads,
        buildThreads,
        fullScanThreshold,
        files,
        recovery);
  }

  public EngineOptions withLogSegmentBytes(long value) {
    return new EngineOptions(
        idleTimeout,
        maxOpenCollections,
        flushInterval,
        staleness,
        value,
        indexingBufferBytes,
        offHeapBytes,
        mergeThreads,
        buildThreads,
        fullScanThreshold,
        files,
        recovery);
  }

  public EngineOptions withIndexingBufferBytes(long value) {
    return new EngineOptions(
        idleTimeout,
        maxOpenCollections,
        flushInterval,
        staleness,
        logSegmentBytes,
        value,
        offHeapBytes,
        mergeThreads,
        buildThreads,
        fullScanThreshold,
        files,
        recovery);
  }

  public EngineOptions withOffHeapBytes(long value) {
    return new EngineOptions(
        idleTimeout,
        maxOpenCollections,
        flushInterval,
        staleness,
        logSegmentBytes,
        indexingBufferBytes,
        value,
        mergeThreads,
        buildThreads,
        fullScanThreshold,
        files,
        recovery);
  }

  /**
   * A quarter of the memory that the heap leaves of the machine (or of the container), and 256 MiB
   * at least: the rest is for mapped vectors and graphs in the page cache.
   */
  public static long defaultOffHeapBytes() {
    long physical =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 2 * Runtime.getRuntime().maxMemory();
    return Math.max(256L << 20, (physical - Runtime.getRuntime().maxMemory()) / 4);
  }

  public EngineOptions withFullScanThreshold(int value) {
    return new EngineOptions(
        idleTimeout,
        maxOpenCollections,
        flushInterval,
        staleness,
        logSegmentBytes,
        indexingBufferBytes,
        offHeapBytes,
        mergeThreads,
        buildThreads,
        value,
        files,
        recovery);
  }

  public EngineOptions withFiles(FileOps value) {
    return new EngineOptions(
        idleTimeout,
        maxOpenCollections,
        flushInterval,
        staleness,
        logSegmentBytes,
        indexingBufferBytes,
        offHeapBytes,
        mergeThreads,
        buildThreads,
        fullScanThreshold,
        value,
        recovery);
  }

  public EngineOptions withRecovery(RecoveryListener value) {
    return new EngineOptions(
        idleTimeout,
        maxOpenCollections,
        flushInterval,
        staleness,
        logSegmentBytes,
        indexingBufferBytes,
        offHeapBytes,
        mergeThreads,
        buildThreads,
        fullScanThreshold,
        files,
        value);
  }
}
