package dev.quiver.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Background} of a real process. Thread-safe, without state. */
final class BackgroundThreads implements Background {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundThreads.class);
  private static final Duration THREAD_IDLE = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public UUID randomId() {
    return UUID.randomUUID();
  }

  @Override
  public ExecutorService pool(String name, int threads) {
    AtomicInteger number = new AtomicInteger();
    ThreadFactory factory =
        task -> {
          Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            THREAD_IDLE.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            factory);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  @Override
  public Ticks every(String name, Duration pause, Runnable task) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            run -> {
              Thread thread = new Thread(run, name);
              thread.setDaemon(true);
              return thread;
            });
    ScheduledFuture<?> ticks =
        timer.scheduleWithFixedDelay(
            task, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    return () -> stop(name, timer, ticks);
  }

  private static void stop(String name, ScheduledExecutorService timer, ScheduledFuture<?> ticks) {
    ticks.cancel(false);
    // Not interrupted: a tick may be reading an index, whose files an interrupt would close.
    timer.shutdown();
    try {
      if (!timer.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("{} still runs after {} s; closing without it", name, CLOSE_TIMEOUT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
