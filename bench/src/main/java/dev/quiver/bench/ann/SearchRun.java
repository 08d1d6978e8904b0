package dev.quiver.bench.ann;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Passes over the queries in a row, timed. For one thread; run it once.
 *
 * @param <F> the contender's own form of a filter
 */
final class SearchRun<F> {
  /**
   * Queries that a thread takes at once: the results of single ones would lie in cache lines that
   * other threads write to.
   */
  private static final int TAKEN = 16;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Contender<F> contender;
  private final float[][] queries;
  private final int k;
  private final int parameter;
  private final @Nullable List<F> filters;
  private final int searches;
  private final int[] found;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicLong cpuNanos = new AtomicLong();
  private final AtomicLong allocatedBytes = new AtomicLong();
  private final AtomicLong distances = new AtomicLong();
  private long wallNanos;

  /**
   * @param filters one per query, or null
   * @param times how often each query is searched
   */
  SearchRun(
      Contender<F> contender,
      float[][] queries,
      int k,
      int parameter,
      @Nullable List<F> filters,
      int times) {
    this.contender = contender;
    this.queries = queries;
    this.k = k;
    this.parameter = parameter;
    this.filters = filters;
    this.searches = Math.multiplyExact(queries.length, times);
    this.found = new int[Math.multiplyExact(queries.length, k)];
  }

  void run(int threads) throws IOException {
    if (threads == 1) {
      Searcher<F> searcher = contender.searcher();
      long started = System.nanoTime();
      searchAll(searcher);
      wallNanos = System.nanoTime() - started;
      return;
    }
    List<Searcher<F>> searchers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      searchers.add(contender.searcher());
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      long started = System.nanoTime();
      List<Future<?>> running = new ArrayList<>();
      for (Searcher<F> searcher : searchers) {
        running.add(
            pool.submit(
                () -> {
                  searchAll(searcher);
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
      wallNanos = System.nanoTime() - started;
    } catch (ExecutionException e) {
      throw new IOException("a search failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while searching", e);
    }
  }

  /** Searches what no other thread has taken. */
  private void searchAll(Searcher<F> searcher) throws IOException {
    long counted = 0;
    long cpu = THREADS.getCurrentThreadCpuTime();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    for (int from = next.getAndAdd(TAKEN); from < searches; from = next.getAndAdd(TAKEN)) {
      int before = Math.min(searches, from + TAKEN);
      for (int i = from; i < before; i++) {
        int q = i % queries.length;
        F filter = filters == null ? null : filters.get(q);
        counted += searcher.search(queries[q], k, parameter, filter, found, q * k);
      }
    }
    allocatedBytes.addAndGet(THREADS.getCurrentThreadAllocatedBytes() - allocated);
    cpuNanos.addAndGet(THREADS.getCurrentThreadCpuTime() - cpu);
    distances.addAndGet(counted);
  }

  double wallSeconds() {
    return wallNanos / 1e9;
  }

  /** Of the threads that searched, together. */
  double cpuSeconds() {
    return cpuNanos.get() / 1e9;
  }

  /** Negative when the contender doesn't count. */
  double distancesPerQuery() {
    return (double) distances.get() / searches;
  }

  double allocatedBytesPerQuery() {
    return (double) allocatedBytes.get() / searches;
  }

  /** {@code k} row numbers per query. */
  int[] found() {
    return found;
  }
}
