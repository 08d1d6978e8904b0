package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;

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
    FutureTask<T> task = new FutureTask<>(RequestIds.carried(search));
    execute(task);
    return await(task, operation, timeout);
  }

  /**
   * Runs a batch of searches, as many at a time as there are threads, and waits for all.
   *
   * @return results by index
   * @throws QuiverException as {@link #run}: what the first failing search throws
   */
  public <T> List<T> runAll(String operation, Duration timeout, int count, IntFunction<T> search) {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    AtomicBoolean stopped = new AtomicBoolean();
    int strides = Math.min(count, threadCount());
    List<FutureTask<List<T>>> tasks = new ArrayList<>(strides);
    for (int first = 0; first < strides; first++) {
      int start = first;
      tasks.add(
          new FutureTask<>(
              RequestIds.carried(
                  () -> {
                    List<T> results = new ArrayList<>();
                    for (int i = start; i < count && !stopped.get(); i += strides) {
                      results.add(search.apply(i));
                    }
                    return results;
                  })));
    }
    try {
      tasks.forEach(this::execute);
      List<List<T>> byStride = new ArrayList<>(strides);
      for (FutureTask<List<T>> task : tasks) {
        byStride.add(await(task, operation, Duration.ofNanos(deadlineNanos - System.nanoTime())));
      }
      List<T> results = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        results.add(byStride.get(i % strides).get(i / strides));
      }
      return results;
    } finally {
      stopped.set(true);
      for (FutureTask<List<T>> task : tasks) {
        if (!task.isDone()) {
          task.cancel(false);
          threads.remove(task);
        }
      }
    }
  }

  /**
   * Runs a search without waiting for it.
   *
   * @param search answers its caller by itself, errors included
   * @throws QuiverException {@link ErrorCode#OVERLOADED} when the queue is full
   */
  public void execute(Runnable search) {
    try {
      threads.execute(search);
    } catch (RejectedExecutionException e) {
      rejected.increment();
      throw new QuiverException(
          ErrorCode.OVERLOADED,
          threads.isShutdown()
              ? "the server is shutting down"
              : "too many searches are waiting (" + threads.getQueue().size() + "); try again",
          e);
    }
  }

  private <T> T await(FutureTask<T> task, String operation, Duration timeout) {
    try {
      return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      task.cancel(false);
      threads.remove(task);
      timedOut.increment();
      throw new QuiverException(
          ErrorCode.TIMEOUT,
          "Operation '" + operation + "' timed out after " + timeout.toMillis() + " ms",
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
