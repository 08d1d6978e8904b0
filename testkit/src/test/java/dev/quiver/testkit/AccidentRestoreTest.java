package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * People have lost a production database to a test run that held the wrong credentials. Here that
 * happens to a server of ours, a process of its own: a job that tidies up after its tests empties
 * every collection. The guard refuses it; somebody switches the guard off, and it succeeds. Then
 * the log is read to find the moment before, and the store is brought back to it.
 */
class AccidentRestoreTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String APPLICATION = "the-key-of-the-application";
  private static final String OWNER = "the-owner's-key";
  private static final List<String> COLLECTIONS =
      List.of("orders-0", "orders-1", "orders-2", "customers");
  private static final int POINTS = 1_000;

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private int port;

  private HttpResponse<String> send(
      String key, String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofMinutes(2))
            .header("Content-Type", "application/json")
            .header("api-key", key)
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode call(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpResponse<String> response = send(OWNER, method, path, body, headers);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body()).path("result");
  }

  private void fill(String name) throws Exception {
    call("PUT", "/collections/" + name, "{\"vectors\":{\"size\":4,\"distance\":\"Cosine\"}}");
    for (int from = 0; from < POINTS; from += 500) {
      List<String> points = new ArrayList<>();
      for (int id = from; id < from + 500; id++) {
        points.add(
            "{\"id\":%d,\"vector\":[%d,1,2,%d],\"payload\":{\"name\":\"点 %d\"}}"
                .formatted(id, id % 17, id % 5, id));
      }
      call(
          "PUT",
          "/collections/" + name + "/points?wait=true",
          "{\"points\":[" + String.join(",", points) + "]}");
    }
  }

  /** Everything that can be read, by collection. */
  private Map<String, String> content() throws Exception {
    Map<String, String> content = new TreeMap<>();
    for (JsonNode each : call("GET", "/collections", "").path("collections")) {
      String name = each.path("name").asText();
      content.put(
          name,
          call(
                  "POST",
                  "/collections/" + name + "/points/scroll",
                  "{\"limit\":" + POINTS + ",\"with_vector\":true,\"with_payload\":true}")
              .path("points")
              .toString());
    }
    content.put("aliases", call("GET", "/aliases", "").toString());
    return content;
  }

  private void label(String environment) throws Exception {
    String before = call("GET", "/quiver/v1/environment", "").path("environment").asText();
    call(
        "PUT",
        "/quiver/v1/environment",
        "{\"environment\":\"" + environment + "\"}",
        "Quiver-Confirm",
        before);
  }

  @Test
  void anEmptiedStoreIsBroughtBackToTheMomentBefore() throws Exception {
    Map<String, String> settings =
        Map.of(
            "QUIVER_STORE_ENVIRONMENT",
            "production",
            "QUIVER_AUTH_API_KEY",
            APPLICATION,
            "QUIVER_AUTH_KEYS",
            "owner:read+write+manage+destroy:" + OWNER,
            "QUIVER_BACKUP_REPOSITORY",
            folder.resolve("backups").toString(),
            "QUIVER_BACKUP_ARCHIVE_SECONDS",
            "1",
            "QUIVER_STORAGE_FLUSH_SECONDS",
            "1");
    try (TourServer server = TourServer.start(folder.resolve("data"), settings)) {
      port = server.httpPort();
      for (String name : COLLECTIONS.subList(0, 3)) {
        fill(name);
      }
      call("POST", "/quiver/v1/backups", "{}");
      // Business goes on after the backup: this, too, must come back.
      fill("customers");
      call(
          "POST",
          "/collections/aliases",
          "{\"actions\":[{\"create_alias\":{\"collection_name\":\"customers\",\"alias_name\":\"c\"}}]}");
      Map<String, String> before = content();
      EmptyingJob job = new EmptyingJob(server, APPLICATION, Map.of());

      assertThat(job.run(COLLECTIONS)).noneMatch(EmptyingJob.Outcome::done);
      assertThat(content()).isEqualTo(before);

      label("development");
      assertThat(job.overRest(COLLECTIONS)).allMatch(EmptyingJob.Outcome::done);
      long noticed = System.nanoTime();
      assertThat(call("GET", "/collections", "").path("collections")).isEmpty();

      label("production");
      String moment =
          "{\"in_place\":true,\"to_time\":\"" + firstDestruction().minusNanos(1_000) + "\"}";
      String restore = "/quiver/v1/backups/restore";
      assertThat(send(APPLICATION, "POST", restore, moment).statusCode()).isEqualTo(403);
      assertThat(send(OWNER, "POST", restore, moment).statusCode()).isEqualTo(428);
      JsonNode restored = call("POST", restore, moment, "Quiver-Confirm", "all");

      assertThat(content()).isEqualTo(before);
      System.out.printf(
          "the accident: %d points in %d collections back in %.1f s, %d ms of it restoring%n",
          restored.path("points").asLong(),
          restored.path("collections").size(),
          (System.nanoTime() - noticed) / 1e9,
          restored.path("duration_millis").asLong());
    }
  }

  /** The time of the first event or operation that destroyed something, as the logs have it. */
  private Instant firstDestruction() throws Exception {
    List<Instant> times = new ArrayList<>();
    for (JsonNode event : call("GET", "/quiver/v1/log", "")) {
      if (event.path("kind").asText().equals("drop")) {
        times.add(Instant.parse(event.path("time").asText()));
      }
    }
    for (String name : COLLECTIONS) {
      for (JsonNode op : call("GET", "/quiver/v1/collections/" + name + "/log", "")) {
        if (op.path("kind").asText().equals("delete_points")) {
          times.add(Instant.parse(op.path("time").asText()));
        }
      }
    }
    return times.stream().min(Instant::compareTo).orElseThrow();
  }
}
