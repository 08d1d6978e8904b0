package dev.quiver.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every setting that there is. docs/configuration.md lists the same; a test compares them. */
public final class Settings {
  public static final Setting<Path> DATA_DIR =
      Setting.path("data.dir", "quiver-data", "Folder of the collections; made when it is missing.")
          .alsoFrom("QDRANT__STORAGE__STORAGE_PATH");

  public static final Setting<String> HOST =
      Setting.text(
              "host",
              "127.0.0.1",
              "an address or host name",
              "Address to listen on; 0.0.0.0 means every interface: set an API key then.")
          .alsoFrom("QDRANT__SERVICE__HOST");

  public static final Setting<Integer> HTTP_PORT =
      Setting.integer("http.port", 6333, 0, 65_535, "Port of the REST API; 0 takes a free one.")
          .alsoFrom("QDRANT__SERVICE__HTTP_PORT");

  public static final Setting<Integer> GRPC_PORT =
      Setting.integer("grpc.port", 6334, 0, 65_535, "Port of the gRPC API; 0 takes a free one.")
          .alsoFrom("QDRANT__SERVICE__GRPC_PORT");

  public static final Setting<String> API_KEY =
      Setting.text(
              "auth.api-key", "", "a text", "Key that may read and write; empty: none is needed.")
          .asSecret()
          .alsoFrom("QDRANT__SERVICE__API_KEY");

  public static final Setting<String> READ_ONLY_API_KEY =
      Setting.text("auth.read-only-api-key", "", "a text", "Key that may only read.")
          .asSecret()
          .alsoFrom("QDRANT__SERVICE__READ_ONLY_API_KEY");

  public static final Setting<String> ALTERNATE_API_KEY =
      Setting.text(
              "auth.alternate-api-key",
              "",
              "a text",
              "Second key that may read and write, so that keys can be changed one after the other.")
          .asSecret()
          .alsoFrom("QDRANT__SERVICE__ALT_API_KEY");

  public static final Setting<Boolean> TOKENS =
      Setting.bool(
              "auth.tokens",
              false,
              "Whether JSON Web Tokens (HS256) that a writing key signed are taken as keys.")
          .alsoFrom("QDRANT__SERVICE__JWT_RBAC");

  public static final Setting<String> API_KEYS =
      Setting.text(
              "auth.keys",
              "",
              "ID:RIGHT+RIGHT:SECRET, several separated by spaces or as a list",
              "Keys with an id, which the audit log shows, and rights of their own: read, write,"
                  + " manage, destroy.")
          .asSecret();

  public static final Setting<String> ENVIRONMENT =
      Setting.text(
          "store.environment",
          "",
          "a word in lower case, as production or test",
          "Label of a store that is made anew (development when empty), and the one that a store"
              + " which exists must have.");

  public static final Setting<Duration> TRASH_RETENTION =
      Setting.hours(
          "trash.retention-hours",
          168,
          0,
          87_600,
          "How long a dropped collection can be brought back; 0: not at all.");

  public static final Setting<Duration> AUDIT_RETENTION =
      Setting.days(
          "audit.retention-days",
          365,
          0,
          36_500,
          "How far the audit log goes back at least; 0: to its beginning.");

  public static final Setting<String> TLS_CERTIFICATE =
      Setting.text(
              "tls.certificate",
              "",
              "a path",
              "PEM file with the certificate chain of both ports; empty: no TLS.")
          .alsoFrom("QDRANT__TLS__CERT");

  public static final Setting<String> TLS_KEY =
      Setting.text("tls.key", "", "a path", "PEM file with the private key, in PKCS #8.")
          .alsoFrom("QDRANT__TLS__KEY");

  public static final Setting<Duration> TLS_RELOAD =
      Setting.seconds(
              "tls.reload-seconds",
              60,
              1,
              86_400,
              "How often the TLS files are looked at; changed ones serve new connections.")
          .alsoFrom("QDRANT__TLS__CERT_TTL");

  public static final Setting<Integer> HTTP_MAX_CONNECTIONS =
      Setting.integer(
          "http.max-connections",
          4096,
          1,
          1_000_000,
          "REST connections at the same time; further ones wait until one ends.");

  public static final Setting<Duration> HTTP_IDLE =
      Setting.seconds(
          "http.idle-seconds",
          60,
          1,
          86_400,
          "A REST connection on which nothing moves for so long is closed; so is one whose request"
              + " takes longer than this and arrives with less than 4 KiB a second.");

  public static final Setting<Integer> REQUEST_MAX_MB =
      Setting.integer(
              "request.max-mb",
              32,
              1,
              1024,
              "Largest REST body or gRPC message, after decompression, in megabytes.")
          .alsoFrom("QDRANT__SERVICE__MAX_REQUEST_SIZE_MB");

