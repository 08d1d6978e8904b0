package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The accident: a test job that holds the credentials of production empties every collection. With
 * the guard it cannot, over REST as over gRPC; without, it can.
 */
class AccidentTest {
  private static final String APPLICATION = "the-key-of-the-application";
  private static final String OWNER = "the-owner's-key";
  private static final List<String> COLLECTIONS = List.of("orders", "products", "users");
  private static final int POINTS = 250;

  @TempDir Path folder;
  private TourServer server;

  @BeforeEach
  void startProduction() throws Exception {
    server =
        TourServer.start(
            Files.createDirectory(folder.resolve("production")),
            Map.of(
                "QUIVER_STORE_ENVIRONMENT",
                "production",
                "QUIVER_AUTH_API_KEY",
                APPLICATION,
                "QUIVER_AUTH_KEYS",
                "owner:read+write+manage+destroy:" + OWNER));
    for (String name : COLLECTIONS) {
      call("PUT", "/collections/" + name, "{\"vectors\":{\"size\":2,\"distance\":\"Dot\"}}", 200);
      StringBuilder points = new StringBuilder();
      for (int i = 1; i <= POINTS; i++) {
        points
            .append(i == 1 ? "" : ",")
            .append("{\"id\":%d,\"vector\":[%d,1],\"payload\":{\"n\":%d}}".formatted(i, i, i));
      }
      call(
          "PUT",
          "/collections/" + name + "/points?wait=true",
          "{\"points\":[" + points + "]}",
          200);
    }
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private String call(String method, String path, String body, int expected) throws Exception {
    return call(APPLICATION, Map.of(), method, path, body, expected);
  }

  private String call(
      String key,
      Map<String, String> headers,
      String method,
      String path,
      String body,
      int expected)
      throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
              .header("Content-Type", "application/json")
              .header("api-key", key)
              .method(method, HttpRequest.BodyPublishers.ofString(body));
      headers.forEach(request::header);
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(expected);
      return response.body();
    }
  }

  private void everythingIsThere() throws Exception {
    for (String name : COLLECTIONS) {
      assertThat(call("POST", "/collections/" + name + "/points/count", "{\"exact\":true}", 200))
          .contains("\"count\":" + POINTS);
      assertThat(
              call(
                  "POST",
                  "/collections/" + name + "/points/count",
                  "{\"exact\":true,\"filter\":{\"must\":[{\"key\":\"n\",\"range\":{\"gte\":1}}]}}",
                  200))
          .contains("\"count\":" + POINTS);
    }
  }

  @Test
  void theKeyOfTheApplicationLacksTheRight() throws Exception {
    List<EmptyingJob.Outcome> outcomes =
        new EmptyingJob(server, APPLICATION, Map.of()).run(COLLECTIONS);

    assertThat(outcomes).hasSize(COLLECTIONS.size() * 8);
    assertThat(outcomes).noneMatch(EmptyingJob.Outcome::done);
    assertThat(outcomes)
        .allMatch(
            outcome ->
                outcome.status().equals("403") || outcome.status().equals("PERMISSION_DENIED"));
    everythingIsThere();
    assertThat(call("POST", "/audit/logs", "{\"filters\":{\"result\":\"denied\"}}", 200))
        .contains("\"delete_collection\"")
        .contains("\"key\":\"api-key\"");
  }

  @Test
  void evenTheOwnersKeyDestroysNothingUnnamed() throws Exception {
    List<EmptyingJob.Outcome> outcomes = new EmptyingJob(server, OWNER, Map.of()).run(COLLECTIONS);

    assertThat(outcomes)
        .allMatch(
            outcome ->
                outcome.status().equals("428") || outcome.status().equals("FAILED_PRECONDITION"));
    everythingIsThere();
  }

  @Test
  void aJobThatSaysWhatItExpectsIsRefusedAtItsFirstCall() throws Exception {
    List<EmptyingJob.Outcome> outcomes =
        new EmptyingJob(server, OWNER, Map.of("quiver-expect-environment", "test"))
            .run(COLLECTIONS);

    assertThat(outcomes)
        .allMatch(
            outcome ->
                outcome.status().equals("412") || outcome.status().equals("FAILED_PRECONDITION"))
        .allMatch(outcome -> outcome.text().contains("`production` (the caller expects: `test`)"));
    everythingIsThere();
  }

  @Test
  void withTheGuardSwitchedOffTheAccidentHappens() throws Exception {
    // That is the owner's to do, and is asked for the label.
    String off = "{\"environment\":\"development\"}";
    Map<String, String> confirmed = Map.of("Quiver-Confirm", "production");
    call(APPLICATION, confirmed, "PUT", "/quiver/v1/environment", off, 403);
    call(OWNER, Map.of(), "PUT", "/quiver/v1/environment", off, 428);
    call(OWNER, confirmed, "PUT", "/quiver/v1/environment", off, 200);

    EmptyingJob job = new EmptyingJob(server, APPLICATION, Map.of());
    List<EmptyingJob.Outcome> outcomes = new ArrayList<>(job.overGrpc(COLLECTIONS.subList(0, 1)));
    outcomes.addAll(job.overRest(COLLECTIONS.subList(1, COLLECTIONS.size())));

    assertThat(outcomes).hasSize(2 + 2 * 6).allMatch(EmptyingJob.Outcome::done);
    assertThat(call("GET", "/collections", "", 200)).contains("\"collections\":[]");
    assertThat(call("GET", "/quiver/v1/trash", "", 200)).contains(COLLECTIONS);
    assertThat(call("POST", "/audit/logs", "{\"filters\":{\"result\":\"started\"}}", 200))
        .contains("\"delete_collection\"", "\"update_points\"", "\"set_environment\"");
  }
}
