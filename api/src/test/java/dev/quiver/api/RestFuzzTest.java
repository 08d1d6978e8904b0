package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.api.RestFixture.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Throws random and half-right requests at a server. Whatever comes: it answers, never with an
 * error of its own, and what is stored stays. {@code -Dquiver.fuzz.seed=N} replays a run, {@code
 * -Dquiver.fuzz.requests=N} makes it longer.
 */
class RestFuzzTest {
  private static final long SEED = Long.getLong("quiver.fuzz.seed", System.nanoTime());
  private static final int REQUESTS = Integer.getInteger("quiver.fuzz.requests", 2_000);
  private static final String KEPT = "/collections/kept";
  private static final String SCRATCH = "/collections/scratch";
  private static final int OPEN_SOCKETS = 40;

  /** A request that is right, to start from. */
  private record Template(String method, String path, String body) {}

  private static final List<Template> TEMPLATES =
      List.of(
          new Template(
              "PUT",
              "/points?wait=true",
              "{'points': [{'id': 1, 'vector': [1, 2, 3, 4], 'payload': {'a': {'b': [1, 2.5, null, 'x']}}}, {'id': '550e8400-e29b-41d4-a716-446655440000', 'vector': {'text': 'abc', 'model': 'letters'}}]}"),
          new Template(
              "PUT",
              "/points?wait=true",
              "{'batch': {'ids': [1, 2], 'vectors': [[1, 2, 3, 4], [5, 6, 7, 8]], 'payloads': [{'k': 'v'}, null]}}"),
          new Template(
              "POST",
              "/points/delete?wait=true",
              "{'filter': {'must': [{'key': 'a.b', 'range': {'gte': 1, 'lt': 5}}]}}"),
          new Template(
              "PUT",
              "/points/vectors?wait=true",
              "{'points': [{'id': 1, 'vector': [4, 3, 2, 1]}]}"),
          new Template(
              "POST", "/points/vectors/delete?wait=true", "{'points': [2], 'vector': ['']}"),
          new Template(
              "POST",
              "/points/payload?wait=true",
              "{'payload': {'p': [1]}, 'points': [1], 'key': 'a.b'}"),
          new Template(
              "PUT",
              "/points/payload?wait=true",
              "{'payload': {'p': true}, 'filter': {'should': [{'has_id': [1]}]}}"),
          new Template(
              "POST",
              "/points/payload/delete?wait=true",
              "{'keys': ['a[0].b', 'c'], 'points': [1]}"),
          new Template("POST", "/points/payload/clear?wait=true", "{'points': [1]}"),
          new Template(
              "POST",
              "/points/batch?wait=true",
              "{'operations': [{'upsert': {'points': [{'id': 3, 'vector': [1, 1, 1, 1]}]}}, {'delete': {'points': [3]}}]}"),
          new Template(
              "POST",
              "/points/search",
              "{'vector': [1, 2, 3, 4], 'limit': 3, 'params': {'hnsw_ef': 20, 'exact': false}, 'with_payload': {'include': ['a']}, 'score_threshold': 0.5}"),
          new Template(
              "POST",
              "/points/query",
              "{'query': {'nearest': [1, 2, 3, 4]}, 'limit': 3, 'filter': {'must_not': [{'key': 'k', 'match': {'any': ['v', 'w']}}]}, 'with_vector': true}"),
          new Template(
              "POST",
              "/points/query/batch",
              "{'searches': [{'query': 1}, {'query': {'text': 'abc', 'model': 'letters'}, 'using': ''}]}"),
          new Template(
              "POST",
              "/points/query",
              "{'prefetch': [{'query': {'nearest': [1, 2, 3, 4], 'mmr': {'diversity': 0.5, 'candidates_limit': 4}}, 'limit': 5, 'score_threshold': -9}, {'prefetch': {'limit': 2}, 'query': {'context': [{'positive': 1, 'negative': [0, 1, 0, 0]}]}}], 'query': {'rrf': {'k': 3, 'weights': [1, 2]}}}"),
          new Template(
              "POST",
              "/points/query",
              "{'prefetch': {'query': {'recommend': {'positive': [1], 'negative': [[1, 1, 1, 1]], 'strategy': 'sum_scores'}}}, 'query': {'formula': {'sum': ['$score[0]', {'mult': [2, 'n']}, {'exp_decay': {'x': {'datetime_key': 't'}, 'target': {'datetime': '2024-01-01'}, 'scale': 9, 'midpoint': 0.5}}, {'div': {'left': 1, 'right': {'geo_distance': {'origin': {'lon': 1, 'lat': 2}, 'to': 'p'}}, 'by_zero_default': 3}}, {'key': 'k', 'match': {'value': 'v'}}]}, 'defaults': {'n': 1, 't': '2024-02-03', 'p': {'lon': 1, 'lat': 1}}}}"),
          new Template(
              "POST",
              "/points/query",
              "{'query': {'relevance_feedback': {'target': 1, 'feedback': [{'example': [1, 2, 3, 4], 'score': 0.5}, {'example': 1, 'score': 1}], 'strategy': {'naive': {'a': 1, 'b': 2, 'c': 3}}}}, 'lookup_from': {'collection': 'kept', 'vector': ''}}"),
          new Template(
              "POST",
              "/points/recommend/batch",
              "{'searches': [{'positive': [1], 'negative': [[0, 0, 0, 1]], 'strategy': 'best_score', 'limit': 2, 'using': ''}]}"),
          new Template(
              "POST",
              "/points/discover",
              "{'target': 1, 'context': [{'positive': 1, 'negative': [1, 0, 0, 0]}], 'limit': 2, 'offset': 1}"),
          new Template(
              "POST",
              "/points/scroll",
              "{'limit': 5, 'offset': 1, 'filter': {'min_should': {'conditions': [{'is_empty': {'key': 'x'}}], 'min_count': 1}}}"),
          new Template(
              "POST",
              "/points/count",
              "{'filter': {'must': [{'nested': {'key': 'a', 'filter': {'must': [{'key': 'b', 'geo_radius': {'center': {'lon': 1, 'lat': 2}, 'radius': 3}}]}}}]}, 'exact': true}"),
          new Template(
              "POST",
              "/points",
              "{'ids': [1, 2, '550e8400e29b41d4a716446655440000'], 'with_payload': true}"),
          new Template(
              "PUT",
              "/index?wait=true",
              "{'field_name': 'a.b', 'field_schema': {'type': 'integer', 'lookup': true, 'range': true}}"),
          new Template(
              "PATCH",
              "",
              "{'hnsw_config': {'m': 8}, 'metadata': {'x': 1}, 'optimizers_config': {'max_optimization_threads': 'auto'}}"));

