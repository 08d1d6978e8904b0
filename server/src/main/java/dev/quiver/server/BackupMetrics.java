package dev.quiver.server;

import dev.quiver.api.MetricsWriter;
import dev.quiver.engine.BackupDrill;
import dev.quiver.engine.BackupStatus;
import dev.quiver.engine.Backups;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How well the store is backed up. Ages are -1 until there is something to be old. */
final class BackupMetrics implements Consumer<MetricsWriter> {
  private final Backups backups;

  BackupMetrics(Backups backups) {
    this.backups = backups;
  }

  @Override
  public void accept(MetricsWriter out) {
    BackupStatus.Snapshot status = backups.status();
    out.gauge(
        "quiver_backup_age_seconds",
        "age of the moment that the newest backup holds; -1: there is none",
        age(status.lastBackup()));
    out.gauge(
        "quiver_backup_last_duration_seconds",
        "how long the last backup took",
        status.lastBackupMillis() / 1e3);
    out.counter("quiver_backup_failures_total", "backups that failed", status.failedBackups());
    out.gauge(
        "quiver_backup_rpo_seconds",
        "age of the newest moment that can be restored; -1: there is none",
        age(status.covered()));
    BackupDrill.Report drill = status.lastDrill();
    out.gauge(
        "quiver_backup_rto_seconds",
        "how long the last rehearsed restore took; -1: there was none",
        drill == null ? -1 : drill.restoreMillis() / 1e3);
    out.gauge(
        "quiver_backup_drill_age_seconds",
        "time since the last rehearsed restore; -1: there was none",
        age(status.lastDrillAt()));
    out.counter(
        "quiver_backup_drill_failures_total",
        "rehearsed restores that failed",
        status.failedDrills());
  }

  private static double age(@Nullable Instant moment) {
    return moment == null ? -1 : Duration.between(moment, Instant.now()).toMillis() / 1e3;
  }
}
