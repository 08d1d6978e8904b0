package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static dev.quiver.api.RestFixture.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import dev.quiver.engine.query.QueryRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator asks of a server, and reports of its collections. */
class RestAdminTest {
  private static final String C = "/collections/c";

  @TempDir Path folder;
  private RestFixture rest;

  @BeforeEach
  void start() {
    rest = new RestFixture(folder);
    ok(
        rest.put(
            C,
            json(
                "{'vectors': {'': {'size': 2, 'distance': 'Dot'}, 'b': {'size': 3, 'distance': 'Dot'}}}")));
    ok(
        rest.put(
            C + "/points?wait=true",
            json(
                "{'points': [{'id': 1, 'vector': {'': [1, 2], 'b': [1, 2, 3]}, 'payload': {'k': 'a'}},"
                    + " {'id': 2, 'vector': [2, 1], 'payload': {'k': 'b'}},"
                    + " {'id': 3, 'vector': [0, 1], 'payload': {'k': 'a'}}]}")));
  }

  @AfterEach
  void stop() {
    rest.close();
  }

  private static JsonNode ok(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("result");
  }

  @Test
  void quotasAreSetReadAndKept() {
    JsonNode before = ok(rest.get("/quotas"));
    assertThat(before.path("config")).isEqualTo(tree("{'enabled': false}"));
    assertThat(before.path("usage").path("disk_usage_percent").intValue()).isBetween(0, 100);
    ok(
        rest.put(
            "/quotas?wait=true",
            json("{'enabled': true, 'max_disk_usage_percent': 1, 'release_margin_percent': 0}")));
    assertThat(ok(rest.get("/quotas")).path("config"))
        .isEqualTo(
            tree("{'enabled': true, 'max_disk_usage_percent': 1, 'release_margin_percent': 0}"));
    Answer refused =
        rest.put(C + "/points", json("{'points': [{'id': 4, 'vector': {'': [1, 2]}}]}"));
    assertThat(refused.status()).isEqualTo(507);
    assertThat(refused.error()).startsWith("Insufficient storage: Disk usage is at ");
    assertThat(rest.get("/metrics").text()).contains("quota_exceeded{resource=\"disk_usage\"} 1\n");
    assertThat(
            ok(rest.get("/telemetry"))
                .path("quota")
                .path("exceeded")
                .path("disk_usage")
                .booleanValue())
        .isTrue();
    ok(rest.put("/quotas", json("{}")));
    assertThat(ok(rest.get("/quotas")).path("config")).isEqualTo(tree("{'enabled': false}"));
    ok(rest.put(C + "/points", json("{'points': [{'id': 4, 'vector': {'': [1, 2]}}]}")));
  }

  @Test
  void slowQueriesOverUndeclaredFieldsBecomeIssuesUntilTheirIndexIsThere() {
    assertThat(ok(rest.get("/issues")).path("issues")).isEmpty();
    byte[] body =
        json("{'filter': {'must': [{'key': 'k', 'match': {'value': 'a'}}, {'key': 'n', 'range':"
                + " {'gt': 1}}]}, 'prefetch': {'filter': {'must': {'key': '東京.x', 'match':"
                + " {'prefix': 'p'}}}}, 'query': {'fusion': 'dbsf'}}")
            .getBytes(StandardCharsets.UTF_8);
    QueryRequest query =
        JsonIn.read(
            JsonIn.factory(ApiLimits.DEFAULT),
            body,
            body.length,
            in -> RestQueries.query(in, ApiLimits.DEFAULT));
    Issues issues = rest.metrics.issues();
    issues.observe(rest.engine, "c", query, Issues.SLOW.toNanos() - 1);
    assertThat(ok(rest.get("/issues")).path("issues")).isEmpty();
    issues.observe(rest.engine, "c", query, Issues.SLOW.toNanos());
    JsonNode found = ok(rest.get("/issues")).path("issues");
    assertThat(found.findValuesAsText("id"))
        .containsExactly("UNINDEXED_FIELD/c/k", "UNINDEXED_FIELD/c/n", "UNINDEXED_FIELD/c/東京.x");
    JsonNode solution = found.get(0).at("/solution/immediate/action");
    assertThat(found.get(1).at("/solution/immediate_choice")).hasSize(2);
    assertThat(found.get(2).at("/solution/immediate/action/body/field_schema"))
        .isEqualTo(tree("{'type': 'keyword', 'prefix': true}"));
    // What an issue advises can be done as it stands.
    for (JsonNode action : List.of(solution, found.get(2).at("/solution/immediate/action"))) {
      ok(
          rest.call(
              action.path("method").asText(),
              action.path("uri").asText() + "?wait=true",
              action.path("body").toString()));
    }
    assertThat(ok(rest.get("/issues")).path("issues").findValuesAsText("id"))
        .containsExactly("UNINDEXED_FIELD/c/n");
    assertThat(rest.metrics.issues().open(rest.engine, new Access.Collections(Map.of()))).isEmpty();
    ok(rest.delete("/issues"));
    assertThat(ok(rest.get("/issues")).path("issues")).isEmpty();
  }

