package dev.quiver.engine;

import dev.quiver.engine.wal.DiskFiles;
import dev.quiver.engine.wal.FileOps;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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
 * @param adaptiveSearch whether a walk of a graph ends by what is near the query, not after exactly
 *     so many candidates
 * @param resultPayloadBytes bytes of payloads, as JSON, that the answer to one request may hold
 * @param checkedOnOpenBytes index files up to this size are compared with their checksums when a
 *     collection is first opened; larger ones are left to the scrubber
 * @param scrubBytesPerSecond how fast the scrubber reads; 0: there is none
 * @param scrubInterval from the begin of one pass of the scrubber to that of the next
 * @param environment the label of a store that is made anew, and that one which exists must have;
 *     null: {@code development}, or what the store says
 * @param trashRetention how long a dropped collection can be brought back; zero: not at all
 * @param auditRetention how long the audit log goes back at least; zero: to its beginning
 * @param files everything that is done with the disk; tests put faults there
 * @param background the threads and the clock; a simulation has its own
 * @param archiving whether logs are kept until {@link Backups} has archived them
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
    boolean adaptiveSearch,
    long resultPayloadBytes,
    long checkedOnOpenBytes,
    long scrubBytesPerSecond,
    Duration scrubInterval,
    @Nullable String environment,
    Duration trashRetention,
    Duration auditRetention,
    FileOps files,
    Background background,
    boolean archiving,
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
    if (resultPayloadBytes < 1) {
      throw new IllegalArgumentException(
          "resultPayloadBytes: " + resultPayloadBytes + " (expected: >= 1)");
    }
    if (trashRetention.isNegative() || auditRetention.isNegative()) {
      throw new IllegalArgumentException(
          "trashRetention: "
              + trashRetention
              + ", auditRetention: "
              + auditRetention
              + " (expected: not negative)");
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
    return builder().build();
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
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

  /**
   * Gathers options; what is not set keeps its default. Values are checked together by {@link
   * #build}. Not thread-safe.
   */
  public static final class Builder {
    private Duration idleTimeout = Duration.ofSeconds(60);
    private int maxOpenCollections = 512;
    private Duration flushInterval = Duration.ofSeconds(5);
    private Duration staleness = Duration.ofMillis(100);
    private long logSegmentBytes = 32L << 20;
    private long indexingBufferBytes = Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 8);
    private long offHeapBytes = defaultOffHeapBytes();
    private int mergeThreads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    private int buildThreads = Runtime.getRuntime().availableProcessors();
    private int fullScanThreshold = 10_000;
    private boolean adaptiveSearch = true;
    private long resultPayloadBytes = Math.max(8L << 20, Runtime.getRuntime().maxMemory() / 16);
    private long checkedOnOpenBytes = 64L << 20;
    private long scrubBytesPerSecond;
    private Duration scrubInterval = Duration.ofHours(24);
    private @Nullable String environment;
    private Duration trashRetention = Duration.ofDays(7);
    private Duration auditRetention = Duration.ofDays(365);
    private FileOps files = DiskFiles.INSTANCE;
    private Background background = Background.THREADS;
    private boolean archiving;
    private RecoveryListener recovery = RecoveryListener.NONE;

    private Builder() {}

    public Builder idleTimeout(Duration value) {
      this.idleTimeout = value;
      return this;
    }

    public Builder maxOpenCollections(int value) {
      this.maxOpenCollections = value;
      return this;
    }

    public Builder flushInterval(Duration value) {
      this.flushInterval = value;
      return this;
    }

    public Builder staleness(Duration value) {
      this.staleness = value;
      return this;
    }

    public Builder logSegmentBytes(long value) {
      this.logSegmentBytes = value;
      return this;
    }

    public Builder indexingBufferBytes(long value) {
      this.indexingBufferBytes = value;
      return this;
    }

    public Builder offHeapBytes(long value) {
      this.offHeapBytes = value;
      return this;
    }

    public Builder mergeThreads(int value) {
      this.mergeThreads = value;
      return this;
    }

    public Builder buildThreads(int value) {
      this.buildThreads = value;
      return this;
    }

    public Builder adaptiveSearch(boolean value) {
      this.adaptiveSearch = value;
      return this;
    }

    public Builder fullScanThreshold(int value) {
      this.fullScanThreshold = value;
      return this;
    }

    public Builder resultPayloadBytes(long value) {
      this.resultPayloadBytes = value;
      return this;
    }

    public Builder checkedOnOpenBytes(long value) {
      this.checkedOnOpenBytes = value;
      return this;
    }

    public Builder scrubBytesPerSecond(long value) {
      this.scrubBytesPerSecond = value;
      return this;
    }

    public Builder scrubInterval(Duration value) {
      this.scrubInterval = value;
      return this;
    }

    public Builder environment(@Nullable String value) {
      this.environment = value;
      return this;
    }

    public Builder trashRetention(Duration value) {
      this.trashRetention = value;
      return this;
    }

    public Builder auditRetention(Duration value) {
      this.auditRetention = value;
      return this;
    }

    public Builder files(FileOps value) {
      this.files = value;
      return this;
    }

    public Builder background(Background value) {
      this.background = value;
      return this;
    }

    public Builder archiving(boolean value) {
      this.archiving = value;
      return this;
    }

    public Builder recovery(RecoveryListener value) {
      this.recovery = value;
      return this;
    }

    /**
     * @throws IllegalArgumentException when a value is out of its range
     */
    public EngineOptions build() {
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
          adaptiveSearch,
          resultPayloadBytes,
          checkedOnOpenBytes,
          scrubBytesPerSecond,
          scrubInterval,
          environment,
          trashRetention,
          auditRetention,
          files,
          background,
          archiving,
          recovery);
    }
  }
}
