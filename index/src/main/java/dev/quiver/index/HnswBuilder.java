package dev.quiver.index;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds the graph of all vectors of a {@link VectorScoring}, from nothing or on top of an existing
 * graph. Configure, then call {@link #build} once.
 *
 * <p>With one thread the result is a function of vectors, parameters and seed, byte for byte. With
 * more threads it is as good but not the same each time. When it ends, every node can be reached
 * from the entry point. The caller closes the graph; a build that fails frees everything itself.
 */
public final class HnswBuilder {
  /** The first nodes are inserted by one thread: many at once would find nothing to link to. */
  private static final int SERIAL_START = 256;

  /** Ordinals that a thread claims at once. */
  private static final int CLAIM = 16;

  private final VectorScoring scoring;
  private final int size;
  private HnswParams params = HnswParams.DEFAULT;
  private int threads = 1;
  private @Nullable Executor executor;
  private long budgetBytes = Long.MAX_VALUE;
  private BuildListener listener = BuildListener.NONE;
  private @Nullable HnswGraph existing;
  private int[] oldToNew = new int[0];

  private HnswBuilder(VectorScoring scoring) {
    this.scoring = scoring;
    this.size = scoring.size();
  }

  /** A builder for the vectors that {@code scoring} has now. */
  public static HnswBuilder over(VectorScoring scoring) {
    return new HnswBuilder(scoring);
  }

  public HnswBuilder params(HnswParams newParams) {
    params = newParams;
    return this;
  }

  /** Threads that build, the calling one among them; at least 1. Default: 1. */
  public HnswBuilder threads(int newThreads) {
    if (newThreads < 1) {
      throw new IllegalArgumentException("threads: " + newThreads + " (expected: >= 1)");
    }
    threads = newThreads;
    return this;
  }

  /**
   * Where the threads beside the calling one come from; the caller owns it. It may be shared and
   * busy: what it doesn't start in time, the calling thread does itself. Default: a pool for each
   * build.
   */
  public HnswBuilder executor(Executor newExecutor) {
    executor = newExecutor;
    return this;
  }

  /** The build refuses to start if {@link #estimateBytes()} is more. Default: no limit. */
  public HnswBuilder budgetBytes(long newBudgetBytes) {
    budgetBytes = newBudgetBytes;
    return this;
  }

  public HnswBuilder listener(BuildListener newListener) {
    listener = newListener;
    return this;
  }

  /**
   * Starts from an existing graph and inserts only vectors that it doesn't cover.
   *
   * @param graph stays as it is; must stay open during the build
   * @param newOrdinals for each ordinal of {@code graph} the one of the same vector in this build,
   *     or -1 if it is gone
   * @throws IllegalArgumentException if the mapping doesn't fit the graph or this build's size, or
   *     uses an ordinal twice
   */
  public HnswBuilder extending(HnswGraph graph, int[] newOrdinals) {
    GraphExtension.checkMapping(graph, newOrdinals, size);
    existing = graph;
    oldToNew = newOrdinals;
    return this;
  }

  /** Memory that the build needs at its peak, graph included, vectors not. */
  public long estimateBytes() {
    return estimateBytes(size, params, threads);
  }

  /** Memory that a build of {@code size} vectors needs at its peak: graph and working memory. */
  public static long estimateBytes(int size, HnswParams params, int threads) {
    // What a walk has seen, its candidates, and a step's neighbours: up to eight lists.
    long perThread =
        (long) size + (size >> 2) + 64L * params.efConstruction() + 1024L * params.m() + 65_536;
    // 9 bytes per node: the spanning tree and queue of the reachability check, a mark.
    return HnswGraph.estimateBytes(size, params.m()) + threads * perThread + 9L * size;
  }

  /**
   * Builds.
   *
   * @throws MemoryBudgetException before anything is allocated, if the budget is too small
   * @throws CancellationException if the listener cancelled
   */
  public HnswGraph build() {
    long neededBytes = estimateBytes();
    if (neededBytes > budgetBytes) {
      throw new MemoryBudgetException(
          "building a graph of " + size + " vectors", neededBytes, budgetBytes);
    }
    HnswGraph graph = HnswGraph.growable(params.m());
    boolean built = false;
    try {
      graph.ensureSize(size);
      GraphInsertion shared = new GraphInsertion(graph, scoring, params);
      OrdinalBitSet covered = takeOver(shared);
      insertAll(shared, covered);
      new Connectivity(graph).repair(new Inserter(shared));
      graph.setGrowth(DistanceGrowth.measure(graph, scoring));
      built = true;
      return graph;
    } finally {
      if (!built) {
        graph.close();
      }
    }
  }

  private OrdinalBitSet takeOver(GraphInsertion shared) {
    HnswGraph from = existing;
    if (from == null) {
      return new OrdinalBitSet(size);
    }
    OrdinalBitSet covered = GraphExtension.checkMapping(from, oldToNew, size);
    GraphExtension extension = new GraphExtension(from, oldToNew, shared.graph);
    extension.createNodes();
    inParallel(
        0,
        from.size(),
        () -> extension.worker(new Inserter(shared))::takeOver,
        covered.cardinality());
    if (covered.cardinality() == 0) {
      return covered;
    }
    // Before a walk looks for a torn node's neighbours, it must be able to reach them.
    new Connectivity(shared.graph).repair(new Inserter(shared), covered);
    inParallel(
        0,
        size,
        () -> {
          Inserter inserter = new Inserter(shared);
          return ordinal -> {
            if (extension.isTorn(ordinal)) {
              inserter.relink(ordinal);
            }
          };
        },
        covered.cardinality());
    return covered;
  }

  private void insertAll(GraphInsertion shared, OrdinalBitSet covered) {
    AtomicInteger inserted = new AtomicInteger(covered.cardinality());
    Supplier<IntConsumer> inserters =
        () -> {
          Inserter inserter = new Inserter(shared);
          return ordinal -> {
            if (!covered.accepts(ordinal)) {
              inserter.insert(ordinal);
              listener.onProgress(inserted.incrementAndGet(), size);
            }
          };
        };
    int serialEnd = covered.cardinality() >= SERIAL_START ? 0 : Math.min(size, SERIAL_START);
    IntConsumer first = inserters.get();
    for (int ordinal = 0; ordinal < serialEnd; ordinal++) {
      checkCancelled();
      first.accept(ordinal);
    }
    inParallel(serialEnd, size, inserters, size - serialEnd);
  }

  /** Runs one worker per thread over all ordinals from {@code start} to {@code end - 1}. */
  private void inParallel(int start, int end, Supplier<IntConsumer> workers, int work) {
    AtomicInteger next = new AtomicInteger(start);
    AtomicBoolean failed = new AtomicBoolean();
    Runnable claimAll =
        () -> {
          try {
            IntConsumer worker = workers.get();
            while (!failed.get()) {
              int from = next.getAndAdd(CLAIM);
              if (from >= end || from < 0) {
                return;
              }
              checkCancelled();
              for (int ordinal = from; ordinal < Math.min(end, from + CLAIM); ordinal++) {
                worker.accept(ordinal);
              }
            }
          } catch (RuntimeException | Error failure) {
            failed.set(true);
            throw failure;
          }
        };
    if (threads == 1 || work < SERIAL_START) {
      claimAll.run();
      return;
    }
    Executor shared = executor;
    if (shared != null) {
      runShared(claimAll, shared, failed);
      return;
    }
    try (ExecutorService pool =
        Executors.newFixedThreadPool(
            threads - 1, Thread.ofPlatform().name("quiver-build-", 0).daemon().factory())) {
      runShared(claimAll, pool, failed);
    }
  }

  /** Runs on this thread and on those that the executor lends, and waits for all that began. */
  private void runShared(Runnable claimAll, Executor lender, AtomicBoolean failed) {
    List<Helper> helpers = new ArrayList<>();
    try {
      for (int i = 1; i < threads; i++) {
        Helper helper = new Helper(claimAll);
        helpers.add(helper);
        lender.execute(helper);
      }
      claimAll.run();
    } catch (RuntimeException | Error failure) {
      failed.set(true);
      for (Helper helper : helpers) {
        helper.withdrawOrAwait(failed);
      }
      throw failure;
    }
    boolean interrupted = false;
    for (Helper helper : helpers) {
      interrupted |= helper.withdrawOrAwait(failed);
    }
    for (Helper helper : helpers) {
      helper.rethrow();
    }
    if (interrupted) {
      throw new CancellationException("build of " + size + " vectors interrupted");
    }
  }

  /** Work given to an executor, which can be taken back as long as it hasn't begun. */
  private static final class Helper implements Runnable {
    private final Runnable work;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Throwable failure;

    Helper(Runnable work) {
      this.work = work;
    }

    @Override
    public void run() {
      if (!taken.compareAndSet(false, true)) {
        return;
      }
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        ended.countDown();
      }
    }

    /**
     * After this the work doesn't run and won't: it uses memory that somebody is about to free.
     *
     * @return whether the wait was interrupted, which makes the others stop early
     */
    boolean withdrawOrAwait(AtomicBoolean failed) {
      if (taken.compareAndSet(false, true)) {
        return false;
      }
      boolean interrupted = false;
      while (true) {
        try {
          ended.await();
          break;
        } catch (InterruptedException interruption) {
          interrupted = true;
          failed.set(true);
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return interrupted;
    }

    void rethrow() {
      Throwable thrown = failure;
      if (thrown instanceof RuntimeException runtimeException) {
        throw runtimeException;
      }
      if (thrown instanceof Error error) {
        throw error;
      }
    }
  }

  private void checkCancelled() {
    if (listener.cancelled()) {
      throw new CancellationException("build of " + size + " vectors cancelled");
    }
  }
}
