package dev.quiver.embed;

import dev.quiver.embed.EmbedException.Reason;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One caller's texts on their way through the pool. Each {@link #run} does one of them, after it
 * has queued the call again for the next; at any time the call stands in the queue at most once.
 */
final class EmbedCall implements Runnable {
  /** What to do for one text. */
  interface Work {
    void embed(int index) throws Exception;
  }

  private final int count;
  private final Work work;
  private final Executor executor;
  private final AtomicInteger claimed = new AtomicInteger();
  private final AtomicInteger unfinished;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final CountDownLatch done = new CountDownLatch(1);

  EmbedCall(int count, Work work, Executor executor) {
    this.count = count;
    this.work = work;
    this.executor = executor;
    this.unfinished = new AtomicInteger(count);
  }

  @Override
  public void run() {
    if (failure.get() != null) {
      return;
    }
    int index = claimed.getAndIncrement();
    try {
      if (index + 1 < count) {
        executor.execute(this);
      }
      work.embed(index);
    } catch (RejectedExecutionException e) {
      fail(EmbedPool.closed());
    } catch (Throwable e) {
      // The waiting caller gets it, whatever it is: an Error that ended this thread alone would
      // leave the caller waiting.
      fail(e);
    }
    if (unfinished.decrementAndGet() == 0) {
      done.countDown();
    }
  }

  /** Ends the call with this failure, unless it has failed before. */
  void fail(Throwable cause) {
    failure.compareAndSet(null, cause);
    done.countDown();
  }

  void await(Duration timeout) {
    try {
      if (!done.await(saturatedNanos(timeout), TimeUnit.NANOSECONDS)) {
        fail(
            new EmbedException(
                Reason.DEADLINE_EXCEEDED,
                "embedding %d texts took longer than %s; %d were done"
                    .formatted(count, timeout, count - unfinished.get())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(new EmbedException(Reason.INTERRUPTED, "interrupted while embedding", e));
    }
    Throwable cause = failure.get();
    if (cause instanceof EmbedException own) {
      throw own;
    }
    if (cause != null) {
      throw new EmbedException(Reason.INTERNAL, "embedding failed: " + cause, cause);
    }
  }

  private static long saturatedNanos(Duration timeout) {
    return timeout.compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0
        ? timeout.toNanos()
        : Long.MAX_VALUE;
  }
}
