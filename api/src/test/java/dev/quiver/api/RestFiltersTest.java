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

/** Filters, ordering and conditional writes, from the body of a request down to the points. */
class RestFiltersTest {
  private static final String C = "/collections/c";
  private static final String P = C + "/points";

  @TempDir Path folder;
  private RestFixture rest;

  @BeforeEach
  void startWithFivePoints() {
    rest = new RestFixture(folder);
    rest.put(C, json("{'vectors': {'size': 2, 'distance': 'Euclid'}}"));
    ok(
        rest.put(
            P + "?wait=true",
            json(
                """
                {'points': [
                  {'id': 1, 'vector': [0, 1], 'payload': {'n': 3, 'tag': ['a', 'b'], 'd': '2026-01-01'}},
                  {'id': 2, 'vector': [0, 2], 'payload': {'n': 1, 'tag': 'b', 'at': {'lon': 7.4, 'lat': 46.9}}},
                  {'id': 3, 'vector': [0, 3], 'payload': {'n': 2.5, 'items': [{'k': 1, 'v': 2}, {'k': 3, 'v': 4}]}},
                  {'id': 4, 'vector': [0, 4], 'payload': {'n': null, 'text': 'Ein Boot auf dem See'}},
                  {'id': 5, 'vector': [0, 5]}
                ]}
                """)));
  }

  @AfterEach
  void stop() {
    rest.close();
  }

  private static void ok(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  private void matches(String filter, Integer... ids) {
    Answer answer =
        rest.post(P + "/scroll", json("{'filter': " + filter + ", 'with_payload': false}"));
    ok(answer);
    assertThat(answer.result().path("points").findValues("id").stream().map(JsonNode::asInt))
        .as(filter)
        .containsExactly(ids);
    assertThat(rest.post(P + "/count", json("{'filter': " + filter + "}")).result())
        .isEqualTo(tree("{'count': " + ids.length + "}"));
    Answer hits =
        rest.post(P + "/search", json("{'vector': [0, 0], 'limit': 9, 'filter': " + filter + "}"));
    ok(hits);
    assertThat(hits.result().findValues("id").stream().map(JsonNode::asInt).sorted())
        .as("searched by " + filter)
        .containsExactly(ids);
  }

  @Test
  void filtersSelectTheSamePointsInEveryCall() {
    matches("{'must': [{'key': 'tag', 'match': {'value': 'b'}}]}", 1, 2);
    matches("{'must': {'key': 'tag', 'match': {'any': ['a', 'z']}}}", 1);
    matches("{'must': [{'key': 'n', 'range': {'gt': 1, 'lte': 3}}]}", 1, 3);
    matches("{'must_not': [{'key': 'n', 'range': {'gte': 0}}]}", 4, 5);
    matches("{'should': [{'has_id': [5]}, {'key': 'n', 'match': {'value': 1}}]}", 2, 5);
    matches("{'must': [{'is_null': {'key': 'n'}}]}", 4);
    matches("{'must': [{'is_empty': {'key': 'tag'}}]}", 3, 4, 5);
    matches("{'must': [{'key': 'tag', 'values_count': {'gte': 2}}]}", 1);
    matches(
        "{'must': [{'nested': {'key': 'items', 'filter': {'must': ["
            + "{'key': 'k', 'match': {'value': 3}}, {'key': 'v', 'match': {'value': 4}}]}}}]}",
        3);
    matches(
        "{'must': [{'nested': {'key': 'items', 'filter': {'must': ["
            + "{'key': 'k', 'match': {'value': 1}}, {'key': 'v', 'match': {'value': 4}}]}}}]}");
    matches("{'must': [{'key': 'd', 'range': {'lt': '2026-01-02T00:00:00Z'}}]}", 1);
    matches(
        "{'must': [{'key': 'at', 'geo_radius':"
            + " {'center': {'lon': 7.4, 'lat': 46.9}, 'radius': 1000}}]}",
        2);
    matches("{'must': [{'key': 'text', 'match': {'text': 'Boot'}}]}", 4);
    matches("{}", 1, 2, 3, 4, 5);
  }

  @Test
  void pointsAreOrderedByAnIndexedValue() {
    Answer unindexed = rest.post(P + "/scroll", json("{'order_by': 'n'}"));
    assertThat(unindexed.status()).isEqualTo(400);
    assertThat(unindexed.error()).contains("n");
    ok(rest.put(C + "/index?wait=true", json("{'field_name': 'n', 'field_schema': 'float'}")));
    Answer ascending = rest.post(P + "/scroll", json("{'order_by': 'n', 'with_payload': false}"));
    ok(ascending);
    assertThat(ascending.result().path("points").findValues("id").toString())
        .isEqualTo("[2, 3, 1]");
    assertThat(ascending.result().path("points").get(1).path("order_value").doubleValue())
        .isEqualTo(2.5);
    assertThat(ascending.result().path("next_page_offset").isNull()).isTrue();
    Answer descending =
        rest.post(
            P + "/query",
            json(
                "{'query': {'order_by': {'key': 'n', 'direction': 'desc', 'start_from': 2.5}},"
                    + " 'limit': 5}"));
    ok(descending);
    assertThat(descending.result().path("points").findValues("id").toString()).isEqualTo("[3, 2]");
    assertThat(descending.result().path("points").get(0).path("score").doubleValue())
        .isEqualTo(1.0);
  }

  @Test
  void writesFollowTheirConditions() {
    ok(
        rest.put(
            P + "?wait=true",
            json(
                """
                {'points': [{'id': 1, 'vector': [9, 9]}, {'id': 2, 'vector': [9, 9]},
                            {'id': 6, 'vector': [9, 9]}],
                 'update_filter': {'must': [{'key': 'n', 'match': {'value': 1}}]}}
                """)));
    assertThat(vector(1)).isEqualTo("[0.0,1.0]");
    assertThat(vector(2)).isEqualTo("[9.0,9.0]");
    assertThat(vector(6)).isEqualTo("[9.0,9.0]");
    ok(
        rest.put(
            P + "?wait=true",
            json(
                "{'points': [{'id': 6, 'vector': [1, 1]}, {'id': 7, 'vector': [1, 1]}],"
                    + " 'update_mode': 'insert_only'}")));
    assertThat(vector(6)).isEqualTo("[9.0,9.0]");
    assertThat(vector(7)).isEqualTo("[1.0,1.0]");
    ok(
        rest.put(
            P + "?wait=true",
            json(
                "{'points': [{'id': 7, 'vector': [2, 2]}, {'id': 8, 'vector': [2, 2]}],"
                    + " 'update_mode': 'update_only'}")));
    assertThat(vector(7)).isEqualTo("[2.0,2.0]");
    assertThat(rest.get(P + "/8").status()).isEqualTo(404);
    ok(
        rest.post(
            P + "/payload?wait=true",
            json("{'payload': {'seen': true}, 'filter': {'must': [{'has_id': [5, 6]}]}}")));
    matches("{'must': [{'key': 'seen', 'match': {'value': true}}]}", 5, 6);
  }

  private String vector(int id) {
    return rest.get(P + "/" + id).result().path("vector").toString();
  }

  @Test
  void distancesAscendAndTheThresholdIsAnUpperBound() {
    Answer answer =
        rest.post(P + "/search", json("{'vector': [0, 0], 'limit': 9, 'score_threshold': 3.0}"));
    ok(answer);
    List<JsonNode> scores = answer.result().findValues("score");
    assertThat(scores.stream().map(JsonNode::doubleValue)).containsExactly(1.0, 2.0);
  }
}
