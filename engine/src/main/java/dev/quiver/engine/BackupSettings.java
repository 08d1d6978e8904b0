package dev.quiver.engine;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What {@link Backups} do by themselves.
 *
 * @param archiveInterval logs are archived so often; zero: never, then only the moments of backups
 *     can be restored. The engine's {@code archiving} must say the same
 * @param archiveBytes or as soon as so much was logged
 * @param backupInterval a backup is made so often; zero: never
 * @param drillInterval a restore is rehearsed so often; zero: never
 * @param retention what is kept when a backup was made on schedule
 * @param scratch a folder for rehearsals, on a disk with room for the store
 */
public record BackupSettings(
    Duration archiveInterval,
    long archiveBytes,
    Duration backupInterval,
    Duration drillInterval,
    BackupRetention retention,
    Path scratch) {

  /** Nothing happens by itself. */
  public static BackupSettings manual(Path scratch) {
    return new BackupSettings(
        Duration.ZERO, 64L << 20, Duration.ZERO, Duration.ZERO, BackupRetention.DEFAULT, scratch);
  }

  /** The same with continuous archiving. */
  public BackupSettings withArchiving(Duration interval, long bytes) {
    return new BackupSettings(interval, bytes, backupInterval, drillInterval, retention, scratch);
  }

  /** The same with a schedule. */
  public BackupSettings withSchedule(Duration backups, Duration drills, BackupRetention keep) {
    return new BackupSettings(archiveInterval, archiveBytes, backups, drills, keep, scratch);
  }

  boolean archiving() {
    return archiveInterval.isPositive();
  }
}
