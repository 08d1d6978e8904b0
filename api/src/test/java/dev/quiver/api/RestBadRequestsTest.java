package dev.quiver.api;

import static dev.quiver.api.BadRequest.C;
import static dev.quiver.api.BadRequest.P;
import static dev.quiver.api.RestFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quiver.api.RestFixture.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of bad request with its status and its message; after each the server is unharmed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestBadRequestsTest {
  private static final ApiLimits LIMITS =
      new ApiLimits(64 << 10, 64, 10_000, 100, Duration.ofSeconds(30), Duration.ofHours(1));

  @TempDir static Path folder;
  private RestFixture rest;
  private String before;

  @BeforeAll
  void start() {
    rest = new RestFixture(folder, ApiKeys.none(), LIMITS);
    assertThat(rest.put(C, json("{'vectors': {'size': 4, 'distance': 'Dot'}}")).status())
        .isEqualTo(200);
    assertThat(
            rest.put(
                    "/collections/named",
                    json("{'vectors': {'a': {'size': 2, 'distance': 'Dot'}}}"))
                .status())
        .isEqualTo(200);
    assertThat(
            rest.put(
                    P + "?wait=true",
                    json("{'points': [{'id': 1, 'vector': [1, 2, 3, 4], 'payload': {'k': 'v'}}]}"))
                .status())
        .isEqualTo(200);
    before = state();
  }

  @AfterAll
  void stop() {
    rest.close();
  }

  /** All that is stored, to see that bad requests write nothing. */
  private String state() {
    Answer points = rest.post(P + "/scroll", json("{'limit': 100, 'with_vector': true}"));
    assertThat(points.status()).as(points.text()).isEqualTo(200);
    return points.result()
        + " "
        + rest.get("/collections").result()
        + " "
        + rest.get(C).result().path("config")
        + " "
        + rest.get(C).result().path("payload_schema")
        + " "
        + rest.get("/aliases").result();
  }

  @TestFactory
  Stream<DynamicTest> eachBadRequestHasItsStatusAndMessageAndHarmsNothing() {
    List<BadRequest> all = new ArrayList<>();
    all.addAll(BadWrites.malformed());
    all.addAll(BadWrites.badPoints());
    all.addAll(BadReads.badReads());
    all.addAll(BadQueries.badQueries());
    all.addAll(BadCollections.badCollections());
    all.addAll(BadCollections.badRoutesAndParameters());
    assertThat(all).hasSizeGreaterThan(60);
    return all.stream().map(bad -> dynamicTest(bad.toString(), () -> check(bad)));
  }

  private void check(BadRequest bad) {
    Answer answer = rest.call(bad.method(), bad.path(), bad.body());
    assertThat(answer.status()).as(answer.text()).isEqualTo(bad.status());
    if (bad.error().contains("...")) {
      int start = 0;
      for (String part : bad.error().split("\\.\\.\\.")) {
        int found = answer.error().indexOf(part, start);
        assertThat(found).as(answer.error() + " contains " + part).isGreaterThanOrEqualTo(0);
        start = found + part.length();
      }
      assertThat(answer.error()).startsWith(bad.error().split("\\.\\.\\.")[0]);
    } else {
      assertThat(answer.error()).isEqualTo(bad.error());
    }
    assertThat(answer.json().has("result")).isFalse();
    assertThat(answer.json().path("time").isNumber()).isTrue();
    assertThat(state()).as("nothing was written").isEqualTo(before);
  }

  @Test
  void aBodyWithoutDeclaredLengthIsStillBounded() {
    Answer answer =
        rest.send(
            java.net.http.HttpRequest.newBuilder(
                    java.net.URI.create("http://localhost:" + rest.port() + P))
                .header("content-type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .PUT(
                    java.net.http.HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(new byte[100_000])))
                .build());
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("JSON payload has exceeded limit (65536 bytes).");
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void aWrongContentTypeIsRefusedAndAMissingOneIsNot() {
    String body = json("{'exact': true}");
    for (String type : List.of("text/plain", "application/xml", "multipart/form-data", "garbage")) {
      Answer answer = rest.call("POST", P + "/count", body, "content-type", type);
      assertThat(answer.status()).as(type).isEqualTo(400);
      assertThat(answer.error()).isEqualTo("Content type error");
    }
    for (String type :
        List.of("application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json")) {
      assertThat(rest.call("POST", P + "/count", body, "content-type", type).status())
          .as(type)
          .isEqualTo(200);
    }
  }

  @Test
  void aBodyThatIsNotItsEncodingIsRefused() {
    Answer gzip = rest.call("POST", P + "/count", "{}", "content-encoding", "gzip");
    assertThat(gzip.status()).as(gzip.text()).isEqualTo(400);
    assertThat(gzip.error()).startsWith("Format error in JSON body: ");
    Answer unknown = rest.call("POST", P + "/count", "{}", "content-encoding", "br");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.error()).startsWith("Content-Encoding: br is not supported");
  }
}
