package dev.quiver.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeScheduler;
import org.apache.lucene.index.MergeTrigger;
import org.apache.lucene.store.AlreadyClosedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one shard's merges on an executor that all shards share, so that an idle shard has no thread
 * and many shards together have no more than the executor.
 */
final class MergePool extends MergeScheduler {
  private static final Logger LOG = LoggerFactory.getLogger(MergePool.class);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final ExecutorService executor;
  private final int mostWorkers;
  private final Background background;
  private final EngineMetrics metrics;
  private final DiskReserve.Share disk;
  private final AtomicInteger workers = new AtomicInteger();
  private final AtomicLong finished = new AtomicLong();
  private final MergeLog log = new MergeLog();

  /** When the last merge found no room in memory or on disk; 0 when one was finished since. */
  private volatile long refusedNanos;

  MergePool(
      ExecutorService executor,
      int mostWorkers,
      Background background,
      EngineMetrics metrics,
      DiskReserve.Share disk) {
    this.executor = executor;
    this.disk = disk;
    this.background = background;
    this.mostWorkers = mostWorkers;
    this.metrics = metrics;
  }

  /** Whether merges run or wait. */
  boolean busy() {
    return workers.get() > 0;
  }

  /** Merges of this shard that have been finished. */
  long finished() {
    return finished.get();
  }

  /** Whether a merge found no room, and may now be tried again. */
  boolean retryDue() {
    long refused = refusedNanos;
    return refused != 0 && background.nanoTime() - refused > RETRY_AFTER.toNanos();
  }

  @Override
  public void merge(MergeSource source, MergeTrigger trigger) {
    while (source.hasPendingMerges()) {
      int running = workers.get();
      if (running >= mostWorkers) {
        return;
      }
      if (workers.compareAndSet(running, running + 1)) {
        try {
          executor.execute(() -> work(source));
        } catch (RejectedExecutionException e) {
          // The engine is closing; what is not merged now will be after the next start.
          workers.decrementAndGet();
        }
        return;
      }
    }
  }

  private void work(MergeSource source) {
    try {
      for (MergePolicy.OneMerge merge = source.getNextMerge();
          merge != null;
          merge = source.getNextMerge()) {
        if (merge(source, merge)) {
          finished.incrementAndGet();
          refusedNanos = 0;
          metrics.merges.increment();
        } else {
          refusedNanos = Math.max(1, background.nanoTime());
        }
      }
    } catch (MergePolicy.MergeAbortedException | AlreadyClosedException e) {
      LOG.debug("merge given up: the collection closes", e);
      return;
    } catch (IOException | RuntimeException e) {
      LOG.error("a merge failed; its segments stay as they were", e);
      return;
    } finally {
      workers.decrementAndGet();
    }
    // A merge that was registered between the last look and the count going down.
    merge(source, MergeTrigger.EXPLICIT);
  }

  /**
   * Returns whether it was done. Lucene takes a merge that gives itself up for a merge that nobody
   * wanted any more, and says nothing.
   */
  private boolean merge(MergeSource source, MergePolicy.OneMerge merge) throws IOException {
    UUID id = log.started(merge);
    @Nullable String error = "given up";
    @Nullable String shortage = disk.shortage(merge.estimatedMergeBytes);
    if (shortage != null) {
      LOG.info("a merge is put off: {}", shortage);
      error = shortage;
      merge.setAborted();
    }
    try {
      source.merge(merge);
      boolean done = shortage == null && SegmentTidying.succeeded(merge);
      if (done) {
        error = null;
      }
      return done;
    } catch (IOException | RuntimeException e) {
      error = String.valueOf(e.getMessage());
      throw e;
    } finally {
      log.ended(id, error);
    }
  }

  MergeLog log() {
    return log;
  }

  @Override
  public void close() {}
}
