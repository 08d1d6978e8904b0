package dev.quiver.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ExecutorService;

/**
 * The threads, the clock and the random names of an engine. A simulation puts its own in their
 * place, so that the same seed gives the same history.
 */
public interface Background {
  /** Daemon threads that end when they are idle, and the system's clock. */
  Background THREADS = new BackgroundThreads();

  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** What a clock on the wall says; it may be set back and forth. */
  Instant now();

  /** A name that nobody else has. */
  UUID randomId();

  /** A pool of at most so many threads, with an unbounded queue; the caller shuts it down. */
  ExecutorService pool(String name, int threads);

  /** Runs the task on a thread of its own, with this pause before each run, until closed. */
  Ticks every(String name, Duration pause, Runnable task);

  /** A repeated task. */
  interface Ticks extends AutoCloseable {
    /** Lets a run that has begun end, for a bounded time, and allows no other. */
    @Override
    void close();
  }
}
