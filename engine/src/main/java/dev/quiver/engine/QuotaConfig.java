package dev.quiver.engine;

import org.jspecify.annotations.Nullable;

/**
 * Limits on what the process and its disk may be filled with; an absent limit is none.
 *
 * @param enabled whether the limits count
 * @param maxResidentMemoryPercent of the machine's memory, 1 to 100
 * @param maxDiskUsagePercent of the file system that holds the data, 1 to 100
 * @param releaseMarginPercent how far below its limit a resource must fall before writes pass
 *     again, 0 to 100; null: {@link #DEFAULT_RELEASE_MARGIN_PERCENT}
 */
public record QuotaConfig(
    boolean enabled,
    @Nullable Integer maxResidentMemoryPercent,
    @Nullable Integer maxDiskUsagePercent,
    @Nullable Integer releaseMarginPercent) {
  public static final int DEFAULT_RELEASE_MARGIN_PERCENT = 5;

  /** No limits. */
  public static final QuotaConfig NONE = new QuotaConfig(false, null, null, null);

  /** Checks the ranges. */
  public QuotaConfig {
    check("max_resident_memory_percent", maxResidentMemoryPercent, 1);
    check("max_disk_usage_percent", maxDiskUsagePercent, 1);
    check("release_margin_percent", releaseMarginPercent, 0);
  }

  private static void check(String name, @Nullable Integer percent, int min) {
    if (percent != null && (percent < min || percent > 100)) {
      throw QuiverException.badRequest(name + ": " + percent + " (expected: " + min + " to 100)");
    }
  }
}
