package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static dev.quiver.api.RestFixture.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Groups, facets and the distance matrix over REST, on points that one can count by hand. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestGroupsTest {
  private static final String C = "/collections/c";
  private static final String P = C + "/points";

  @TempDir static Path folder;
  private RestFixture rest;

  @BeforeAll
  void start() {
    rest = new RestFixture(folder);
    ok(rest.put(C, json("{'vectors': {'size': 1, 'distance': 'Euclid'}}")));
    ok(rest.put("/collections/docs", json("{'vectors': {'size': 1, 'distance': 'Dot'}}")));
    ok(
        rest.put(
            P + "?wait=true",
            json(
                """
                {'points': [
                  {'id': 1, 'vector': [1], 'payload': {'doc': 7, 'tag': ['東京', 'b', 'b'], 'on': true}},
                  {'id': 2, 'vector': [2], 'payload': {'doc': 7, 'tag': '東京', 'on': false}},
                  {'id': 3, 'vector': [3], 'payload': {'doc': 7, 'tag': ['b']}},
                  {'id': 4, 'vector': [4], 'payload': {'doc': -3, 'tag': [], 'on': true}},
                  {'id': 5, 'vector': [5], 'payload': {'doc': 'F47AC10B-58cc-4372-a567-0e02b2c3d479'}},
                  {'id': 6, 'vector': [6], 'payload': {'doc': 'f47ac10b-58cc-4372-a567-0e02b2c3d479'}},
                  {'id': 7, 'vector': [7], 'payload': {'doc': 1.5, 'tag': [null, 'c']}},
                  {'id': 8, 'vector': [8], 'payload': {'doc': 18446744073709551615}}
                ]}""")));
    ok(
        rest.put(
            "/collections/docs/points?wait=true",
            json(
                """
                {'points': [
                  {'id': 7, 'vector': [1], 'payload': {'title': 'seven'}},
                  {'id': 'f47ac10b-58cc-4372-a567-0e02b2c3d479', 'vector': [2], 'payload': {'title': 'uuid'}}
                ]}""")));
  }

  @AfterAll
  void stop() {
    rest.close();
  }

  private static JsonNode ok(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.result();
  }

  /** Id and hits of each group, as {@code 7: 1 2 | "b": 3}. */
  private static String shown(JsonNode result) {
    StringBuilder text = new StringBuilder();
    for (JsonNode group : result.path("groups")) {
      text.append(text.isEmpty() ? "" : " | ").append(group.path("id")).append(':');
      group.path("hits").forEach(hit -> text.append(' ').append(hit.path("id")));
    }
    return text.toString();
  }

  @Test
  void groupsAreInTheOrderOfTheirBestHitAndIdsKeepTheirType() {
    String groups =
        "7: 1 2 | -3: 4 | \"F47AC10B-58cc-4372-a567-0e02b2c3d479\": 5 |"
            + " \"f47ac10b-58cc-4372-a567-0e02b2c3d479\": 6 | 18446744073709551615: 8";
    assertThat(
            shown(
                ok(
                    rest.post(
                        P + "/query/groups",
                        json("{'query': [0], 'group_by': 'doc', 'group_size': 2}")))))
        .isEqualTo(groups);
    assertThat(
            shown(
                ok(
                    rest.post(
                        P + "/search/groups",
                        json("{'vector': [0], 'group_by': 'doc', 'group_size': 2, 'limit': 10}")))))
        .isEqualTo(groups);
    assertThat(
            shown(
                ok(
                    rest.post(
                        P + "/query/groups",
                        json("{'query': [9], 'group_by': 'doc', 'limit': 2}")))))
        .isEqualTo("18446744073709551615: 8 | \"f47ac10b-58cc-4372-a567-0e02b2c3d479\": 6");
  }

  @Test
  void aPointIsInTheGroupOfEachOfItsValues() {
    assertThat(shown(ok(rest.post(P + "/query/groups", json("{'query': [0], 'group_by': 'tag'}")))))
        .isEqualTo("\"東京\": 1 2 | \"b\": 1 3");
    assertThat(
            shown(ok(rest.post(P + "/query/groups", json("{'query': [0], 'group_by': 'tag[]'}")))))
        .as("values in arrays alone")
        .isEqualTo("\"東京\": 1 | \"b\": 1 3");
    assertThat(
            shown(
                ok(
                    rest.post(
                        P + "/query/groups",
                        json(
                            "{'query': [0], 'group_by': 'tag', 'filter': {'must': {'has_id': [2, 3]}}}")))))
        .isEqualTo("\"東京\": 2 | \"b\": 3");
    assertThat(
            shown(
                ok(rest.post(P + "/query/groups", json("{'query': [0], 'group_by': 'nothing'}")))))
        .isEmpty();
  }

  @Test
  void everyFormOfAQueryCanBeGrouped() {
    assertThat(
            shown(
                ok(
                    rest.post(
                        P + "/query/groups",
                        json("{'query': 1, 'group_by': 'doc', 'limit': 2, 'group_size': 5}")))))
        .as("a point's id; the point itself is left out")
        .isEqualTo("7: 2 3 | -3: 4");
    assertThat(shown(ok(rest.post(P + "/query/groups", json("{'group_by': 'doc', 'limit': 2}")))))
        .as("no query")
        .isEqualTo("7: 1 2 3 | -3: 4");
  }

  @Test
  void hitsCarryWhatWasAskedFor() {
    JsonNode bare =
        ok(rest.post(P + "/query/groups", json("{'query': [0], 'group_by': 'doc', 'limit': 1}")));
    assertThat(bare.at("/groups/0/hits/0"))
        .isEqualTo(tree("{'id': 1, 'version': 0, 'score': 1.0}"));
    JsonNode full =
        ok(
            rest.post(
                P + "/query/groups",
                json(
                    "{'query': [0], 'group_by': 'doc', 'limit': 1, 'with_payload': ['on'],"
                        + " 'with_vector': true}")));
    assertThat(full.at("/groups/0/hits/0"))
        .isEqualTo(
            tree(
                "{'id': 1, 'version': 0, 'score': 1.0, 'payload': {'on': true}, 'vector': [1.0]}"));
  }

  @Test
  void lookupAddsThePointOfTheSameIdFromAnotherCollection() {
    JsonNode named =
        ok(
            rest.post(
                P + "/query/groups",
                json("{'query': [0], 'group_by': 'doc', 'with_lookup': 'docs'}")));
    assertThat(named.at("/groups/0/lookup"))
        .isEqualTo(tree("{'id': 7, 'payload': {'title': 'seven'}}"));
    assertThat(named.at("/groups/1").has("lookup")).isFalse();
    assertThat(named.at("/groups/2").has("lookup")).as("another form of the id").isFalse();
    assertThat(named.at("/groups/3/lookup/payload/title").asText()).isEqualTo("uuid");
    JsonNode chosen =
        ok(
            rest.post(
                P + "/query/groups",
                json(
                    "{'query': [0], 'group_by': 'doc', 'with_lookup': {'collection': 'docs',"
                        + " 'with_payload': false, 'with_vector': true}}")));
    assertThat(chosen.at("/groups/0/lookup")).isEqualTo(tree("{'id': 7, 'vector': [1.0]}"));
    Answer missing =
        rest.post(
            P + "/query/groups",
            json("{'query': [0], 'group_by': 'doc', 'with_lookup': 'nowhere'}"));
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.error()).isEqualTo("Not found: Collection nowhere not found");
  }

  @Test
  void facetsCountPoints() {
    for (String index :
        List.of(
            "{'field_name': 'tag', 'field_schema': 'keyword'}",
            "{'field_name': 'on', 'field_schema': 'bool'}")) {
      ok(rest.put(C + "/index?wait=true", json(index)));
    }
    assertThat(ok(rest.post(C + "/facet", json("{'key': 'tag'}"))))
        .isEqualTo(
            tree(
                "{'hits': [{'value': 'b', 'count': 2}, {'value': '東京', 'count': 2},"
                    + " {'value': 'c', 'count': 1}]}"));
    assertThat(ok(rest.post(C + "/facet", json("{'key': 'on', 'exact': true, 'limit': 1}"))))
        .isEqualTo(tree("{'hits': [{'value': true, 'count': 2}]}"));
    assertThat(
            ok(
                rest.post(
                    C + "/facet", json("{'key': 'tag', 'filter': {'must': {'has_id': [3, 7]}}}"))))
        .isEqualTo(tree("{'hits': [{'value': 'b', 'count': 1}, {'value': 'c', 'count': 1}]}"));
  }

  @Test
  void theMatrixHasTwoForms() {
    String body = json("{'filter': {'must': {'has_id': [1, 2, 4, 8]}}, 'sample': 10, 'limit': 2}");
    assertThat(ok(rest.post(P + "/search/matrix/pairs", body)))
        .isEqualTo(
            tree(
                """
                {'pairs': [
                  {'a': 1, 'b': 2, 'score': 1.0}, {'a': 1, 'b': 4, 'score': 3.0},
                  {'a': 2, 'b': 1, 'score': 1.0}, {'a': 2, 'b': 4, 'score': 2.0},
                  {'a': 4, 'b': 2, 'score': 2.0}, {'a': 4, 'b': 1, 'score': 3.0},
                  {'a': 8, 'b': 4, 'score': 4.0}, {'a': 8, 'b': 2, 'score': 6.0}]}"""));
    assertThat(ok(rest.post(P + "/search/matrix/offsets", body)))
        .isEqualTo(
            tree(
                """
                {'offsets_row': [0, 0, 1, 1, 2, 2, 3, 3],
                 'offsets_col': [1, 2, 0, 2, 1, 0, 2, 1],
                 'scores': [1.0, 3.0, 1.0, 2.0, 2.0, 3.0, 4.0, 6.0],
                 'ids': [1, 2, 4, 8]}"""));
    assertThat(ok(rest.post(P + "/search/matrix/pairs", "{}")).path("pairs")).hasSize(24);
    assertThat(
            ok(
                rest.post(
                    P + "/search/matrix/offsets", json("{'filter': {'must': {'has_id': [1]}}}"))))
        .isEqualTo(tree("{'offsets_row': [], 'offsets_col': [], 'scores': [], 'ids': []}"));
  }
}
