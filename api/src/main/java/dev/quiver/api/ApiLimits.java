package dev.quiver.api;

import java.time.Duration;

/**
 * What one request may ask for.
 *
 * @param bodyBytesMax bytes of a REST body or gRPC message, after decompression
 * @param jsonDepthMax nesting of a JSON body
 * @param resultsMax {@code limit + offset} of a search, {@code limit} of a scroll
 * @param batchMax searches or operations in one batch
 * @param searchTimeout how long a read may take when the request names no timeout
 * @param timeoutMax the longest timeout that a request may name
 */
public record ApiLimits(
    int bodyBytesMax,
    int jsonDepthMax,
    int resultsMax,
    int batchMax,
    Duration searchTimeout,
    Duration timeoutMax) {
  public static final ApiLimits DEFAULT =
      new ApiLimits(32 << 20, 128, 1_000_000, 10_000, Duration.ofSeconds(60), Duration.ofDays(1));

  static final int DEFAULT_FACET_LIMIT = 10;
  static final int DEFAULT_MATRIX_SAMPLE = 10;
  static final int DEFAULT_MATRIX_LIMIT = 3;

  /** Every point of a sample is compared with every other. */
  static final int MATRIX_SAMPLE_MAX = 10_000;

  public ApiLimits {
    requireAtLeast("bodyBytesMax", bodyBytesMax, 1);
    requireAtLeast("jsonDepthMax", jsonDepthMax, 8);
    requireAtLeast("resultsMax", resultsMax, 1);
    requireAtLeast("batchMax", batchMax, 1);
    if (searchTimeout.isNegative() || searchTimeout.isZero()) {
      throw new IllegalArgumentException(
          "searchTimeout: " + searchTimeout + " (expected: positive)");
    }
    if (timeoutMax.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("timeoutMax: " + timeoutMax + " (expected: >= 1 s)");
    }
  }

  private static void requireAtLeast(String name, int value, int min) {
    if (value < min) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + min + ")");
    }
  }
}
