package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static dev.quiver.api.RestFixture.tree;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestServiceTest {
  @TempDir Path folder;

  @Test
  void theServerSaysWhatItIsAndHowItIs() {
    try (RestFixture rest = new RestFixture(folder)) {
      assertThat(rest.get("/").json())
          .isEqualTo(
              tree(
                  "{'title': 'qdrant - vector search engine', 'version': '1.19.0', 'commit': '"
                      + RestFixture.COMMIT
                      + "'}"));
      assertThat(rest.get("/healthz").text()).isEqualTo("healthz check passed");
      assertThat(rest.get("/livez").text()).isEqualTo("healthz check passed");
      assertThat(rest.get("/readyz").text()).isEqualTo("all shards are ready");
      assertThat(rest.get("//healthz//").status()).as("slashes are trimmed").isEqualTo(200);
      assertThat(rest.get("/issues").result()).isEqualTo(tree("{'issues': []}"));
      assertThat(rest.delete("/issues").result()).isEqualTo(tree("true"));
    }
  }

  @Test
  void telemetryGrowsWithItsLevel() {
    try (RestFixture rest = new RestFixture(folder)) {
      rest.put("/collections/c", json("{'vectors': {'size': 2, 'distance': 'Dot'}}"));
      JsonNode plain = rest.get("/telemetry").result();
      assertThat(plain.path("app").path("name").asText()).isEqualTo("qdrant");
      assertThat(plain.path("app").path("version").asText()).isEqualTo("1.19.0");
      assertThat(plain.path("app").has("features")).isFalse();
      assertThat(plain.path("collections").path("number_of_collections").asInt()).isEqualTo(1);
      assertThat(plain.path("collections").has("collections")).isFalse();
      JsonNode full = rest.get("/telemetry?details_level=10").result();
      assertThat(full.path("app").has("features")).isTrue();
      assertThat(full.path("collections").path("collections").get(0).path("id").asText())
          .isEqualTo("c");
      assertThat(
              full.path("requests")
                  .path("rest")
                  .path("responses")
                  .path("PUT /collections/{collection_name}")
                  .path("200")
                  .path("count")
                  .asInt())
          .isEqualTo(1);
    }
  }

  @Test
  void metricsHaveEverySeriesFromTheStartAndCountCalls() {
    try (RestFixture rest = new RestFixture(folder)) {
      Answer before = rest.get("/metrics");
      assertThat(before.raw().headers().firstValue("content-type").orElse(""))
          .startsWith("text/plain");
      String count =
          "rest_responses_total{method=\"POST\",endpoint=\"/collections/{collection_name}/points/"
              + "count\",status=\"200\"} ";
      assertThat(before.text())
          .contains(count + "0\n")
          .contains("grpc_responses_total{endpoint=\"/qdrant.Points/Search\",status=\"0\"} 0\n")
          .contains("# TYPE rest_responses_duration_seconds histogram\n")
          .contains("app_info{name=\"qdrant\",version=\"1.19.0\"} 1\n")
          .contains("collections_total 0\n")
          .contains("cluster_enabled 0\n");
      rest.put("/collections/c", json("{'vectors': {'size': 2, 'distance': 'Dot'}}"));
      rest.put(
          "/collections/c/points?wait=true",
          json("{'points': [{'id': 1, 'vector': [1, 0]}, {'id': 2, 'vector': [1, 0]}]}"));
      rest.post("/collections/c/points/count", "{}");
      rest.post("/collections/none/points/count", "{}");
      String after = rest.get("/metrics").text();
      assertThat(after)
          .contains(count + "1\n")
          .contains(count.replace("200", "404") + "1\n")
          .contains("collections_total 1\n")
          .contains("collections_vector_total 2\n")
          .contains("collection_points{id=\"c\"} 2\n");
      assertThat(after.lines().filter(line -> !line.startsWith("#")))
          .allMatch(line -> line.matches("[a-z_]+(\\{[^}]*(\\{[a-z_]+}[^}]*)*})? [0-9.E+-]+"));
    }
  }

  @Test
  void keysOpenWhatTheyOpen() {
    ApiKeys keys = new ApiKeys("write-key", "other-write-key", "read-key");
    String create = json("{'vectors': {'size': 2, 'distance': 'Dot'}}");
    try (RestFixture rest = new RestFixture(folder, keys, ApiLimits.DEFAULT)) {
      for (String open : List.of("/", "/healthz", "/livez", "/readyz", "/livez/")) {
        assertThat(rest.get(open).status()).as(open).isEqualTo(200);
      }
      Answer none = rest.get("/collections");
      assertThat(none.status()).isEqualTo(401);
      assertThat(none.text()).isEqualTo("Must provide an API key or an Authorization bearer token");
      assertThat(rest.get("/nothing").status()).as("no route is told apart").isEqualTo(401);
      assertThat(rest.get("/metrics").status()).isEqualTo(401);
      Answer wrong = rest.call("GET", "/collections", null, "api-key", "write-kez");
      assertThat(wrong.status()).isEqualTo(401);
      assertThat(wrong.text()).isEqualTo("Invalid API key or JWT");
      assertThat(
              rest.call("GET", "/collections", null, "Authorization", "Basic write-key").status())
          .isEqualTo(401);

      Answer refused = rest.call("PUT", "/collections/c", create, "api-key", "read-key");
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.error()).isEqualTo("Forbidden: Global manage access is required");
      assertThat(rest.call("PUT", "/collections/c", create, "api-key", "write-key").status())
          .isEqualTo(200);
      assertThat(
              rest.call("PUT", "/collections/d", create, "Authorization", "Bearer other-write-key")
                  .status())
          .isEqualTo(200);
      assertThat(
              rest.call("GET", "/collections/c", null, "Authorization", "Bearer read-key").status())
          .isEqualTo(200);
      assertThat(
              rest.call(
                      "POST",
                      "/collections/c/points/search",
                      json("{'vector': [1, 0], 'limit': 1}"),
                      "api-key",
                      "read-key")
                  .status())
          .isEqualTo(200);
      for (String[] write : writes()) {
        Answer answer = rest.call(write[0], write[1], write[2], "api-key", "read-key");
        assertThat(answer.status()).as(write[0] + " " + write[1]).isEqualTo(403);
      }
    }
  }

  private static List<String[]> writes() {
    String p = "/collections/c/points";
    return List.of(
        new String[] {"PATCH", "/collections/c", "{}"},
        new String[] {"DELETE", "/collections/c", null},
        new String[] {"POST", "/collections/aliases", "{}"},
        new String[] {"PUT", p, "{}"},
        new String[] {"POST", p + "/delete", "{}"},
        new String[] {"PUT", p + "/vectors", "{}"},
        new String[] {"POST", p + "/vectors/delete", "{}"},
        new String[] {"POST", p + "/payload", "{}"},
        new String[] {"PUT", p + "/payload", "{}"},
        new String[] {"POST", p + "/payload/delete", "{}"},
        new String[] {"POST", p + "/payload/clear", "{}"},
        new String[] {"POST", p + "/batch", "{}"},
        new String[] {"PUT", "/collections/c/index", "{}"},
        new String[] {"DELETE", "/collections/c/index/k", null},
        new String[] {"DELETE", "/issues", null});
  }

  @Test
  void largeAnswersAreCompressedForThoseWhoTakeIt() throws IOException {
    try (RestFixture rest = new RestFixture(folder)) {
      String plain = rest.get("/metrics").text();
      Answer gzip = rest.call("GET", "/metrics", null, "Accept-Encoding", "br, gzip;q=0.8");
      assertThat(gzip.raw().headers().firstValue("content-encoding")).hasValue("gzip");
      assertThat(gzip.raw().body()).hasSizeLessThan(plain.length() / 5);
      String unzipped =
          new String(
              new GZIPInputStream(new ByteArrayInputStream(gzip.raw().body())).readAllBytes(),
              UTF_8);
      assertThat(unzipped).startsWith(plain.substring(0, 100));
      Answer deflate = rest.call("GET", "/metrics", null, "Accept-Encoding", "deflate, gzip;q=0");
      assertThat(
              new String(
                  new InflaterInputStream(new ByteArrayInputStream(deflate.raw().body()))
                      .readAllBytes(),
                  UTF_8))
          .startsWith(plain.substring(0, 100));
      Answer small = rest.call("GET", "/healthz", null, "Accept-Encoding", "gzip");
      assertThat(small.text()).isEqualTo("healthz check passed");
    }
  }

  @Test
  void compressedBodiesAreReadAndBounded() throws IOException {
    ApiLimits limits =
        new ApiLimits(
            10_000, 64, 100, 10, ApiLimits.DEFAULT.searchTimeout(), ApiLimits.DEFAULT.timeoutMax());
    try (RestFixture rest = new RestFixture(folder, ApiKeys.none(), limits)) {
      Answer created =
          rest.send(
              compressed(
                  rest,
                  "PUT",
                  "/collections/c",
                  json("{'vectors': {'size': 2, 'distance': 'Dot'}}").getBytes(UTF_8)));
      assertThat(created.status()).as(created.text()).isEqualTo(200);
      Answer bomb =
          rest.send(compressed(rest, "POST", "/collections/c/points/count", new byte[5_000_000]));
      assertThat(bomb.status()).isEqualTo(400);
      assertThat(bomb.error()).isEqualTo("JSON payload has exceeded limit (10000 bytes).");
    }
  }

  @Test
  void whatFollowsACompressedBodyIsNotTakenForARequest() throws IOException {
    try (RestFixture rest = new RestFixture(folder)) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(body)) {
        out.write("{}".getBytes(UTF_8));
      }
      body.write("DELETE /collections/c HTTP/1.1\r\nHost: x\r\n\r\n".repeat(500).getBytes(UTF_8));
      rest.put("/collections/c", json("{'vectors': {'size': 2, 'distance': 'Dot'}}"));
      for (int i = 0; i < 3; i++) {
        Answer answer =
            rest.send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://localhost:" + rest.port() + "/collections/c/points/count"))
                    .header("content-type", "application/json")
                    .header("content-encoding", "gzip")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                    .build());
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      }
      assertThat(rest.get("/collections/c").status()).isEqualTo(200);
    }
  }

  private static HttpRequest compressed(RestFixture rest, String method, String path, byte[] body)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(body);
    }
    return HttpRequest.newBuilder(URI.create("http://localhost:" + rest.port() + path))
        .header("content-type", "application/json")
        .header("content-encoding", "gzip")
        .method(method, HttpRequest.BodyPublishers.ofByteArray(bytes.toByteArray()))
        .build();
  }

  @Test
  void aRequestIdIsKeptOrMade() {
    try (RestFixture rest = new RestFixture(folder)) {
      assertThat(
              rest.call("GET", "/healthz", null, "X-Request-Id", "abc-1")
                  .raw()
                  .headers()
                  .firstValue("x-request-id"))
          .hasValue("abc-1");
      assertThat(rest.get("/healthz").raw().headers().firstValue("x-request-id").orElse(""))
          .hasSize(36);
      assertThat(
              rest.call("GET", "/healthz", null, "X-Request-Id", "a\"b c")
                  .raw()
                  .headers()
                  .firstValue("x-request-id")
                  .orElse(""))
          .as("what could garble a log is replaced")
          .hasSize(36);
    }
  }

  @Test
  void whatIsNoHttpGetsAnErrorAndOthersAreServed() throws IOException {
    try (RestFixture rest = new RestFixture(folder)) {
      for (String raw :
          List.of(
              "GET /collections/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
              "GET /collections/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
              "GET / HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n",
              "NONSENSE\r\n\r\n",
              "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
              "GET / HTTP/1.1\r\nBad Header\r\nConnection: close\r\n\r\n")) {
        String answer = exchange(rest, raw);
        assertThat(answer).as(raw).matches("(?s)HTTP/1\\.1 (4\\d\\d|505) .*");
        assertThat(rest.get("/healthz").status()).isEqualTo(200);
      }
    }
  }

  private static String exchange(RestFixture rest, String raw) throws IOException {
    try (Socket socket = new Socket("localhost", rest.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(raw.getBytes(UTF_8));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
