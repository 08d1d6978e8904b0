package dev.quiver.embed;

import java.time.Duration;
import java.util.Objects;

/**
 * Limits of one {@link Embedders}.
 *
 * @param threads texts embedded at the same time, over all models; each keeps one core busy
 * @param maxPendingTexts texts that all callers together may have waiting or in work; a call that
 *     would exceed it fails at once as overload, and one call may never hold more
 * @param timeout time for a call that names none
 */
public record EmbedSettings(int threads, int maxPendingTexts, Duration timeout) {
  public EmbedSettings {
    Objects.requireNonNull(timeout, "timeout");
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: 1 to 1024)");
    }
    if (maxPendingTexts < 1) {
      throw new IllegalArgumentException(
          "maxPendingTexts: " + maxPendingTexts + " (expected: >= 1)");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: more than zero)");
    }
  }

  /** A thread per core, 16,384 pending texts, 60 seconds. */
  public static EmbedSettings defaults() {
    return new EmbedSettings(
        Runtime.getRuntime().availableProcessors(), 16_384, Duration.ofSeconds(60));
  }
}