  public static final Setting<Integer> REQUEST_MAX_RESULTS =
      Setting.integer(
          "request.max-results",
          1_000_000,
          1,
          100_000_000,
          "Most points that one search or scroll may ask for, those that it skips included.");

  public static final Setting<Integer> REQUEST_MAX_BATCH =
      Setting.integer(
          "request.max-batch",
          10_000,
          1,
          1_000_000,
          "Most searches or operations in one batch request.");

  public static final Setting<Duration> REQUEST_TIMEOUT =
      Setting.seconds(
          "request.timeout-seconds",
          60,
          1,
          86_400,
          "How long a read may take when its request names no timeout.");

  public static final Setting<Integer> SEARCH_THREADS =
      Setting.integer(
              "search.threads", 0, 0, 1024, "Threads that search; 0: as many as there are cores.")
          .alsoFrom("QDRANT__STORAGE__PERFORMANCE__MAX_SEARCH_THREADS");

  public static final Setting<Integer> SEARCH_QUEUE =
      Setting.integer(
          "search.queue",
          1024,
          1,
          1_000_000,
          "Searches that may wait for a thread; more are refused at once.");

  public static final Setting<Integer> EMBED_THREADS =
      Setting.integer(
          "embed.threads",
          0,
          0,
          1024,
          "Texts embedded at the same time; 0: as many as there are cores.");

  public static final Setting<Integer> EMBED_QUEUE =
      Setting.integer(
          "embed.queue",
          16_384,
          1,
          1_000_000,
          "Texts that may wait to be embedded; more are refused at once.");

  public static final Setting<Duration> COLLECTIONS_IDLE =
      Setting.seconds(
          "collections.idle-seconds",
          60,
          1,
          86_400,
          "A collection that nobody used for so long gives back its files and memory.");

  public static final Setting<Integer> COLLECTIONS_MAX_OPEN =
      Setting.integer(
          "collections.max-open",
          512,
          1,
          1_000_000,
          "Collections that are open at once; above, the least recently used one is closed.");

  public static final Setting<Duration> FLUSH_INTERVAL =
      Setting.seconds(
              "storage.flush-seconds",
              5,
              1,
              3600,
              "Changes are committed at the latest so long after they were applied.")
          .alsoFrom("QDRANT__STORAGE__OPTIMIZERS__FLUSH_INTERVAL_SEC");

  public static final Setting<Integer> INDEXING_BUFFER_MB =
      Setting.integer(
          "storage.indexing-buffer-mb",
          0,
          0,
          1 << 20,
          "Memory for documents that are not flushed yet, of all collections together;"
              + " 0: an eighth of the heap.");

  public static final Setting<Integer> OFF_HEAP_MB =
      Setting.integer(
          "storage.off-heap-mb",
          0,
          0,
          1 << 24,
          "Memory outside the heap for graph builds and vectors that are not flushed yet; 0: a"
              + " quarter of what the heap leaves of the machine, 256 at least.");

  public static final Setting<Integer> CHECK_ON_OPEN_MB =
      Setting.integer(
          "storage.check-on-open-mb",
          64,
          0,
          1 << 24,
          "Index files up to this size are compared with their checksums when a collection is"
              + " first opened; larger ones only by the scrubber and by `quiver verify`.");

  public static final Setting<Integer> SCRUB_MB_PER_SECOND =
      Setting.integer(
          "storage.scrub-mb-per-second",
          4,
          0,
          1 << 20,
          "How fast the scrubber reads all stored files to compare them with their checksums; 0:"
              + " there is no scrubber.");

  public static final Setting<Integer> SCRUB_HOURS =
      Setting.integer(
          "storage.scrub-hours",
          24,
          1,
          8760,
          "From the begin of one pass of the scrubber to that of the next.");

  public static final Setting<Integer> MERGE_THREADS =
      Setting.integer(
          "index.merge-threads",
          0,
          0,
          1024,
          "Segment merges that run at once; 0: half as many as there are cores.");

  public static final Setting<Integer> BUILD_THREADS =
      Setting.integer(
          "index.build-threads",
          0,
          0,
          1024,
          "Threads that build one graph; 0: as many as there are cores.");

  public static final Setting<Integer> FULL_SCAN_THRESHOLD =
      Setting.integer(
          "index.full-scan-threshold",
          10_000,
          0,
          100_000_000,
          "Segments with fewer vectors get no graph: comparing with all is faster.");

  public static final Setting<Boolean> ADAPTIVE =
      Setting.bool(
          "search.adaptive",
          true,
          "Whether a search of a graph ends by what is near the query, sooner or later than after"
              + " hnsw_ef candidates.");

  public static final Setting<String> BACKUP_REPOSITORY =
      Setting.text(
          "backup.repository",
          "",
          "a path",
          "Folder for backups and archived logs, on another disk; empty: no backups are made.");

