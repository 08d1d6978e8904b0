package dev.quiver.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiver.engine.QuiverException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class QuiverServerTest {
  private static final String MODEL = "sentence-transformers/all-minilm-l6-v2";

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void itListensIsReadyAndKeepsWhatWasWritten() throws Exception {
    try (QuiverServer server = start(Map.of())) {
      assertThat(get(server, "/readyz").statusCode()).isEqualTo(200);
      assertThat(server.ready()).isTrue();
      assertThat(put(server, "/collections/a", vectors(2)).statusCode()).isEqualTo(200);
      String points = "{\"points\":[{\"id\":1,\"vector\":[1,0],\"payload\":{\"名\":\"猫\"}}]}";
      assertThat(put(server, "/collections/a/points?wait=true", points).statusCode())
          .isEqualTo(200);
    }
    try (QuiverServer server = start(Map.of())) {
      assertThat(get(server, "/collections/a/points/1").body()).contains("\"名\":\"猫\"");
    }
  }

  @Test
  void aRequestInWorkEndsBeforeTheServerDoes() throws Exception {
    QuiverServer server = start(Map.of());
    put(server, "/collections/a", vectors(384));
    StringJoiner points = new StringJoiner(",", "{\"points\":[", "]}");
    for (int i = 0; i < 100; i++) {
      points.add(
          "{\"id\":%d,\"vector\":{\"text\":\"sentence number %d of a hundred\",\"model\":\"%s\"}}"
              .formatted(i, i, MODEL));
    }
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(
            request(server, "/collections/a/points?wait=true")
                .PUT(BodyPublishers.ofString(points.toString()))
                .build(),
            BodyHandlers.ofString());
    while (server.embedders().pendingTexts() == 0 && !answer.isDone()) {
      Thread.onSpinWait();
    }

    server.close();

    assertThat(answer.get(1, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> get(server, "/readyz")).isInstanceOf(ConnectException.class);
    try (QuiverServer again = start(Map.of())) {
      assertThat(get(again, "/collections/a").body()).contains("\"points_count\":100");
    }
  }

  @Test
  void aPeerThatBreaksOffIsNoMatterForTheLog() throws Exception {
    PrintStream original = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, UTF_8));
    try {
      Logging.configure(LogFormat.CONSOLE, LogLevel.INFO);
      try (QuiverServer server = start(Map.of())) {
        String head = "POST /collections HTTP/1.1\r\nHost: x\r\n";
        for (String part : List.of("", "PO", head, head + "Content-Length: 9\r\n\r\n{")) {
          for (boolean reset : new boolean[] {false, true}) {
            try (Socket socket = new Socket("127.0.0.1", server.httpPort())) {
              // With a linger of zero the close is a reset.
              socket.setSoLinger(reset, 0);
              socket.getOutputStream().write(part.getBytes(UTF_8));
            }
          }
        }
        assertThat(get(server, "/readyz").statusCode()).isEqualTo(200);
      }
    } finally {
      System.setErr(original);
      Logging.configure(LogFormat.CONSOLE, LogLevel.WARN);
    }
    // The server is closed, and with it every connection.
    assertThat(written.toString(UTF_8))
        .contains("INFO")
        .doesNotContain("WARN", "ERROR", "Exception", "\tat ");
  }

  @Test
  void everySeriesIsThereFromTheStart() throws Exception {
    try (QuiverServer server = start(Map.of())) {
      Set<String> first = series(server);
      put(server, "/collections/a", vectors(2));
      put(server, "/collections/a/points?wait=true", "{\"points\":[{\"id\":1,\"vector\":[1,0]}]}");
      post(server, "/collections/a/points/query", "{\"query\":[1,0]}");

      assertThat(first).containsAll(series(server));
      assertThat(first)
          .contains(
              "quiver_open_collections",
              "quiver_log_syncs_total",
              "quiver_heap_used_bytes",
              "quiver_off_heap_bytes{kind=\"mapped\"}",
              "quiver_searches_rejected_total",
              "quiver_off_heap_budget_bytes",
              "quiver_off_heap_budget_used_bytes",
              "quiver_off_heap_budget_refusals_total",
              "memory_resident_bytes",
              "process_open_fds",
              "collections_total")
          .anyMatch(name -> name.startsWith("quiver_embed_texts_total{model="))
          .anyMatch(name -> name.startsWith("app_info{"))
          .anyMatch(name -> name.startsWith("rest_responses_total{"))
          .anyMatch(name -> name.startsWith("grpc_responses_total{"));
    }
  }

  /** Without those of single collections, which come and go with them. */
  private Set<String> series(QuiverServer server) throws Exception {
    return get(server, "/metrics")
        .body()
        .lines()
        .filter(line -> !line.startsWith("#") && !line.startsWith("collection_"))
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .collect(Collectors.toSet());
  }

  @Test
  void metricsCountWhatHappens() throws Exception {
    try (QuiverServer server = start(Map.of())) {
      put(server, "/collections/a", vectors(2));
      put(server, "/collections/a/points?wait=true", "{\"points\":[{\"id\":1,\"vector\":[1,0]}]}");

      String metrics = get(server, "/metrics").body();

      assertThat(metrics)
          .contains("\ncollections_total 1\n")
          .contains("\nquiver_open_collections 1\n");
      assertThat(metrics).containsPattern("\nquiver_operations_applied_total [1-9]");
      assertThat(metrics).containsPattern("\nmemory_resident_bytes [1-9]");
    }
  }

  @Test
  void keysAreAskedForWhenTheyAreSet() throws Exception {
    try (QuiverServer server =
        start(Map.of("auth.api-key", "write", "auth.read-only-api-key", "read"))) {
      assertThat(get(server, "/readyz").statusCode()).isEqualTo(200);
      assertThat(get(server, "/collections").statusCode()).isEqualTo(401);
      HttpRequest reading = request(server, "/collections").header("api-key", "read").build();
      assertThat(http.send(reading, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aTakenPortIsNamedWithTheWayOutAndNothingStaysOpen() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertThatThrownBy(() -> start(Map.of("http.port", port)))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + port)
          .hasMessageContaining("--http-port");
      assertThatThrownBy(() -> start(Map.of("grpc.port", port)))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + port)
          .hasMessageContaining("--grpc-port");
    }
    start(Map.of()).close();
  }

  @Test
  void aDataFolderServesOneServerAtATime() {
    try (QuiverServer first = start(Map.of())) {
      assertThat(first.ready()).isTrue();
      assertThatThrownBy(() -> start(Map.of())).isInstanceOf(QuiverException.class);
    }
  }

  @Test
  void closingTwiceIsClosingOnce() {
    QuiverServer server = start(Map.of());
    server.close();
    server.close();
    assertThat(server.ready()).isFalse();
  }

  private QuiverServer start(Map<String, String> settings) {
    Map<String, String> values = new HashMap<>();
    values.put("data.dir", folder.resolve("data").toString());
    values.put("http.port", "0");
    values.put("grpc.port", "0");
    values.put("shutdown.timeout-seconds", "60");
    values.putAll(settings);
    return QuiverServer.start(ServerConfig.from(Configuration.of(values)));
  }

  private static String vectors(int size) {
    return "{\"vectors\":{\"size\":" + size + ",\"distance\":\"Cosine\"}}";
  }

  private static HttpRequest.Builder request(QuiverServer server, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
        .header("Content-Type", "application/json")
        .timeout(Duration.ofSeconds(60));
  }

  private HttpResponse<String> get(QuiverServer server, String path)
      throws IOException, InterruptedException {
    return http.send(request(server, path).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> put(QuiverServer server, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        request(server, path).PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(QuiverServer server, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        request(server, path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }
}
