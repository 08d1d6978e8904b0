package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Who asks for an explain gets it beside the result, and nobody else does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestExplainTest {
  private static final String C = "/collections/c";
  private static final String P = C + "/points";
  private static final int POINTS = 60;

  @TempDir static Path folder;
  private RestFixture rest;

  @BeforeAll
  void start() {
    rest = new RestFixture(folder);
    rest.put(C, json("{'vectors': {'size': 2, 'distance': 'Dot'}}"));
    List<String> points =
        IntStream.range(0, POINTS)
            .mapToObj(
                i -> "{'id': %d, 'vector': [%d, 1], 'payload': {'g': %d}}".formatted(i, i, i % 3))
            .toList();
    Answer written =
        rest.put(P + "?wait=true", json("{'points': [" + String.join(",", points) + "]}"));
    assertThat(written.status()).as(written.text()).isEqualTo(200);
  }

  @AfterAll
  void stop() {
    rest.close();
  }

  private JsonNode explained(String path, String body) {
    Answer plain = rest.post(P + path, json(body));
    Answer answer = rest.call("POST", P + path, json(body), "Quiver-Explain", "true");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(plain.json().has("explain")).isFalse();
    assertThat(answer.json().path("result")).isEqualTo(plain.json().path("result"));
    JsonNode explain = answer.json().path("explain");
    for (JsonNode search : explain) {
      assertThat(search.path("seconds").doubleValue()).isPositive();
      long distances = 0;
      for (JsonNode read : search.path("reads")) {
        distances += distances(read);
      }
      assertThat(search.path("distances").longValue()).isEqualTo(distances);
    }
    return explain;
  }

  private static long distances(JsonNode stage) {
    long sum = stage.path("distances").longValue();
    for (JsonNode segment : stage.path("segments")) {
      sum += segment.path("search").path("distances").longValue();
    }
    for (JsonNode prefetch : stage.path("prefetch")) {
      sum += distances(prefetch);
    }
    return sum;
  }

  @Test
  void everyKindOfSearchIsExplained() {
    String filter = "'filter': {'must': {'key': 'g', 'match': {'value': 1}}}";
    List<String[]> calls =
        List.of(
            new String[] {"/query", "{'query': [1, 0], %s}", "nearest", "20"},
            new String[] {"/query", "{'query': {'nearest': [1, 0], 'mmr': {}}, %s}", "mmr", "20"},
            new String[] {"/search", "{'vector': [1, 0], 'limit': 3, %s}", "nearest", "20"},
            new String[] {
              "/recommend", "{'positive': [0], 'limit': 3, %s}", "recommend average_vector", "20"
            },
            new String[] {"/discover", "{'target': 0, 'limit': 3, %s}", "discover", "20"},
            new String[] {
              "/query",
              "{'prefetch': {'query': [1, 0], 'limit': 9}, 'query': {'fusion': 'dbsf'}, %s}",
              "dbsf",
              "20"
            },
            new String[] {
              "/query",
              "{'prefetch': {'query': [1, 0], 'limit': 9}, 'query': {'formula': '$score'}, %s}",
              "formula",
              "20"
            },
            new String[] {"/scroll", "{'limit': 3, %s}", "scroll", "0"},
            new String[] {"/count", "{%s}", "count", "0"});
    for (String[] call : calls) {
      JsonNode explain = explained(call[0], call[1].formatted(filter));
      assertThat(explain).as(call[0]).hasSize(1);
      JsonNode read = explain.get(0).path("reads").get(0);
      assertThat(read.path("kind").textValue()).isEqualTo(call[2]);
      if (!call[2].equals("mmr")) {
        assertThat(explain.get(0).path("distances").intValue())
            .as(call[0] + explain)
            .isEqualTo(Integer.parseInt(call[3]));
      }
    }
    JsonNode filterOf =
        explained("/query", "{'query': [1, 0], " + filter + "}").at("/0/reads/0/segments/0/filter");
    assertThat(filterOf.path("matched").intValue()).isEqualTo(20);
    assertThat(filterOf.path("selectivity").doubleValue()).isEqualTo(1.0 / 3);
    assertThat(filterOf.path("estimated").isNumber()).isTrue();
  }

  @Test
  void aBatchIsExplainedSearchBySearch() {
    JsonNode explain =
        explained(
            "/query/batch",
            "{'searches': [{'query': [1, 0]}, {'limit': 60}," + " {'query': [0, 1], 'limit': 2}]}");
    assertThat(explain).hasSize(3);
    assertThat(explain.findValuesAsText("kind")).containsExactly("nearest", "all", "nearest");
    assertThat(explain.get(2).at("/reads/0/returned").intValue()).isEqualTo(2);
  }

  @Test
  void groupsShowEachRoundOfCandidates() {
    JsonNode explain =
        explained(
            "/query/groups", "{'query': [1, 0], 'group_by': 'g', 'group_size': 4, 'limit': 3}");
    assertThat(explain).hasSize(1);
    assertThat(explain.get(0).path("reads").size()).isGreaterThanOrEqualTo(1);
    assertThat(explain.get(0).at("/reads/0/limit").intValue()).isEqualTo(12);
  }

  @Test
  void theHeaderIsTrueOrFalse() {
    Answer off =
        rest.call("POST", P + "/query", json("{'query': [1, 0]}"), "Quiver-Explain", "false");
    assertThat(off.json().has("explain")).isFalse();
    Answer wrong =
        rest.call("POST", P + "/query", json("{'query': [1, 0]}"), "Quiver-Explain", "yes");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.error())
        .isEqualTo("Bad request: Quiver-Explain: \"yes\" (expected: true or false)");
  }
}