  @Test
  void theSlowestRequestsAreListedOnceEach() {
    SlowRequests slow = rest.metrics.slowRequests();
    long millis = 1_000_000;
    slow.observe("c", "POST /x-a", SlowRequests.LEAST.toNanos() - 1, () -> null);
    slow.observe("c", "POST /x-a", 100 * millis, () -> tree("{'x': 1}"));
    slow.observe("c", "POST /x-a", 300 * millis, () -> tree("{'x': 1}"));
    slow.observe("c", "GET /x-b", 200 * millis, () -> null);
    JsonNode requests = ok(rest.get("/profiler/slow_requests?request=/x-")).path("requests");
    assertThat(requests.findValuesAsText("duration")).containsExactly("0.3", "0.2");
    assertThat(requests.findValuesAsText("approx_count")).containsExactly("2", "1");
    assertThat(requests.get(0).path("request_body")).isEqualTo(tree("{'x': 1}"));
    assertThat(ok(rest.get("/profiler/slow_requests?limit=1&request=/x-")).path("requests"))
        .hasSize(1);
    assertThat(ok(rest.get("/profiler/slow_requests?request=/x-b")).path("requests")).hasSize(1);
    for (int i = 0; i < 100; i++) {
      JsonNode body = tree("{'x': " + i + "}");
      slow.observe("c", "POST /x-a", (400L + i) * millis, () -> body);
    }
    assertThat(ok(rest.get("/profiler/slow_requests?limit=1000&request=/x-")).path("requests"))
        .hasSize(17);
  }

  @Test
  void theLogsLevelCanBeChanged() {
    assertThat(rest.get("/logger").status()).isEqualTo(501);
    AtomicReference<String> level = new AtomicReference<>("info");
    rest.api.logSettings(
        new LogSettings() {
          @Override
          public String level() {
            return level.get();
          }

          @Override
          public void changeLevel(String changed) {
            level.set(changed);
          }
        });
    assertThat(ok(rest.get("/logger")).path("log_level").asText()).isEqualTo("info");
    ok(rest.post("/logger", json("{'log_level': 'DEBUG'}")));
    assertThat(level).hasValue("debug");
    ok(rest.post("/logger", "{}"));
    assertThat(level).hasValue("debug");
    assertThat(rest.post("/logger", json("{'log_level': 7}")).error())
        .isEqualTo(
            "Bad request: log_level: integer `7` (expected: error, warn, info, debug, trace)");
  }

  @Test
  void threadsShowWhereTheyStand() {
    ok(rest.post(C + "/points/query", "{}"));
    JsonNode threads = ok(rest.get("/stacktrace")).path("threads");
    assertThat(threads.findValuesAsText("name")).anyMatch(name -> name.startsWith("search-"));
    assertThat(threads.get(0).path("frames").isArray()).isTrue();
  }

