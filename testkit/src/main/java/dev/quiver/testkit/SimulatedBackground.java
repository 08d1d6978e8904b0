package dev.quiver.testkit;

import dev.quiver.engine.Background;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Background work on one thread: what is handed to a pool waits until {@link #runOne} picks it, by
 * the seed. The clock stands still but for {@link #advance}. For one thread alone.
 */
public final class SimulatedBackground implements Background {
  private final Random random;
  private final List<Task> waiting = new ArrayList<>();
  private final List<Runnable> repeated = new ArrayList<>();
  private long nanos = 1;

  private record Task(Pool pool, Runnable work) {}

  public SimulatedBackground(long seed) {
    this.random = new Random(seed);
  }

  public void advance(Duration time) {
    nanos += time.toNanos();
  }

  /** Runs one of the waiting tasks, or does nothing. */
  public void runOne() {
    if (!waiting.isEmpty()) {
      waiting.remove(random.nextInt(waiting.size())).work().run();
    }
  }

  /** Runs waiting tasks, and those that they bring, until there are none, or so many have run. */
  public void runAll(int most) {
    for (int i = 0; i < most && !waiting.isEmpty(); i++) {
      runOne();
    }
  }

  /** Runs everything that is repeated, once. */
  public void tick() {
    for (Runnable task : List.copyOf(repeated)) {
      task.run();
    }
  }

  /** Forgets what an engine left behind. */
  void dropAll() {
    waiting.clear();
    repeated.clear();
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH.plusNanos(nanos);
  }

  @Override
  public UUID randomId() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  @Override
  public ExecutorService pool(String name, int threads) {
    return new Pool();
  }

  @Override
  public Ticks every(String name, Duration pause, Runnable task) {
    repeated.add(task);
    return () -> repeated.remove(task);
  }

  private final class Pool extends AbstractExecutorService {
    private boolean shutdown;

    @Override
    public void execute(Runnable command) {
      if (shutdown) {
        throw new RejectedExecutionException("shut down");
      }
      waiting.add(new Task(this, command));
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown = true;
      List<Runnable> dropped =
          waiting.stream().filter(task -> task.pool() == this).map(Task::work).toList();
      waiting.removeIf(task -> task.pool() == this);
      return dropped;
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown && waiting.stream().noneMatch(task -> task.pool() == this);
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      while (!isTerminated()) {
        Task next = waiting.stream().filter(task -> task.pool() == this).findFirst().orElse(null);
        if (next == null) {
          return false;
        }
        waiting.remove(next);
        next.work().run();
      }
      return true;
    }
  }
}
