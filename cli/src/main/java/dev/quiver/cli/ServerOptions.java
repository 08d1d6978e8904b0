package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server a client command talks to. */
final class ServerOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "REST address of the server. Default: $QUIVER_URL, or http://127.0.0.1:6333.")
  private @Nullable String url;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Key to send; better given as $QUIVER_API_KEY, which no process list shows.")
  private @Nullable String apiKey;

  @Option(
      names = "--expect-environment",
      paramLabel = "LABEL",
      description =
          "Refuse to talk to a store that is not labelled so. Default:"
              + " $QUIVER_EXPECT_ENVIRONMENT, or any.")
  private @Nullable String expectedEnvironment;

  ApiClient client(Context context) {
    return client(context, uri(context.environment()), null);
  }

  /**
   * @param tls which certificates are trusted; null: those of the JDK
   */
  ApiClient client(Context context, URI address, @Nullable SSLContext tls) {
    Map<String, String> environment = context.environment();
    return new ApiClient(
        address,
        key(environment),
        expectedEnvironment == null
            ? environment.get("QUIVER_EXPECT_ENVIRONMENT")
            : expectedEnvironment,
        tls);
  }

  URI uri(Map<String, String> environment) {
    String text = url;
    if (text == null) {
      text = environment.get("QUIVER_URL");
    }
    if (text == null) {
      text = "http://127.0.0.1:" + environment.getOrDefault("QUIVER_HTTP_PORT", "6333");
    }
    return address(text);
  }

  @Nullable String key(Map<String, String> environment) {
    if (apiKey != null) {
      return apiKey;
    }
    String named = environment.get("QUIVER_API_KEY");
    return named == null ? environment.get("QUIVER_AUTH_API_KEY") : named;
  }

  /** An http or https address with a host; a missing scheme means http. */
  static URI address(String text) {
    try {
      URI uri = URI.create(text.contains("://") ? text : "http://" + text);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCode.USAGE, "not an address: " + text + " (" + e.getMessage() + ")", e);
    }
    throw new CliException(
        ExitCode.USAGE, "not an address: " + text + " (expected: http://HOST:PORT)");
  }

  /** The member {@code result} of an answer. */
  static JsonNode result(JsonNode answer) {
    return answer.path("result");
  }
}
