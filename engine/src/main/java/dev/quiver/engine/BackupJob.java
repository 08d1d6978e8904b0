package dev.quiver.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A piece of work with backups that takes its time: others see how far it is, and may call it off.
 * Thread-safe.
 */
public final class BackupJob {
  private final String kind;
  private final Background clock;
  private final long startedNanos;
  private final AtomicLong bytesDone = new AtomicLong();
  private final AtomicLong bytesTotal = new AtomicLong();
  private final AtomicInteger done = new AtomicInteger();
  private volatile int total;
  private volatile String phase = "starting";
  private volatile boolean cancelled;

  /**
   * @param kind "backup", "restore", "verify", "drill", "prune" or "snapshot"
   */
  public BackupJob(String kind) {
    this(kind, Background.THREADS);
  }

  BackupJob(String kind, Background clock) {
    this.kind = kind;
    this.clock = clock;
    this.startedNanos = clock.nanoTime();
  }

  /**
   * How far a job is.
   *
   * @param done collections, or backups when they are verified
   * @param bytesTotal as far as it is known
   */
  public record Progress(
      String kind,
      String phase,
      int done,
      int total,
      long bytesDone,
      long bytesTotal,
      long elapsedMillis) {}

  public Progress progress() {
    return new Progress(
        kind,
        phase,
        done.get(),
        total,
        bytesDone.get(),
        bytesTotal.get(),
        (clock.nanoTime() - startedNanos) / 1_000_000);
  }

  /** Asks it to end; it does at the next piece, and undoes what it did. */
  public void cancel() {
    cancelled = true;
  }

  long elapsedMillis() {
    return progress().elapsedMillis();
  }

  void phase(String name, int items) {
    phase = name;
    total = items;
    done.set(0);
  }

  void itemDone() {
    done.incrementAndGet();
  }

  void moreBytes(long bytes) {
    bytesTotal.addAndGet(bytes);
  }

  void bytes(long count) {
    bytesDone.addAndGet(count);
  }

  /**
   * @throws QuiverException {@link ErrorCode#UNAVAILABLE} when it was called off
   */
  void check() {
    if (cancelled) {
      throw new QuiverException(ErrorCode.UNAVAILABLE, "the " + kind + " was cancelled");
    }
  }
}
