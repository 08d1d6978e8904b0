package dev.quiver.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The REST API as the commands use it: blocking, every call with a deadline, an error answer thrown
 * as {@link CliException} with the server's own text. Thread-safe.
 */
final class ApiClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofMinutes(2);
  private static final int ATTEMPTS = 7;
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final long RETRY_AFTER_MAX_MILLIS = 65_000;
  private static final Set<Integer> RETRIED_STATUSES = Set.of(408, 429, 500, 502, 503, 504);

  private final URI base;
  private final @Nullable String apiKey;
  private final @Nullable String expectedEnvironment;
  private final HttpClient http;

  ApiClient(URI base, @Nullable String apiKey) {
    this(base, apiKey, null, null);
  }

  /**
   * @param expectedEnvironment sent with every call; null: not said
   * @param tls which certificates are trusted; null: those of the JDK
   */
  ApiClient(
      URI base,
      @Nullable String apiKey,
      @Nullable String expectedEnvironment,
      @Nullable SSLContext tls) {
    this.base = base;
    this.apiKey = apiKey;
    this.expectedEnvironment = expectedEnvironment;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    if (tls != null) {
      builder.sslContext(tls);
    }
    this.http = builder.build();
  }

  URI base() {
    return base;
  }

  /** A collection's path with its name encoded. */
  static String collection(String name) {
    return "/collections/" + encoded(name);
  }

  /** Percent-encoded, for a path or a header. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  JsonNode get(String path) {
    return call("GET", path, null);
  }

  JsonNode put(String path, JsonNode body) {
    return call("PUT", path, body);
  }

  JsonNode post(String path, JsonNode body) {
    return call("POST", path, body);
  }

  JsonNode delete(String path) {
    return call("DELETE", path, null);
  }

  /** Calls what a store labelled production asks to be confirmed; null confirms nothing. */
  JsonNode confirmed(
      String method, String path, @Nullable JsonNode body, @Nullable String confirmation) {
    return read(send(method, path, body, confirmation), method, path);
  }

  /** An answer that is not JSON. */
  String text(String path) {
    HttpResponse<String> response = send("GET", path, null);
    if (response.statusCode() != 200) {
      throw failure(response, "GET", path);
    }
    return response.body();
  }

  /** The answer's text, as long as it takes; tried again when that may help. */
  String patiently(String method, String path, @Nullable JsonNode body) {
    for (int attempt = 1; ; attempt++) {
      HttpResponse<String> response = null;
      CliException failure;
      try {
        response = send(method, path, body);
        if (response.statusCode() < 300) {
          return response.body();
        }
        failure = failure(response, method, path);
      } catch (CliException e) {
        failure = e;
      }
      if (attempt == ATTEMPTS || !mayPass(response, failure)) {
        throw failure;
      }
      pause(response, attempt);
    }
  }

  private static boolean mayPass(@Nullable HttpResponse<String> response, CliException failure) {
    return response == null
        ? failure.exitCode() == ExitCode.UNREACHABLE
        : RETRIED_STATUSES.contains(response.statusCode());
  }

  private static void pause(@Nullable HttpResponse<String> response, int attempt) {
    long backoffMillis = Math.min(FIRST_PAUSE_MILLIS << attempt, LONGEST_PAUSE_MILLIS);
    long millis = backoffMillis / 2 + ThreadLocalRandom.current().nextLong(backoffMillis / 2 + 1);
    String after =
        response == null ? null : response.headers().firstValue("Retry-After").orElse(null);
    if (after != null && after.matches("\\d{1,4}")) {
      millis = Math.max(millis, Math.min(Long.parseLong(after) * 1000, RETRY_AFTER_MAX_MILLIS));
    }
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliException(ExitCode.INTERRUPTED, "interrupted while waiting to try again", e);
    }
  }

  private JsonNode call(String method, String path, @Nullable JsonNode body) {
    return read(send(method, path, body), method, path);
  }

  private HttpResponse<String> send(String method, String path, @Nullable JsonNode body) {
    return send(method, path, body, null);
  }

  private HttpResponse<String> send(
      String method, String path, @Nullable JsonNode body, @Nullable String confirmation) {
    BodyPublisher publisher =
        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(CALL_TIMEOUT)
            .header("Content-Type", "application/json")
            .method(method, publisher);
    if (apiKey != null) {
      request.header("api-key", apiKey);
    }
    if (expectedEnvironment != null) {
      request.header("Quiver-Expect-Environment", expectedEnvironment);
    }
    if (confirmation != null) {
      request.header("Quiver-Confirm", encoded(confirmation));
    }
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "no server answers at "
              + base
              + " ("
              + reason(e)
              + "); start one with `quiver serve`, or name another with --url",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliException(ExitCode.INTERRUPTED, "interrupted while waiting for " + base, e);
    }
  }

  private static String reason(IOException error) {
    String text = String.valueOf(error.getMessage());
    if (text.contains("parsing HTTP/1.1 status line")) {
      return "what listens there does not speak REST; is it the gRPC port?";
    }
    return switch (error) {
      case HttpConnectTimeoutException _ -> "it does not react";
      case HttpTimeoutException _ -> "no answer within " + CALL_TIMEOUT.toSeconds() + " s";
      case ConnectException _ -> "connection refused, or no such host";
      default -> error.getMessage() == null ? error.getClass().getSimpleName() : text;
    };
  }

  private JsonNode read(HttpResponse<String> response, String method, String path) {
    int status = response.statusCode();
    if (status < 300) {
      try {
        return Json.MAPPER.readTree(response.body());
      } catch (JsonProcessingException e) {
        throw new CliException(
            ExitCode.FAILED, base + " does not speak this API: " + e.getOriginalMessage(), e);
      }
    }
    throw failure(response, method, path);
  }

  private static CliException failure(HttpResponse<String> response, String method, String path) {
    int status = response.statusCode();
    ExitCode code =
        switch (status) {
          case 401, 403 -> ExitCode.DENIED;
          case 404 -> ExitCode.NOT_FOUND;
          default -> ExitCode.FAILED;
        };
    String hint = code == ExitCode.DENIED ? "; give a key with --api-key or $QUIVER_API_KEY" : "";
    return new CliException(
        code, method + " " + path + ": " + status + " " + errorText(response.body()) + hint);
  }

  private static String errorText(String body) {
    try {
      String text = Json.MAPPER.readTree(body).path("status").path("error").asText();
      return text.isEmpty() ? body : text;
    } catch (JsonProcessingException e) {
      return body;
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
