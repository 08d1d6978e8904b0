package dev.quiver.server;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a server needs to know, typed and checked as a whole. {@link Settings} says what each part
 * means and its default.
 *
 * @param apiKey null: every caller may read and write
 * @param readOnlyApiKey null: no key that may only read
 */
public record ServerConfig(
    Path dataDir,
    String host,
    int httpPort,
    long httpMaxBodyBytes,
    int grpcPort,
    int grpcMaxMessageBytes,
    @Nullable String apiKey,
    @Nullable String readOnlyApiKey,
    LogFormat logFormat,
    LogLevel logLevel,
    Duration shutdownTimeout) {

  private static final int BYTES_PER_MB = 1 << 20;

  public ServerConfig {
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
    if (apiKey != null && apiKey.equals(readOnlyApiKey)) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "auth.api-key and auth.read-only-api-key are the same (expected: two different keys)");
    }
  }

  public static ServerConfig from(Configuration configuration) {
    return new ServerConfig(
        configuration.get(Settings.DATA_DIR),
        configuration.get(Settings.HOST),
        configuration.get(Settings.HTTP_PORT),
        (long) configuration.get(Settings.HTTP_MAX_BODY_MB) * BYTES_PER_MB,
        configuration.get(Settings.GRPC_PORT),
        configuration.get(Settings.GRPC_MAX_MESSAGE_MB) * BYTES_PER_MB,
        key(configuration, Settings.API_KEY),
        key(configuration, Settings.READ_ONLY_API_KEY),
        configuration.get(Settings.LOG_FORMAT),
        configuration.get(Settings.LOG_LEVEL),
        configuration.get(Settings.SHUTDOWN_TIMEOUT));
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
