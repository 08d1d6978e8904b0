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

  public static final Setting<Integer> HTTP_MAX_BODY_MB =
      Setting.integer(
              "http.max-body-mb", 32, 1, 1024, "Largest request body over REST, in megabytes.")
          .alsoFrom("QDRANT__SERVICE__MAX_REQUEST_SIZE_MB");

  public static final Setting<Integer> GRPC_PORT =
      Setting.integer("grpc.port", 6334, 0, 65_535, "Port of the gRPC API; 0 takes a free one.")
          .alsoFrom("QDRANT__SERVICE__GRPC_PORT");

  public static final Setting<Integer> GRPC_MAX_MESSAGE_MB =
      Setting.integer(
          "grpc.max-message-mb", 64, 1, 1024, "Largest request message over gRPC, in megabytes.");

  public static final Setting<String> API_KEY =
      Setting.text(
              "auth.api-key", "", "a text", "Key that may read and write; empty: none is needed.")
          .asSecret()
          .alsoFrom("QDRANT__SERVICE__API_KEY");

  public static final Setting<String> READ_ONLY_API_KEY =
      Setting.text("auth.read-only-api-key", "", "a text", "Key that may only read.")
          .asSecret()
          .alsoFrom("QDRANT__SERVICE__READ_ONLY_API_KEY");

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
          HTTP_MAX_BODY_MB,
          GRPC_PORT,
          GRPC_MAX_MESSAGE_MB,
          API_KEY,
          READ_ONLY_API_KEY,
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