  @Test
  void memoryIsReportedByPartAndAddsUp() {
    Awaitility.await("a segment is on the disk")
        .atMost(Duration.ofMinutes(1))
        .until(() -> ok(rest.get(C + "/memory")).at("/total/disk_bytes").longValue() > 0);
    JsonNode report = ok(rest.get(C + "/memory"));
    long disk = 0;
    for (JsonNode usage : report.findParents("disk_bytes")) {
      disk += usage.path("disk_bytes").longValue();
      assertThat(usage.path("cached_bytes").longValue())
          .isLessThanOrEqualTo(usage.path("disk_bytes").longValue());
    }
    // The total is among them; shares of names are rounded.
    assertThat(disk / 2.0).isCloseTo(report.at("/total/disk_bytes").doubleValue(), within(2.0));
    assertThat(report.path("vectors").findValuesAsText("name")).containsExactly("", "b");
    JsonNode optimizations = ok(rest.get(C + "/optimizations?with=idle_segments,queued"));
    assertThat(optimizations.at("/summary/idle_segments").intValue())
        .isEqualTo(optimizations.path("idle_segments").size());
    assertThat(optimizations.path("queued").isArray()).isTrue();
    assertThat(optimizations.has("completed")).isFalse();
  }

  @Test
  void theOneShardAnswersAsTheCollection() {
    String shard = C + "/shards/0/points";
    assertThat(ok(rest.post(shard, json("{'ids': [1, 9]}"))).findValuesAsText("id"))
        .containsExactly("1");
    assertThat(ok(rest.post(shard + "/count", "{}")).path("count").intValue()).isEqualTo(3);
    assertThat(ok(rest.post(shard + "/scroll", json("{'limit': 2}"))).path("points")).hasSize(2);
    assertThat(ok(rest.post(C + "/shards/0/cleanup?wait=true", "{}")).asText())
        .isEqualTo("completed");
    assertThat(rest.post(C + "/shards/3/points", json("{'ids': [1]}")).error())
        .isEqualTo("Not found: shard 3 not found");
  }

  @Test
  void recommendationsAreGrouped() {
    JsonNode groups =
        ok(rest.post(
                C + "/points/recommend/groups",
                json(
                    "{'positive': [3], 'negative': [], 'group_by': 'k', 'limit': 2, 'group_size':"
                        + " 2, 'with_payload': true}")))
            .path("groups");
    assertThat(groups.get(0).path("id").asText()).isEqualTo("a");
    assertThat(groups.get(0).path("hits").findValuesAsText("id")).containsExactly("1");
    assertThat(groups.get(1).path("id").asText()).isEqualTo("b");
  }

  @Test
  void telemetryTellsMoreTheHigherTheLevel() {
    JsonNode zero = ok(rest.get("/telemetry"));
    assertThat(zero.path("collections").has("collections")).isFalse();
    assertThat(zero.path("app").has("features")).isFalse();
    JsonNode one = ok(rest.get("/telemetry?details_level=1"));
    assertThat(one.at("/collections/collections/0/vectors").longValue()).isEqualTo(6);
    assertThat(one.at("/collections/collections/0").has("id")).isFalse();
    assertThat(one.at("/search_pool/high_cpu_threads").intValue()).isEqualTo(2);
    JsonNode two = ok(rest.get("/telemetry?details_level=2")).at("/collections/collections/0");
    assertThat(two.path("id").asText()).isEqualTo("c");
    assertThat(two.has("shards")).isFalse();
    JsonNode three =
        ok(rest.get("/telemetry?details_level=3")).at("/collections/collections/0/shards/0/local");
    assertThat(three.path("num_points").longValue()).isEqualTo(3);
    assertThat(three.path("num_vectors").longValue()).isEqualTo(4);
    assertThat(three.has("segments")).isFalse();
    JsonNode ten =
        ok(rest.get("/telemetry?details_level=10&anonymize=true")).at("/collections/collections/0");
    assertThat(ten.path("id").asText()).matches("[0-9a-f]{16}");
    assertThat(ten.at("/shards/0/local/segments/0/info/num_points").longValue()).isEqualTo(3);
  }

  @Test
  void aCollectionWithCustomShardingHasNoShardToWriteTo() {
    ok(
        rest.put(
            "/collections/s",
            json("{'vectors': {'size': 2, 'distance': 'Dot'}, 'sharding_method': 'custom'}")));
    assertThat(rest.get("/collections/s").result().at("/config/params/sharding_method").asText())
        .isEqualTo("custom");
    assertThat(
            rest.put("/collections/s/points", json("{'points': [{'id': 1, 'vector': [1, 2]}]}"))
                .error())
        .isEqualTo("Wrong input: Shard key not specified");
    assertThat(ok(rest.post("/collections/s/points/query", "{}")).path("points")).isEmpty();
  }
}
