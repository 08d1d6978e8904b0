package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.WriteOp;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real server over a real engine in a temporary folder, and a plain HTTP client for it. */
final class RestFixture implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** An answer. */
  record Answer(int status, String text, HttpResponse<byte[]> raw) {
    JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (IOException e) {
        throw new UncheckedIOException(text, e);
      }
    }

    JsonNode result() {
      return json().path("result");
    }

    String error() {
      return json().path("status").path("error").asText();
    }
  }

  final Engine engine;
  final SearchPool pool;
  final ApiMetrics metrics = new ApiMetrics();
  final RestApi api;
  final WebServer server;
  final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  RestFixture(Path folder) {
    this(folder, ApiKeys.none(), ApiLimits.DEFAULT);
  }

  RestFixture(Path folder, ApiKeys keys, ApiLimits limits) {
    this(folder, keys, limits, RestSettings.defaults());
  }

  RestFixture(Path folder, ApiKeys keys, ApiLimits limits, RestSettings settings) {
    engine = Engine.open(folder, EngineOptions.defaults());
    pool = new SearchPool(2, 64);
    api =
        new RestApi(
            engine,
            new Inference(RestFixture::embed),
            pool,
            keys,
            metrics,
            limits,
            VersionInfo.ofCommit(COMMIT),
            () -> true);
    server =
        WebServer.builder()
            .host("localhost")
            .port(0)
            .update(listener -> api.configure(listener, settings))
            .routing(api::routing)
            .build()
            .start();
  }

  /** A model of four dimensions, so that texts need no real one: counts of some letters. */
  private static float[][] embed(String model, List<String> texts, Duration timeout) {
    if (!model.equals("letters")) {
      throw QuiverException.badRequest("model " + model + " is not on board");
    }
    float[][] vectors = new float[texts.size()][];
    for (int i = 0; i < vectors.length; i++) {
      String text = texts.get(i);
      vectors[i] = new float[] {count(text, 'a'), count(text, 'b'), count(text, 'c'), 0.5f};
    }
    return vectors;
  }

  private static float count(String text, char letter) {
    return text.chars().filter(c -> c == letter).count();
  }

  int port() {
    return server.port();
  }

  Answer get(String path) {
    return call("GET", path, null);
  }

  Answer put(String path, String body) {
    return call("PUT", path, body);
  }

  Answer post(String path, String body) {
    return call("POST", path, body);
  }

  Answer patch(String path, String body) {
    return call("PATCH", path, body);
  }

  Answer delete(String path) {
    return call("DELETE", path, null);
  }

  /**
   * @param headers name, value, name, value, ...
   */
  Answer call(String method, String path, @Nullable String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (body != null && request.build().headers().firstValue("content-type").isEmpty()) {
      request.header("content-type", "application/json");
    }
    return send(request.build());
  }

  Answer send(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(
          response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The operation of a body that writes points. */
  static WriteOp upsert(String body) {
    byte[] bytes = json(body).getBytes(StandardCharsets.UTF_8);
    PendingWrite.Upsert write =
        (PendingWrite.Upsert)
            JsonIn.read(JsonIn.factory(ApiLimits.DEFAULT), bytes, bytes.length, RestWrites::upsert);
    return write.resolve(new Inference(RestFixture::embed).batch());
  }

  /** JSON with single quotes for double ones. */
  static String json(String text) {
    return text.replace('\'', '"');
  }

  static JsonNode tree(String text) {
    try {
      return JSON.readTree(json(text));
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  /** The body without its time, which no test can know. */
  static JsonNode withoutTime(JsonNode body) {
    ObjectNode copy = body.deepCopy();
    copy.remove("time");
    return copy;
  }

  @Override
  public void close() {
    client.close();
    server.stop();
    pool.close();
    engine.close();
  }
}
