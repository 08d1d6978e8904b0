package dev.quiver.engine;

import dev.quiver.engine.wal.LogClock;
import dev.quiver.lucene.OffHeapBudget;
import dev.quiver.lucene.VectorsConfig;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What all shards of an engine share: threads, memory and counters. Idle threads end by themselves.
 * Whoever made it closes it, after the shards.
 */
final class EngineResources implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final EngineOptions options;
  private final EngineMetrics metrics = new EngineMetrics();
  private final LogClock clock;
  private final ExecutorService merging;
  private final ExecutorService building;
  private final ExecutorService upkeep;
  private final OffHeapBudget offHeap;
  private final VectorsConfig vectors;
  private final DiskReserve reserve;

  EngineResources(EngineOptions options) {
    this.options = options;
    reserve = new DiskReserve(options.files());
    Background background = options.background();
    clock = new LogClock(background::now);
    merging = background.pool("quiver-merge", options.mergeThreads());
    building = background.pool("quiver-build", options.buildThreads());
    upkeep = background.pool("quiver-upkeep", Math.max(2, options.buildThreads()));
    // Writing must go on while graphs are built: a quarter is kept for it.
    offHeap =
        new OffHeapBudget(
            options.offHeapBytes(), options.offHeapBytes() - options.offHeapBytes() / 4);
    vectors =
        VectorsConfig.defaults()
            .withBuildThreads(building, options.buildThreads())
            .withFullScanThreshold(options.fullScanThreshold())
            .withBudget(offHeap);
  }

  EngineOptions options() {
    return options;
  }

  Background background() {
    return options.background();
  }

  EngineMetrics metrics() {
    return metrics;
  }

  /** Gives the times of all changes of the store. */
  LogClock clock() {
    return clock;
  }

  VectorsConfig vectors() {
    return vectors;
  }

  /** Counters and what is in use now. */
  EngineStats stats(int openCollections) {
    return metrics.snapshot(openCollections, offHeap);
  }

  /** The space that commits will need on the disk. */
  DiskReserve reserve() {
    return reserve;
  }

  MergePool mergePool(DiskReserve.Share share) {
    return new MergePool(merging, options.mergeThreads(), background(), metrics, share);
  }

  /** Runs applying in the background, commits and evictions. */
  ExecutorService upkeep() {
    return upkeep;
  }

  @Override
  public void close() {
    stop(upkeep);
    stop(merging);
    stop(building);
  }

  private static void stop(ExecutorService pool) {
    pool.shutdown();
    try {
      if (!pool.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        pool.shutdownNow();
      }
    } catch (InterruptedException e) {
      pool.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
