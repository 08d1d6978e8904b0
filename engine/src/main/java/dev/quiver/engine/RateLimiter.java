package dev.quiver.engine;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket: full at first, refilled evenly, and never fuller than one minute's tokens.
 * Thread-safe.
 */
final class RateLimiter {
  private static final double NANOS_PER_MINUTE = Duration.ofMinutes(1).toNanos();

  private final String kind;
  private final long perMinute;
  private final LongSupplier nanoClock;

  private double tokens;
  private long filledNanos;

  /**
   * @param kind what is limited, for the message: Read or Write
   * @param perMinute 1 or more
   */
  RateLimiter(String kind, long perMinute, LongSupplier nanoClock) {
    this.kind = kind;
    this.perMinute = perMinute;
    this.nanoClock = nanoClock;
    this.tokens = (double) perMinute;
    this.filledNanos = nanoClock.getAsLong();
  }

  long perMinute() {
    return perMinute;
  }

  /**
   * Takes tokens.
   *
   * @throws QuiverException {@link ErrorCode#OVERLOADED} when there are too few, with the seconds
   *     until there are enough in {@code retry-after}, or {@link QuiverException#NEVER}
   */
  void take(long cost) {
    if (cost > perMinute) {
      throw exceeded(
          ", request larger than rate limiter capacity, please try to split your request",
          QuiverException.NEVER);
    }
    double available;
    synchronized (this) {
      long now = nanoClock.getAsLong();
      tokens =
          Math.min(
              (double) perMinute,
              tokens + (double) perMinute * ((now - filledNanos) / NANOS_PER_MINUTE));
      filledNanos = now;
      if (tokens >= (double) cost) {
        tokens -= (double) cost;
        return;
      }
      available = tokens;
    }
    long seconds = (long) Math.ceil(((double) cost - available) * 60 / (double) perMinute);
    throw exceeded(
        String.format(
            Locale.ROOT,
            ": Operation requires %d tokens but only %.1f were available. Retry after %ds",
            cost,
            available,
            seconds),
        Long.toString(seconds));
  }

  private QuiverException exceeded(String how, String retryAfter) {
    return new QuiverException(
        ErrorCode.OVERLOADED,
        kind + " rate limit exceeded" + how,
        null,
        Map.of(QuiverException.RETRY_AFTER, retryAfter));
  }
}
