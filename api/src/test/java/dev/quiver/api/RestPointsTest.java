package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static dev.quiver.api.RestFixture.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestPointsTest {
  private static final String C = "/collections/cities";
  private static final String P = C + "/points";

  @TempDir Path folder;
  private RestFixture rest;

  @BeforeEach
  void startWithThreePoints() {
    rest = new RestFixture(folder);
    ok(rest.put(C, json("{'vectors': {'size': 4, 'distance': 'Dot'}}")), "true");
    Answer upserted =
        rest.put(
            P + "?wait=true",
            json(
                """
                {'points': [
                  {'id': 1, 'vector': [1, 0, 0, 0], 'payload': {'city': 'Bern', 'n': 1}},
                  {'id': 18446744073709551615, 'vector': [0.5, 0.25, 0, 0], 'payload': {'n': 1.0}},
                  {'id': '550E8400E29B41D4A716446655440000', 'vector': [0, 1, 0, 0]}
                ]}
                """));
    assertThat(upserted.status()).as(upserted.text()).isEqualTo(200);
    assertThat(upserted.result().path("status").asText()).isEqualTo("completed");
  }

  @AfterEach
  void stop() {
    rest.close();
  }

  private static void ok(Answer answer, String result) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.result()).isEqualTo(tree(result));
    assertThat(answer.json().path("status").asText()).isEqualTo("ok");
    assertThat(answer.json().path("time").isDouble()).isTrue();
  }

  private static void accepted(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.result().path("status").asText()).isEqualTo("completed");
    assertThat(answer.result().path("operation_id").isIntegralNumber()).isTrue();
  }

  @Test
  void aSearchReturnsHitsBestFirstWithWhatWasAskedFor() {
    Answer answer =
        rest.post(
            P + "/search",
            json(
                "{'vector': [1, 0, 0, 0], 'limit': 2, 'with_payload': true, 'with_vector': true}"));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    JsonNode hits = answer.result();
    assertThat(hits).hasSize(2);
    assertThat(hits.get(0).path("id")).isEqualTo(tree("1"));
    assertThat(hits.get(0).path("score").doubleValue()).isEqualTo(1.0);
    assertThat(hits.get(0).path("version").isIntegralNumber()).isTrue();
    assertThat(hits.get(0).path("payload")).isEqualTo(tree("{'city': 'Bern', 'n': 1}"));
    assertThat(hits.get(0).path("vector")).isEqualTo(tree("[1.0, 0.0, 0.0, 0.0]"));
    assertThat(hits.get(1).path("id").bigIntegerValue()).hasToString("18446744073709551615");
    assertThat(hits.get(1).path("score").doubleValue()).isEqualTo(0.5);
  }

  @Test
  void aQueryTakesAVectorATextAPointOrNothing() {
    assertThat(ids(rest.post(P + "/query", json("{'query': [0, 1, 0, 0], 'limit': 1}"))))
        .containsExactly("\"550e8400-e29b-41d4-a716-446655440000\"");
    assertThat(
            ids(
                rest.post(
                    P + "/query",
                    json("{'query': {'nearest': [0, 1, 0, 0]}, 'limit': 1, 'offset': 1}"))))
        .containsExactly("18446744073709551615");
    assertThat(
            ids(
                rest.post(
                    P + "/query",
                    json("{'query': {'text': 'bbb', 'model': 'letters'}, 'limit': 1}"))))
        .containsExactly("\"550e8400-e29b-41d4-a716-446655440000\"");
    assertThat(ids(rest.post(P + "/query", json("{'query': 1, 'limit': 1}"))))
        .containsExactly("18446744073709551615");
    assertThat(ids(rest.post(P + "/query", json("{}"))))
        .containsExactly("1", "18446744073709551615", "\"550e8400-e29b-41d4-a716-446655440000\"");
  }

  private static List<String> ids(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    JsonNode points = answer.result().path("points");
    return points.findValues("id").stream().map(JsonNode::toString).toList();
  }

  @Test
  void batchesAnswerInTheOrderOfTheirRequests() {
    Answer searches =
        rest.post(
            P + "/search/batch",
            json(
                """
                {'searches': [
                  {'vector': [0, 1, 0, 0], 'limit': 1}, {'vector': [1, 0, 0, 0], 'limit': 1},
                  {'vector': [1, 0, 0, 0], 'limit': 1, 'score_threshold': 1.0}]}
                """));
    assertThat(searches.result()).as(searches.text()).hasSize(3);
    assertThat(searches.result().get(0).get(0).path("id").asText()).startsWith("550e8400");
    assertThat(searches.result().get(1).get(0).path("id").asInt()).isEqualTo(1);
    assertThat(searches.result().get(2)).as("the threshold is strict").isEmpty();

    Answer queries =
        rest.post(P + "/query/batch", json("{'searches': [{'query': [1, 0, 0, 0]}, {}]}"));
    assertThat(queries.result()).as(queries.text()).hasSize(2);
    assertThat(queries.result().get(0).path("points")).hasSize(3);
    ok(rest.post(P + "/query/batch", json("{'searches': []}")), "[]");
  }

  @Test
  void pointsAreReadOneByOneAndTogether() {
    Answer one = rest.get(P + "/1");
    ok(one, "{'id': 1, 'payload': {'city': 'Bern', 'n': 1}, 'vector': [1.0, 0.0, 0.0, 0.0]}");
    ok(
        rest.get(P + "/18446744073709551615"),
        "{'id': 18446744073709551615, 'payload': {'n': 1.0}, 'vector': [0.5, 0.25, 0.0, 0.0]}");
    assertThat(rest.get(P + "/18446744073709551615").text())
        .as("a float stays a float")
        .contains("{\"n\":1.0}");
    assertThat(rest.get(P + "/urn:uuid:550e8400-e29b-41d4-a716-446655440000").status())
        .isEqualTo(200);
    ok(
        rest.post(P, json("{'ids': [7, 1], 'with_payload': ['city']}")),
        "[{'id': 1, 'payload': {'city': 'Bern'}}]");
    ok(
        rest.post(P, json("{'ids': [1], 'with_payload': {'exclude': ['city']}}")),
        "[{'id': 1, 'payload': {'n': 1}}]");
    assertThat(rest.get(P + "/7").error()).isEqualTo("Not found: Point with id 7 does not exists!");
  }

  @Test
  void scrollingGoesThroughAllPointsInIdOrder() {
    ok(
        rest.post(P + "/scroll", json("{'limit': 2, 'with_payload': false}")),
        "{'points': [{'id': 1}, {'id': 18446744073709551615}],"
            + " 'next_page_offset': '550e8400-e29b-41d4-a716-446655440000'}");
    ok(
        rest.post(
            P + "/scroll",
            json("{'offset': '550e8400-e29b-41d4-a716-446655440000', 'with_payload': false}")),
        "{'points': [{'id': '550e8400-e29b-41d4-a716-446655440000'}], 'next_page_offset': null}");
  }

  @Test
  void countsAll() {
    ok(rest.post(P + "/count", "{}"), "{'count': 3}");
    ok(rest.post(P + "/count", json("{'exact': false}")), "{'count': 3}");
  }

  @Test
  void payloadIsSetOverwrittenDeletedAndCleared() {
    String w = "?wait=true";
    accepted(rest.post(P + "/payload" + w, json("{'payload': {'a': {'b': 2}}, 'points': [1]}")));
    payloadOfOneIs("{'city': 'Bern', 'n': 1, 'a': {'b': 2}}");
    accepted(
        rest.post(
            P + "/payload" + w,
            json("{'payload': {'c': [3], 'n': null}, 'points': [1], 'key': 'a'}")));
    payloadOfOneIs("{'city': 'Bern', 'n': 1, 'a': {'b': 2, 'c': [3]}}");
    accepted(rest.post(P + "/payload/delete" + w, json("{'keys': ['a.b', 'n'], 'points': [1]}")));
    payloadOfOneIs("{'city': 'Bern', 'a': {'c': [3]}}");
    accepted(rest.put(P + "/payload" + w, json("{'payload': {'z': 'Zürich 🏔'}, 'points': [1]}")));
    payloadOfOneIs("{'z': 'Zürich 🏔'}");
    accepted(rest.post(P + "/payload/clear" + w, json("{'points': [1]}")));
    payloadOfOneIs("{}");
  }

  private void payloadOfOneIs(String payload) {
    assertThat(rest.get(P + "/1").result().path("payload")).isEqualTo(tree(payload));
  }

  @Test
  void vectorsAreUpdatedAndDeleted() {
    accepted(
        rest.put(
            P + "/vectors?wait=true", json("{'points': [{'id': 1, 'vector': [0, 0, 0, 2]}]}")));
    assertThat(rest.get(P + "/1").result().path("vector")).isEqualTo(tree("[0.0, 0.0, 0.0, 2.0]"));
    accepted(rest.post(P + "/vectors/delete?wait=true", json("{'points': [1], 'vector': ['']}")));
    assertThat(
            rest.get(P + "/1").result().has("vector")
                && !rest.get(P + "/1").result().path("vector").isEmpty())
        .as("the vector is gone")
        .isFalse();
  }

  @Test
  void pointsAreDeletedByIdAndByFilter() {
    accepted(rest.post(P + "/delete?wait=true", json("{'points': [1]}")));
    ok(rest.post(P + "/count", "{}"), "{'count': 2}");
    accepted(
        rest.post(
            P + "/delete?wait=true",
            json("{'filter': {'must': [{'has_id': [18446744073709551615]}]}}")));
    ok(rest.post(P + "/count", "{}"), "{'count': 1}");
  }

  @Test
  void aBatchRunsOperationsOfAllKindsInOrder() {
    Answer answer =
        rest.post(
            P + "/batch?wait=true",
            json(
                """
                {'operations': [
                  {'upsert': {'points': [{'id': 5, 'vector': [0, 0, 1, 0]}]}},
                  {'upsert': {'batch': {'ids': [6, 7], 'vectors': [[1, 1, 1, 1], [2, 2, 2, 2]],
                      'payloads': [{'p': 6}, null]}}},
                  {'set_payload': {'payload': {'x': 1}, 'points': [5, 6]}},
                  {'overwrite_payload': {'payload': {'y': 2}, 'points': [5]}},
                  {'delete_payload': {'keys': ['p'], 'points': [6]}},
                  {'clear_payload': {'points': [1]}},
                  {'update_vectors': {'points': [{'id': 5, 'vector': [0, 0, 9, 0]}]}},
                  {'delete_vectors': {'points': [7], 'vector': ['']}},
                  {'delete': {'points': [18446744073709551615]}}
                ]}
                """));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.result()).hasSize(9);
    ok(rest.get(P + "/5"), "{'id': 5, 'payload': {'y': 2}, 'vector': [0.0, 0.0, 9.0, 0.0]}");
    ok(rest.get(P + "/6"), "{'id': 6, 'payload': {'x': 1}, 'vector': [1.0, 1.0, 1.0, 1.0]}");
    ok(rest.post(P + "/count", "{}"), "{'count': 5}");
  }

  @Test
  void textsAreEmbeddedOnUpsert() {
    accepted(
        rest.put(
            P + "?wait=true",
            json(
                """
                {'points': [
                  {'id': 11, 'vector': {'text': 'aab', 'model': 'letters'}},
                  {'id': 12, 'vector': [1, 2, 3, 4]}]}
                """)));
    assertThat(rest.get(P + "/11").result().path("vector")).isEqualTo(tree("[2.0, 1.0, 0.0, 0.5]"));
    accepted(
        rest.put(
            P + "?wait=true",
            json("{'batch': {'ids': [13], 'vectors': [{'text': 'cc', 'model': 'letters'}]}}")));
    assertThat(rest.get(P + "/13").result().path("vector")).isEqualTo(tree("[0.0, 0.0, 2.0, 0.5]"));
  }

  @Test
  void namedVectorsAreWrittenAndReturnedByName() {
    String named = "/collections/named";
    ok(
        rest.put(
            named,
            json(
                "{'vectors': {'a': {'size': 2, 'distance': 'Cosine'},"
                    + " 'b': {'size': 1, 'distance': 'Euclid'}}}")),
        "true");
    accepted(
        rest.put(
            named + "/points?wait=true",
            json(
                """
                {'points': [{'id': 1, 'vector': {'a': [3, 4], 'b': [7]}},
                            {'id': 2, 'vector': {'a': [1, 0]}}, {'id': 3, 'vector': {}}]}
                """)));
    assertThat(rest.get(named + "/points/1").result().path("vector"))
        .as("cosine vectors come back normalised")
        .isEqualTo(tree("{'a': [0.6, 0.8], 'b': [7.0]}"));
    Answer answer =
        rest.post(
            named + "/points/search",
            json("{'vector': {'name': 'b', 'vector': [9]}, 'limit': 5, 'with_vector': ['b']}"));
    assertThat(answer.result()).as(answer.text()).hasSize(1);
    assertThat(answer.result().get(0).path("score").doubleValue()).isEqualTo(2.0);
    assertThat(answer.result().get(0).path("vector")).isEqualTo(tree("{'b': [7.0]}"));
    assertThat(ids(rest.post(named + "/points/query", json("{'query': [1, 0], 'using': 'a'}"))))
        .containsExactly("2", "1");
    accepted(
        rest.put(
            named + "/points?wait=true",
            json(
                "{'batch': {'ids': [8, 9], 'vectors': {'a': [[1, 0], [0, 1]], 'b': [[1], [2]]}}}")));
    assertThat(rest.get(named + "/points/9").result().path("vector"))
        .isEqualTo(tree("{'a': [0.0, 1.0], 'b': [2.0]}"));
  }

  @Test
  void anUnwaitedWriteIsAcknowledged() {
    Answer answer = rest.put(P, json("{'points': [{'id': 3, 'vector': [1, 1, 1, 1]}]}"));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.result().path("status").asText()).isEqualTo("acknowledged");
  }
}