  public static final Setting<Duration> BACKUP_ARCHIVE =
      Setting.seconds(
          "backup.archive-seconds",
          10,
          0,
          86_400,
          "How often logs are archived: so much may be lost with the disk; 0: never, then only the"
              + " moments of backups can be restored.");

  public static final Setting<Integer> BACKUP_ARCHIVE_MB =
      Setting.integer(
          "backup.archive-mb",
          64,
          1,
          1 << 20,
          "Logs are also archived as soon as so many megabytes were written.");

  public static final Setting<Duration> BACKUP_INTERVAL =
      Setting.seconds(
          "backup.interval-seconds",
          0,
          0,
          31_536_000,
          "A backup is made so often, then old ones are removed; 0: only when asked for.");

  public static final Setting<Duration> BACKUP_DRILL =
      Setting.seconds(
          "backup.drill-seconds",
          0,
          0,
          31_536_000,
          "A restore is rehearsed so often; 0: only when asked for.");

  public static final Setting<String> BACKUP_SCRATCH =
      Setting.text(
          "backup.scratch",
          "",
          "a path",
          "Folder for rehearsals, with room for the whole store; empty: that for temporary files.");

  public static final Setting<Integer> BACKUP_KEEP_LAST =
      Setting.integer(
          "backup.keep-last", 3, 1, 10_000, "So many of the newest scheduled backups are kept.");

  public static final Setting<Integer> BACKUP_KEEP_HOURLY =
      Setting.integer("backup.keep-hourly", 24, 0, 10_000, "And one of each of so many hours.");

  public static final Setting<Integer> BACKUP_KEEP_DAILY =
      Setting.integer("backup.keep-daily", 7, 0, 10_000, "And one of each of so many days.");

  public static final Setting<Integer> BACKUP_KEEP_WEEKLY =
      Setting.integer("backup.keep-weekly", 5, 0, 10_000, "And one of each of so many weeks.");

  public static final Setting<LogFormat> LOG_FORMAT =
      Setting.choice(
          "log.format",
          LogFormat.AUTO,
          LogFormat.class,
          "Form of the log lines; auto: console on a terminal, else json.");

  public static final Setting<LogLevel> LOG_LEVEL =
      Setting.choice("log.level", LogLevel.INFO, LogLevel.class, "Least level that is logged.")
          .alsoFrom("QDRANT__LOG_LEVEL");

  public static final Setting<Duration> SHUTDOWN_TIMEOUT =
      Setting.seconds(
          "shutdown.timeout-seconds",
          20,
          1,
          600,
          "How long a stopping server lets running requests end before it breaks them off.");

  private static final List<Setting<?>> ALL =
      List.of(
          DATA_DIR,
          HOST,
          HTTP_PORT,
          GRPC_PORT,
          API_KEY,
          READ_ONLY_API_KEY,
          ALTERNATE_API_KEY,
          TOKENS,
          API_KEYS,
          ENVIRONMENT,
          TRASH_RETENTION,
          AUDIT_RETENTION,
          TLS_CERTIFICATE,
          TLS_KEY,
          TLS_RELOAD,
          HTTP_MAX_CONNECTIONS,
          HTTP_IDLE,
          REQUEST_MAX_MB,
          REQUEST_MAX_RESULTS,
          REQUEST_MAX_BATCH,
          REQUEST_TIMEOUT,
          SEARCH_THREADS,
          SEARCH_QUEUE,
          EMBED_THREADS,
          EMBED_QUEUE,
          COLLECTIONS_IDLE,
          COLLECTIONS_MAX_OPEN,
          FLUSH_INTERVAL,
          INDEXING_BUFFER_MB,
          OFF_HEAP_MB,
          CHECK_ON_OPEN_MB,
          SCRUB_MB_PER_SECOND,
          SCRUB_HOURS,
          MERGE_THREADS,
          BUILD_THREADS,
          FULL_SCAN_THRESHOLD,
          ADAPTIVE,
          BACKUP_REPOSITORY,
          BACKUP_ARCHIVE,
          BACKUP_ARCHIVE_MB,
          BACKUP_INTERVAL,
          BACKUP_DRILL,
          BACKUP_SCRATCH,
          BACKUP_KEEP_LAST,
          BACKUP_KEEP_HOURLY,
          BACKUP_KEEP_DAILY,
          BACKUP_KEEP_WEEKLY,
          LOG_FORMAT,
          LOG_LEVEL,
          SHUTDOWN_TIMEOUT);

  private static final Map<String, Setting<?>> BY_KEY = new LinkedHashMap<>();

  static {
    for (Setting<?> setting : ALL) {
      BY_KEY.put(setting.key(), setting);
    }
  }

  private Settings() {}

  /** In the order in which they are documented. */
  public static List<Setting<?>> all() {
    return ALL;
  }

  static @Nullable Setting<?> byKey(String key) {
    return BY_KEY.get(key);
  }
}
