package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * The threads that searches run on: as many as there are cores, since a search computes and never
 * waits. REST and gRPC share one pool. The queue in front of it is bounded; what does not fit is
 * refused at once, so that overload costs the new caller an error and nobody a growing wait.
 *
 * <p>Thread-safe. Whoever creates the pool closes it.
 */
public final class SearchPool implements AutoCloseable {
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

  private final ThreadPoolExecutor threads;
  private final LongAdder rejected = new LongAdder();
  private final LongAdder timedOut = new LongAdder();

  /**
   * @param threadCount usually the number of cores
   * @param queueCapacity searches that may wait for a thread
   */
  public SearchPool(int threadCount, int queueCapacity) {
    this.threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            0,
            TimeUnit.MILLISECONDS,
            new ArrayBlockingQueue<>(queueCapacity),
            Thread.ofPlatform().name("search-", 0).daemon().factory());
  }

  /** A pool for this machine. */
  public static SearchPool ofCores() {
    int cores = Runtime.getRuntime().availableProcessors();
    return new SearchPool(cores, 512 * cores);
  }

  /**
   * Runs a search and waits for it.
   *
   * @param timeout for waiting in the queue and searching; a search that has started when it passes
   *     is not interrupted (that would close the files under it) but its result is dropped
   * @throws QuiverException what the search throws; {@link ErrorCode#OVERLOADED} when the queue is
   *     full; {@link ErrorCode#TIMEOUT} when the time is over
   */
  public <T> T run(String operation, Duration timeout, Callable<T> search) {
    FutureTask<T> task = new FutureTask<>(search);
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      rejected.increment();
      throw new QuiverException(
          ErrorCode.OVERLOADED,
          threads.isShutdown()
              ? "the server is shutting down"
              : "too many searches are waiting (" + threads.getQueue().size() + "); try again",
          e);
    }
    try {
      return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      task.cancel(false);
      threads.remove(task);
      timedOut.increment();
      throw new QuiverException(
          ErrorCode.TIMEOUT,
          "Operation '" + operation + "' timed out after " + timeout.toSeconds() + " seconds",
          e);
    } catch (InterruptedException e) {
      task.cancel(false);
      threads.remove(task);
      Thread.currentThread().interrupt();
      throw new QuiverException(ErrorCode.TIMEOUT, "interrupted while searching", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof QuiverException known) {
        throw known;
      }
      throw new QuiverException(ErrorCode.INTERNAL, operation + " failed: " + e.getCause(), e);
    }
  }

  /** Searches that wait for a thread. */
  public int queued() {
    return threads.getQueue().size();
  }

  /** Searches that run. */
  public int active() {
    return threads.getActiveCount();
  }

  public int threadCount() {
    return threads.getMaximumPoolSize();
  }

  public long rejectedTotal() {
    return rejected.sum();
  }

  public long timedOutTotal() {
    return timedOut.sum();
  }

  /** Refuses new searches and waits for those that were taken, within bounds. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.getQueue().clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
