package dev.quiver.engine;

import dev.quiver.engine.wal.LogClock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How well a store is backed up, for metrics. Thread-safe. */
public final class BackupStatus {
  private @Nullable Instant lastBackup;
  private long lastBackupMillis;
  private long failedBackups;
  private long coveredMicros;
  private BackupDrill.@Nullable Report lastDrill;
  private @Nullable Instant lastDrillAt;
  private long failedDrills;

  BackupStatus() {}

  /**
   * The status at one time.
   *
   * @param lastBackup the moment that the newest backup holds; null when none is known
   * @param covered every change up to it can be restored; null when nothing is
   * @param lastDrill null when there was none since the start
   */
  public record Snapshot(
      @Nullable Instant lastBackup,
      long lastBackupMillis,
      long failedBackups,
      @Nullable Instant covered,
      BackupDrill.@Nullable Report lastDrill,
      @Nullable Instant lastDrillAt,
      long failedDrills) {}

  synchronized Snapshot snapshot() {
    return new Snapshot(
        lastBackup,
        lastBackupMillis,
        failedBackups,
        coveredMicros == 0 ? null : LogClock.instant(coveredMicros),
        lastDrill,
        lastDrillAt,
        failedDrills);
  }

  synchronized void backedUp(Instant moment, long millis) {
    lastBackup = moment;
    lastBackupMillis = millis;
  }

  synchronized void backupFailed() {
    failedBackups++;
  }

  synchronized void covered(long micros) {
    coveredMicros = Math.max(coveredMicros, micros);
  }

  synchronized void drilled(BackupDrill.Report report) {
    lastDrill = report;
    lastDrillAt = Instant.now();
  }

  synchronized void drillFailed() {
    failedDrills++;
  }
}
