package dev.quiver.engine;

import org.jspecify.annotations.Nullable;

/**
 * The quotas and how close this process is to them.
 *
 * @param residentMemoryPercent null when it is unknown
 * @param diskUsagePercent null when it is unknown
 * @param memoryExceeded whether writes are refused for memory; null without a limit
 * @param diskExceeded whether writes are refused for disk space; null without a limit
 */
public record QuotaStatus(
    QuotaConfig config,
    @Nullable Integer residentMemoryPercent,
    @Nullable Integer diskUsagePercent,
    @Nullable Boolean memoryExceeded,
    @Nullable Boolean diskExceeded) {}