  private static final List<String> ODD_TOKENS =
      List.of(
          "null",
          "true",
          "[]",
          "{}",
          "-1",
          "0",
          "1e999",
          "-0.0",
          "NaN",
          "18446744073709551615",
          "18446744073709551616",
          "9".repeat(400),
          "0." + "1".repeat(500),
          "\"\"",
          "\"\\u0000\"",
          "\"\\ud83d\"",
          "[[[[]]]]",
          "{\"a\":{\"a\":{\"a\":{}}}}",
          "\"" + "x".repeat(5_000) + "\"",
          "1.7976931348623157e308",
          "4294967296",
          "-9223372036854775808",
          "\"🏔\"");

  @TempDir Path folder;
  private final Random random = new Random(SEED);

  @Test
  void nothingThatComesInHarmsTheServer() throws IOException {
    System.out.println("REST fuzzing, replay with -Dquiver.fuzz.seed=" + SEED);
    ApiLimits limits =
        new ApiLimits(1 << 20, 64, 10_000, 100, Duration.ofSeconds(30), Duration.ofHours(1));
    List<Socket> halfOpen = new ArrayList<>();
    try (RestFixture rest = new RestFixture(folder, ApiKeys.none(), limits)) {
      String vectors = json("{'vectors': {'size': 4, 'distance': 'Dot'}}");
      assertThat(rest.put(KEPT, vectors).status()).isEqualTo(200);
      assertThat(rest.put(SCRATCH, vectors).status()).isEqualTo(200);
      assertThat(
              rest.put(
                      KEPT + "/points?wait=true",
                      json(
                          "{'points': [{'id': 1, 'vector': [1, 2, 3, 4], 'payload': {'k': 1}},"
                              + " {'id': 2, 'vector': [4, 3, 2, 1]}]}"))
                  .status())
          .isEqualTo(200);
      String before = state(rest);
      for (int i = 0; i < REQUESTS; i++) {
        step(rest, halfOpen);
        if (i % 500 == 0) {
          assertThat(state(rest)).as("seed " + SEED + ", request " + i).isEqualTo(before);
        }
      }
      assertThat(state(rest)).as("seed " + SEED).isEqualTo(before);
      Answer hits =
          rest.post(KEPT + "/points/search", json("{'vector': [1, 0, 0, 0], 'limit': 1}"));
      assertThat(hits.result().get(0).path("id").asInt()).isEqualTo(2);
      Answer written =
          rest.put(
              SCRATCH + "/points?wait=true",
              json("{'points': [{'id': 77, 'vector': [1, 2, 3, 4]}]}"));
      assertThat(written.result().path("status").asText())
          .as("the collection that was fuzzed still takes writes")
          .isEqualTo("completed");
      assertThat(rest.get(SCRATCH + "/points/77").status()).isEqualTo(200);
    } finally {
      for (Socket socket : halfOpen) {
        socket.close();
      }
    }
  }

  private static String state(RestFixture rest) {
    Answer points = rest.post(KEPT + "/points/scroll", json("{'limit': 10, 'with_vector': true}"));
    assertThat(points.status()).as(points.text()).isEqualTo(200);
    return points.result() + " " + rest.get(KEPT).result().path("config");
  }

