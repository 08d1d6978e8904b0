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

/** The threads of one build: the calling one, and those that an executor lends to it. */
final class BuildThreads {
  /** Ordinals that a thread claims at once. */
  private static final int CLAIM = 16;

  /** With less to do, other threads would only cost. */
  private static final int WORK_MIN = 256;

  private final int threads;
  private final @Nullable Executor executor;
  private final Runnable checkCancelled;
  private final String what;

  /**
   * @param threads the calling one among them
   * @param executor where the others come from; null makes a pool for each run
   * @param checkCancelled throws when the build is to end
   * @param what the build, for the message when it is interrupted
   */
  BuildThreads(int threads, @Nullable Executor executor, Runnable checkCancelled, String what) {
    this.threads = threads;
    this.executor = executor;
    this.checkCancelled = checkCancelled;
    this.what = what;
  }

  /**
   * Runs one worker per thread over all ordinals from {@code start} to {@code end - 1}.
   *
   * @param work how many of them there is something to do for; a few are left to this thread
   */
  void run(int start, int end, Supplier<IntConsumer> workers, int work) {
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
              checkCancelled.run();
              for (int ordinal = from; ordinal < Math.min(end, from + CLAIM); ordinal++) {
                worker.accept(ordinal);
              }
            }
          } catch (RuntimeException | Error failure) {
            failed.set(true);
            throw failure;
          }
        };
    if (threads == 1 || work < WORK_MIN) {
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
      throw new CancellationException(what + " interrupted");
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
}
