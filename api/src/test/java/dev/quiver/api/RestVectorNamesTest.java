package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static dev.quiver.api.RestFixture.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors that are added to and dropped from a collection with points, over REST. */
class RestVectorNamesTest {
  private static final String C = "/collections/c";
  private static final String P = C + "/points";

  @TempDir Path folder;

  private static JsonNode ok(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.result();
  }

  @Test
  void aVectorComesAndGoesAndOldValuesStayGone() {
    try (RestFixture rest = new RestFixture(folder)) {
      ok(rest.put(C, json("{'vectors': {'size': 1, 'distance': 'Dot'}}")));
      ok(rest.put(P + "?wait=true", json("{'points': [{'id': 1, 'vector': [1]}]}")));

      JsonNode added =
          ok(
              rest.put(
                  C + "/vectors/picture?wait=true",
                  json("{'dense': {'size': 2, 'distance': 'Euclid', 'datatype': 'float16'}}")));
      assertThat(added.path("status").asText()).isEqualTo("completed");
      assertThat(ok(rest.get(C)).at("/config/params/vectors"))
          .isEqualTo(
              tree(
                  "{'': {'size': 1, 'distance': 'Dot'},"
                      + " 'picture': {'size': 2, 'distance': 'Euclid', 'datatype': 'float16'}}"));
      String search = json("{'query': [0, 0], 'using': 'picture'}");
      assertThat(ok(rest.post(P + "/query", search)).path("points")).isEmpty();
      ok(
          rest.put(
              P + "/vectors?wait=true",
              json("{'points': [{'id': 1, 'vector': {'picture': [3, 4]}}]}")));
      assertThat(ok(rest.post(P + "/query", search)).at("/points/0/score").asDouble())
          .isEqualTo(5.0);
      assertThat(ok(rest.get(P + "/1")).path("vector"))
          .isEqualTo(tree("{'': [1.0], 'picture': [3.0, 4.0]}"));

      assertThat(
              ok(rest.put(
                      C + "/vectors/picture",
                      json("{'dense': {'size': 2, 'distance': 'Euclid', 'datatype': 'float16'}}")))
                  .path("status")
                  .asText())
          .as("the same again changes nothing")
          .isEqualTo("acknowledged");
      Answer other =
          rest.put(C + "/vectors/picture", json("{'dense': {'size': 3, 'distance': 'Euclid'}}"));
      assertThat(other.status()).isEqualTo(400);
      assertThat(other.error())
          .isEqualTo("Wrong input: Vector `picture` already exists with a different configuration");

      ok(rest.delete(C + "/vectors/picture?wait=true"));
      ok(rest.delete(C + "/vectors/picture?wait=true"));
      assertThat(rest.post(P + "/query", search).error())
          .isEqualTo("Wrong input: Not existing vector name error: picture");
      assertThat(ok(rest.get(P + "/1")).path("vector")).as("bare again").isEqualTo(tree("[1.0]"));
      String has = json("{'filter': {'must': {'has_vector': 'picture'}}}");
      assertThat(ok(rest.post(P + "/count", has)).path("count").asInt()).isZero();

      ok(
          rest.put(
              C + "/vectors/picture?wait=true",
              json("{'dense': {'size': 2, 'distance': 'Cosine'}}")));
      assertThat(ok(rest.post(P + "/query", search)).path("points")).isEmpty();
      assertThat(ok(rest.post(P + "/count", has)).path("count").asInt()).isZero();

      ok(rest.delete(C + "/vectors/picture?wait=true"));
    }
    try (RestFixture rest = new RestFixture(folder)) {
      assertThat(ok(rest.get(C)).at("/config/params/vectors"))
          .isEqualTo(tree("{'': {'size': 1, 'distance': 'Dot'}}"));
      assertThat(ok(rest.get(P + "/1")).path("vector")).isEqualTo(tree("[1.0]"));
    }
  }
}
