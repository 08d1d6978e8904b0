package dev.quiver.embed;

import dev.quiver.embed.EmbedException.Reason;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that embed, and the bounded queue before them, shared by all models of one {@link
 * Embedders}.
 *
 * <p>The queue holds calls, not texts. A thread takes the call at the head, claims its next text,
 * puts the call back at the tail if more texts are left, and only then embeds. So calls take turns
 * text by text: a query waits for one text of each call before it, not for all ten thousand texts
 * of an import; and the texts of a lone call spread over all threads.
 *
 * <p>Bounded by permits, one per text, taken before a call enters and given back when its caller
 * leaves. Threads start on demand and end after ten idle seconds.
 */
final class EmbedPool implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  /** A worker is at most one text away from noticing; the longest takes a fraction of a second. */
  private static final long CLOSE_SECONDS = 30;

  private final Duration defaultTimeout;
  private final int maxPendingTexts;
  private final Semaphore permits;
  private final ThreadPoolExecutor executor;

  EmbedPool(EmbedSettings settings) {
    this.defaultTimeout = settings.timeout();
    this.maxPendingTexts = settings.maxPendingTexts();
    this.permits = new Semaphore(maxPendingTexts);
    ThreadFactory threads = Thread.ofPlatform().name("quiver-embed-", 0).daemon().factory();
    this.executor =
        new ThreadPoolExecutor(
            settings.threads(),
            settings.threads(),
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads);
    executor.allowCoreThreadTimeOut(true);
  }

  Duration defaultTimeout() {
    return defaultTimeout;
  }

  /** Texts waiting or in work. */
  int pendingTexts() {
    return maxPendingTexts - permits.availablePermits();
  }

  /** Calls that wait for a thread, among them those whose other texts are in work. */
  int waitingCalls() {
    return executor.getQueue().size();
  }

  /**
   * Does {@code work} for 0 to {@code count - 1} on the pool's threads, in about that order, and
   * waits until all are done. When it throws, work that had not begun never will; one text per
   * thread may still be finishing.
   */
  void run(int count, EmbedCall.Work work, Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new EmbedException(
          Reason.INVALID_INPUT, "timeout: " + timeout + " (expected: more than zero)");
    }
    if (count > maxPendingTexts) {
      throw new EmbedException(
          Reason.INVALID_INPUT,
          "texts in one call: %d (expected: at most %d); send them in several calls"
              .formatted(count, maxPendingTexts));
    }
    if (count == 0) {
      return;
    }
    if (!permits.tryAcquire(count)) {
      throw new EmbedException(
          Reason.OVERLOADED,
          "embedding is overloaded: %d texts are pending and %d more were sent (limit: %d); try again later"
              .formatted(pendingTexts(), count, maxPendingTexts));
    }
    try {
      EmbedCall call = new EmbedCall(count, work, executor);
      try {
        executor.execute(call);
      } catch (RejectedExecutionException e) {
        throw closed();
      }
      call.await(timeout);
    } finally {
      permits.release(count);
    }
  }

  static EmbedException closed() {
    return new EmbedException(Reason.CLOSED, "the embedder is closed");
  }

  /** Fails what waits, and waits for the texts in work. */
  @Override
  public void close() {
    for (Runnable waiting : executor.shutdownNow()) {
      if (waiting instanceof EmbedCall call) {
        call.fail(closed());
      }
    }
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    try {
      while (!executor.isTerminated()) {
        try {
          if (!executor.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw new EmbedException(
                Reason.INTERNAL, "embedding threads did not end within " + CLOSE_SECONDS + " s");
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
