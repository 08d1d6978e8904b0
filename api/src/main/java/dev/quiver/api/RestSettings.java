package dev.quiver.api;

import java.time.Duration;

/**
 * Limits of REST connections. Those on one request stand in {@link ApiLimits}.
 *
 * @param connectionsMax connections at the same time; further ones wait until one ends
 * @param idle a connection on which nothing moves for so long is closed, whether it is between
 *     requests, within one, or does not take its answer
 * @param receiveRateMin bytes per second that a request must at least arrive with, once it has
 *     taken longer than {@code idle}: a peer that sends a byte now and then is closed too
 */
public record RestSettings(int connectionsMax, Duration idle, int receiveRateMin) {
  public RestSettings {
    if (connectionsMax < 1) {
      throw new IllegalArgumentException("connectionsMax: " + connectionsMax + " (expected: >= 1)");
    }
    if (idle.toMillis() < 1) {
      throw new IllegalArgumentException("idle: " + idle + " (expected: at least 1 ms)");
    }
    if (receiveRateMin < 1) {
      throw new IllegalArgumentException("receiveRateMin: " + receiveRateMin + " (expected: >= 1)");
    }
  }

  /** A minute of silence, and no less than 4 KiB a second. */
  public static RestSettings defaults() {
    return new RestSettings(4_096, Duration.ofSeconds(60), 4 << 10);
  }
}
