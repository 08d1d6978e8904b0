package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The older search calls and the forms of a query that only JSON has. */
class RestQueriesTest {
  private static final String P = "/collections/letters/points";

  @TempDir Path folder;
  private RestFixture rest;

  @BeforeEach
  void start() {
    rest = new RestFixture(folder);
    rest.put("/collections/letters", json("{'vectors': {'size': 4, 'distance': 'Dot'}}"));
    Answer written =
        rest.put(
            P + "?wait=true",
            json(
                "{'points': ["
                    + "{'id': 1, 'vector': [1, 0, 0, 0], 'payload': {'字': '甲'}},"
                    + "{'id': 2, 'vector': [0, 1, 0, 0], 'payload': {'字': '乙'}},"
                    + "{'id': 3, 'vector': [-1, 0, 0, 0]},"
                    + "{'id': 4, 'vector': [0, -1, 0, 0]},"
                    + "{'id': 5, 'vector': [0.8, 0.6, 0, 0], 'payload': {'字': '甲', 'n': [1, 2]}}]}"));
    assertThat(written.status()).as(written.text()).isEqualTo(200);
  }

  @AfterEach
  void stop() {
    rest.close();
  }

  private JsonNode ask(String path, String body) {
    Answer answer = rest.post(P + path, json(body));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.result();
  }

  private static List<Long> ids(JsonNode hits) {
    List<Long> ids = new ArrayList<>();
    hits.forEach(hit -> ids.add(hit.path("id").longValue()));
    return ids;
  }

  @Test
  void theOlderCallsAnswerWithAPlainListOfHits() {
    assertThat(ids(ask("/recommend", "{'positive': [1], 'negative': [3], 'limit': 9}")))
        .containsExactly(5L, 2L, 4L);
    assertThat(
            ids(
                ask(
                    "/recommend",
                    "{'positive': [1, [0, 1, 0, 0]], 'negative': [4], 'strategy': 'best_score',"
                        + " 'limit': 1, 'offset': 1}")))
        .containsExactly(5L);
    assertThat(
            ids(
                ask(
                    "/discover",
                    "{'target': 2, 'context': [{'positive': 1, 'negative': 3}], 'limit': 9}")))
        .containsExactly(5L, 4L);
    assertThat(ids(ask("/discover", "{'context': [{'positive': 1, 'negative': 3}], 'limit': 1}")))
        .containsExactly(5L);
  }

  @Test
  void theirBatchesAnswerWithAListForEach() {
    JsonNode recommended =
        ask(
            "/recommend/batch",
            "{'searches': [{'positive': [1], 'limit': 1}, {'positive': [2], 'limit': 1,"
                + " 'filter': {'must_not': {'has_id': [5]}}}]}");
    assertThat(ids(recommended.get(0))).containsExactly(5L);
    assertThat(ids(recommended.get(1))).containsExactly(1L);
    assertThat(
            ids(
                ask("/discover/batch", "{'searches': [{'target': [0, 1, 0, 0], 'limit': 2}]}")
                    .get(0)))
        .containsExactly(2L, 5L);
  }

  @Test
  void textsMayStandAnywhereInATree() {
    JsonNode hits =
        ask(
            "/query",
            "{'prefetch': [{'query': {'text': 'aaa', 'model': 'letters'}, 'limit': 1},"
                + " {'prefetch': {'query': {'recommend': {'positive':"
                + " [{'text': 'b', 'model': 'letters'}]}}, 'limit': 2},"
                + " 'query': {'nearest': {'text': 'b', 'model': 'letters'}}, 'limit': 1}],"
                + " 'query': {'fusion': 'rrf'}}");
    assertThat(ids(hits.path("points"))).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void aConditionInAFormulaCountsAsOne() {
    JsonNode hits =
        ask(
            "/query",
            "{'prefetch': {'query': [1, 0, 0, 0], 'limit': 3}, 'with_payload': ['字'], 'query':"
                + " {'formula': {'sum': [{'key': '字', 'match': {'value': '甲'}},"
                + " {'has_id': [5]}, {'mult': [0.5, 'n[1]']}]}, 'defaults': {'n[1]': 0}}}");
    assertThat(ids(hits.path("points"))).containsExactly(5L, 1L, 2L);
    assertThat(hits.path("points").get(0).path("score").floatValue()).isEqualTo(3f);
    assertThat(hits.path("points").get(0).path("payload").path("字").asText()).isEqualTo("甲");
  }

  @Test
  void theMembersOfAQueryMayComeInAnyOrder() {
    assertThat(
            ids(
                ask(
                        "/query",
                        "{'limit': 2, 'query': {'mmr': {'candidates_limit': 5, 'diversity': 1},"
                            + " 'nearest': [1, 0, 0, 0]}}")
                    .path("points")))
        .containsExactly(1L, 3L);
    assertThat(
            ask(
                    "/query",
                    "{'query': {'defaults': {'$score[7]': 4}, 'formula': '$score[7]'},"
                        + " 'prefetch': {}, 'limit': 1}")
                .path("points")
                .get(0)
                .path("score")
                .floatValue())
        .isEqualTo(4f);
  }
}
