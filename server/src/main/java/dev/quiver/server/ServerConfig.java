package dev.quiver.server;

import dev.quiver.api.NamedKey;
import dev.quiver.engine.BackupRetention;
import dev.quiver.engine.BackupSettings;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server needs to know, typed and checked as a whole. {@link Settings} says what each part
 * means and its default.
 *
 * @param apiKey null: every caller may read and write
 * @param readOnlyApiKey null: no key that may only read
 * @param alternateApiKey null: no second key that may write
 * @param environment null: {@code development} for a new store, what it says for another one
 * @param backupRepository null: no backups are made
 * @param backupScratch null: the folder for temporary files
 * @param tlsCertificate null: no TLS; so is {@code tlsKey} then
 */
public record ServerConfig(
    Path dataDir,
    String host,
    int httpPort,
    int grpcPort,
    @Nullable String apiKey,
    @Nullable String readOnlyApiKey,
    @Nullable String alternateApiKey,
    boolean tokens,
    List<NamedKey> apiKeys,
    @Nullable String environment,
    Duration trashRetention,
    Duration auditRetention,
    @Nullable Path tlsCertificate,
    @Nullable Path tlsKey,
    Duration tlsReload,
    int httpMaxConnections,
    Duration httpIdle,
    int requestMaxBytes,
    int requestMaxResults,
    int requestMaxBatch,
    Duration requestTimeout,
    int searchThreads,
    int searchQueue,
    int embedThreads,
    int embedQueue,
    Duration collectionsIdle,
    int collectionsMaxOpen,
    Duration flushInterval,
    long indexingBufferBytes,
    long offHeapBytes,
    long checkedOnOpenBytes,
    long scrubBytesPerSecond,
    Duration scrubInterval,
    int mergeThreads,
    int buildThreads,
    int fullScanThreshold,
    boolean adaptiveSearch,
    @Nullable Path backupRepository,
    Duration backupArchiveInterval,
    long backupArchiveBytes,
    Duration backupInterval,
    Duration backupDrillInterval,
    @Nullable Path backupScratch,
    int backupKeepLast,
    int backupKeepHourly,
    int backupKeepDaily,
    int backupKeepWeekly,
    LogFormat logFormat,
    LogLevel logLevel,
    Duration shutdownTimeout) {

  private static final int BYTES_PER_MB = 1 << 20;
  private static final long MIN_INDEXING_BUFFER_BYTES = 64L << 20;

  public ServerConfig {
    apiKeys = List.copyOf(apiKeys);
    if (httpPort != 0 && httpPort == grpcPort) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "http.port and grpc.port are both " + httpPort + " (expected: two different ports)");
    }
    if (readOnlyApiKey != null && apiKey == null) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "auth.read-only-api-key is set without auth.api-key: nobody could write; set both");
    }
    if (alternateApiKey != null && apiKey == null) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "auth.alternate-api-key is set without auth.api-key: set that one first");
    }
    if (tokens && apiKey == null) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "auth.tokens is set without auth.api-key: tokens are signed with that key; set both");
    }
    if ((tlsCertificate == null) != (tlsKey == null)) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "only one of tls.certificate and tls.key is set (expected: both or none)");
    }
    if (backupRepository == null
        && (backupInterval.isPositive() || backupDrillInterval.isPositive())) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "backup.interval-seconds or backup.drill-seconds is set without backup.repository: there"
              + " is no place for backups; set it too");
    }
    if (backupRepository != null
        && backupRepository
            .toAbsolutePath()
            .normalize()
            .startsWith(dataDir.toAbsolutePath().normalize())) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "backup.repository "
              + backupRepository
              + " is within the data folder (expected: a folder elsewhere, best on another disk)");
    }
    if (apiKey != null && (apiKey.equals(readOnlyApiKey) || apiKey.equals(alternateApiKey))) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "auth.api-key is the same as another key (expected: a different one for each)");
    }
  }

  /** Whether logs are kept until they are archived, and archived continuously. */
  boolean archiving() {
    return backupRepository != null && backupArchiveInterval.isPositive();
  }

  /** What is done about backups by itself. */
  BackupSettings backupSettings() {
    return new BackupSettings(
        backupArchiveInterval,
        backupArchiveBytes,
        backupInterval,
        backupDrillInterval,
        new BackupRetention(backupKeepLast, backupKeepHourly, backupKeepDaily, backupKeepWeekly),
        backupScratch == null ? Path.of(System.getProperty("java.io.tmpdir")) : backupScratch);
  }

  public static ServerConfig from(Configuration configuration) {
    int cores = Runtime.getRuntime().availableProcessors();
    return new ServerConfig(
        configuration.get(Settings.DATA_DIR),
        configuration.get(Settings.HOST),
        configuration.get(Settings.HTTP_PORT),
        configuration.get(Settings.GRPC_PORT),
        key(configuration, Settings.API_KEY),
        key(configuration, Settings.READ_ONLY_API_KEY),
        key(configuration, Settings.ALTERNATE_API_KEY),
        configuration.get(Settings.TOKENS),
        NamedKey.parse(configuration.get(Settings.API_KEYS)),
        key(configuration, Settings.ENVIRONMENT),
        configuration.get(Settings.TRASH_RETENTION),
        configuration.get(Settings.AUDIT_RETENTION),
        file(configuration, Settings.TLS_CERTIFICATE),
        file(configuration, Settings.TLS_KEY),
        configuration.get(Settings.TLS_RELOAD),
        configuration.get(Settings.HTTP_MAX_CONNECTIONS),
        configuration.get(Settings.HTTP_IDLE),
        configuration.get(Settings.REQUEST_MAX_MB) * BYTES_PER_MB,
        configuration.get(Settings.REQUEST_MAX_RESULTS),
        configuration.get(Settings.REQUEST_MAX_BATCH),
        configuration.get(Settings.REQUEST_TIMEOUT),
        orElse(configuration.get(Settings.SEARCH_THREADS), cores),
        configuration.get(Settings.SEARCH_QUEUE),
        orElse(configuration.get(Settings.EMBED_THREADS), cores),
        configuration.get(Settings.EMBED_QUEUE),
        configuration.get(Settings.COLLECTIONS_IDLE),
        configuration.get(Settings.COLLECTIONS_MAX_OPEN),
        configuration.get(Settings.FLUSH_INTERVAL),
        indexingBufferBytes(configuration.get(Settings.INDEXING_BUFFER_MB)),
        offHeapBytes(configuration.get(Settings.OFF_HEAP_MB)),
        (long) configuration.get(Settings.CHECK_ON_OPEN_MB) * BYTES_PER_MB,
        (long) configuration.get(Settings.SCRUB_MB_PER_SECOND) * BYTES_PER_MB,
        Duration.ofHours(configuration.get(Settings.SCRUB_HOURS)),
        orElse(configuration.get(Settings.MERGE_THREADS), Math.max(1, cores / 2)),
        orElse(configuration.get(Settings.BUILD_THREADS), cores),
        configuration.get(Settings.FULL_SCAN_THRESHOLD),
        configuration.get(Settings.ADAPTIVE),
        file(configuration, Settings.BACKUP_REPOSITORY),
        configuration.get(Settings.BACKUP_ARCHIVE),
        (long) configuration.get(Settings.BACKUP_ARCHIVE_MB) * BYTES_PER_MB,
        configuration.get(Settings.BACKUP_INTERVAL),
        configuration.get(Settings.BACKUP_DRILL),
        file(configuration, Settings.BACKUP_SCRATCH),
        configuration.get(Settings.BACKUP_KEEP_LAST),
        configuration.get(Settings.BACKUP_KEEP_HOURLY),
        configuration.get(Settings.BACKUP_KEEP_DAILY),
        configuration.get(Settings.BACKUP_KEEP_WEEKLY),
        configuration.get(Settings.LOG_FORMAT),
        configuration.get(Settings.LOG_LEVEL),
        configuration.get(Settings.SHUTDOWN_TIMEOUT));
  }

  private static int orElse(int configured, int automatic) {
    return configured == 0 ? automatic : configured;
  }

  private static long indexingBufferBytes(int configuredMb) {
    return configuredMb == 0
        ? Math.max(MIN_INDEXING_BUFFER_BYTES, Runtime.getRuntime().maxMemory() / 8)
        : (long) configuredMb * BYTES_PER_MB;
  }

  private static long offHeapBytes(int configuredMb) {
    return configuredMb == 0
        ? EngineOptions.defaultOffHeapBytes()
        : (long) configuredMb * BYTES_PER_MB;
  }

  private static @Nullable Path file(Configuration configuration, Setting<String> setting) {
    String text = key(configuration, setting);
    return text == null ? null : Setting.toPath(text);
  }

  private static @Nullable String key(Configuration configuration, Setting<String> setting) {
    String text = configuration.get(setting);
    return text.isEmpty() ? null : text;
  }

  /** Names no key. */
  @Override
  public String toString() {
    return "ServerConfig[dataDir="
        + dataDir
        + ", host="
        + host
        + ", httpPort="
        + httpPort
        + ", grpcPort="
        + grpcPort
        + "]";
  }
}