  private void step(RestFixture rest, List<Socket> halfOpen) throws IOException {
    Template template = TEMPLATES.get(random.nextInt(TEMPLATES.size()));
    byte[] body = json(template.body).getBytes(UTF_8);
    switch (random.nextInt(9)) {
      case 0 -> send(rest, template, KEPT, randomBytes(), "application/json");
      case 1 -> send(rest, template, KEPT, truncated(body), "application/json");
      case 2, 3 -> send(rest, template, SCRATCH, withOddToken(template.body), "application/json");
      case 4 -> send(rest, template, SCRATCH, withFlippedBytes(body), "application/json");
      case 5 -> send(rest, template, KEPT, nested(), "application/json");
      case 6 -> send(rest, template, KEPT, body, oddContentType());
      case 7 -> rawBytes(rest);
      default -> halfOpen(rest, template, body, halfOpen);
    }
  }

  private void send(
      RestFixture rest, Template template, String collection, byte[] body, String contentType) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + rest.port() + collection + template.path))
            .timeout(Duration.ofSeconds(30))
            .header("content-type", contentType);
    if (random.nextInt(20) == 0) {
      request.header("content-encoding", random.nextBoolean() ? "gzip" : "deflate");
    }
    request.method(template.method, HttpRequest.BodyPublishers.ofByteArray(body));
    String shown = new String(Arrays.copyOf(body, Math.min(body.length, 300)), UTF_8);
    String what =
        "seed "
            + SEED
            + ": "
            + template.method
            + " "
            + template.path
            + " "
            + headers(request)
            + " "
            + body.length
            + " bytes: "
            + shown;
    Answer answer;
    try {
      answer = rest.send(request.build());
    } catch (UncheckedIOException e) {
      throw new AssertionError(what, e);
    }
    assertThat(answer.status()).as(what + " -> " + answer.text()).isIn(200, 400, 404, 422, 501);
    assertThat(answer.json().has("time")).as(what).isTrue();
    if (answer.status() != 200) {
      assertThat(answer.error()).as(what).isNotBlank();
    }
  }

  private static String headers(HttpRequest.Builder request) {
    return request.build().headers().map().toString();
  }

  private byte[] randomBytes() {
    byte[] bytes = new byte[1 + random.nextInt(200)];
    random.nextBytes(bytes);
    // A digit alone would be JSON.
    bytes[0] = (byte) 0xFE;
    return bytes;
  }

  private byte[] truncated(byte[] body) {
    return Arrays.copyOf(body, random.nextInt(body.length));
  }

  /** One value of the request replaced by something odd. */
  private byte[] withOddToken(String body) {
    String text = json(body);
    int at = random.nextInt(text.length());
    int start = Math.max(text.lastIndexOf(':', at), text.lastIndexOf('[', at)) + 1;
    int end = start;
    while (end < text.length() && ",]}".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    String odd = ODD_TOKENS.get(random.nextInt(ODD_TOKENS.size()));
    return (text.substring(0, start) + odd + text.substring(end)).getBytes(UTF_8);
  }

  private byte[] withFlippedBytes(byte[] body) {
    byte[] copy = body.clone();
    for (int i = 0; i <= random.nextInt(4); i++) {
      copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
    }
    return copy;
  }

  private byte[] nested() {
    String open = random.nextBoolean() ? "[" : "{\"must\":";
    return ("{\"filter\": " + open.repeat(100 + random.nextInt(20_000))).getBytes(UTF_8);
  }

  private String oddContentType() {
    return List.of("text/plain", "application/xml", "a", "*/*", "application/json2")
        .get(random.nextInt(5));
  }

  /** What is no HTTP at all; the server may answer or hang up. */
  private void rawBytes(RestFixture rest) throws IOException {
    try (Socket socket = new Socket("localhost", rest.port())) {
      socket.setSoTimeout(10_000);
      byte[] bytes = new byte[1 + random.nextInt(2_000)];
      random.nextBytes(bytes);
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      drain(socket.getInputStream());
    } catch (SocketException e) {
      // Hanging up on bytes still under way shows as a reset, which is an answer too.
      assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|closed|abort).*");
    }
  }

  private static void drain(InputStream in) throws IOException {
    in.transferTo(new ByteArrayOutputStream());
  }

  /** A request that stops in the middle and stays open. */
  private void halfOpen(RestFixture rest, Template template, byte[] body, List<Socket> halfOpen)
      throws IOException {
    if (halfOpen.size() == OPEN_SOCKETS) {
      halfOpen.remove(random.nextInt(OPEN_SOCKETS)).close();
    }
    Socket socket = new Socket("localhost", rest.port());
    halfOpen.add(socket);
    String head =
        template.method
            + " "
            + KEPT
            + template.path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    byte[] request = (head + new String(body, UTF_8)).getBytes(UTF_8);
    socket.getOutputStream().write(request, 0, random.nextInt(request.length));
    socket.getOutputStream().flush();
  }
}
