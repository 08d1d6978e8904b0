package dev.quiver.server;

import dev.quiver.engine.BackupRetention;
import dev.quiver.engine.BackupSettings;
import java.nio.file.Path;

/**
 * Where backups go, and what is done by itself.
 *
 * @param repository a folder, best on another disk than the data
 */
public record BackupConfig(Path repository, BackupSettings settings) {
  private static final long BYTES_PER_MB = 1L << 20;

  /** Whether logs are archived continuously. */
  boolean archiving() {
    return settings.archiveInterval().isPositive();
  }

  static BackupConfig from(Configuration configuration, String repository) {
    String scratch = configuration.get(Settings.BACKUP_SCRATCH);
    BackupSettings settings =
        new BackupSettings(
            configuration.get(Settings.BACKUP_ARCHIVE),
            configuration.get(Settings.BACKUP_ARCHIVE_MB) * BYTES_PER_MB,
            configuration.get(Settings.BACKUP_INTERVAL),
            configuration.get(Settings.BACKUP_DRILL),
            new BackupRetention(
                configuration.get(Settings.BACKUP_KEEP_LAST),
                configuration.get(Settings.BACKUP_KEEP_HOURLY),
                configuration.get(Settings.BACKUP_KEEP_DAILY),
                configuration.get(Settings.BACKUP_KEEP_WEEKLY)),
            Setting.toPath(scratch.isEmpty() ? System.getProperty("java.io.tmpdir") : scratch));
    return new BackupConfig(Setting.toPath(repository), settings);
  }
}
