package dev.quiver.engine.wal;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Times of records: microseconds since 1970, each given once and each later than all before it. So
 * a moment divides all changes of a store into those before and those after it, also between logs
 * that share a clock. While the system's clock runs behind the last time given (it was set back, or
 * an earlier process had a clock that was ahead), times go on one by one from there.
 *
 * <p>Thread-safe, lock-free.
 */
public final class LogClock {
  private final InstantSource clock;
  private final AtomicLong last = new AtomicLong();

  public LogClock(InstantSource clock) {
    this.clock = clock;
  }

  public static LogClock system() {
    return new LogClock(InstantSource.system());
  }

  /** Returns the first of {@code count} consecutive times that nobody else gets. */
  public long next(int count) {
    long now = systemMicros();
    while (true) {
      long before = last.get();
      long first = Math.max(now, before + 1);
      if (last.compareAndSet(before, first + Math.max(1, count) - 1)) {
        return first;
      }
    }
  }

  /** A moment: every time given before is at most it, every later one is greater. */
  public long moment() {
    return last.updateAndGet(before -> Math.max(before, systemMicros()));
  }

  /** Makes all times to come greater than this one. */
  public void after(long micros) {
    last.accumulateAndGet(micros, Math::max);
  }

  private long systemMicros() {
    return micros(clock.instant());
  }

  /** Whole microseconds since 1970, rounded down. */
  public static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
  }

  public static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }
}
