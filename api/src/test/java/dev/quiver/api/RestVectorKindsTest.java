package dev.quiver.api;

import static dev.quiver.api.RestFixture.json;
import static dev.quiver.api.RestFixture.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sparse vectors and multivectors over REST: configurations and values. */
class RestVectorKindsTest {
  private static final String C = "/collections/c";
  private static final String P = C + "/points";

  @TempDir Path folder;

  private static JsonNode ok(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.result();
  }

  @Test
  void valuesComeBackInTheFormInWhichTheyWereGiven() {
    try (RestFixture rest = new RestFixture(folder)) {
      ok(
          rest.put(
              C,
              json(
                  "{'vectors': {'m': {'size': 2, 'distance': 'Dot', 'multivector_config':"
                      + " {'comparator': 'max_sim'}}}, 'sparse_vectors': {'text': {'modifier':"
                      + " 'idf', 'index': {'full_scan_threshold': 100, 'on_disk': true}}}}")));
      JsonNode params = ok(rest.get(C)).at("/config/params");
      assertThat(params.path("sparse_vectors"))
          .isEqualTo(
              tree(
                  "{'text': {'index': {'full_scan_threshold': 100, 'on_disk': true}, 'modifier':"
                      + " 'idf'}}"));
      assertThat(params.at("/vectors/m/multivector_config"))
          .isEqualTo(tree("{'comparator': 'max_sim'}"));
      ok(
          rest.put(
              P + "?wait=true",
              json(
                  "{'points': [{'id': 1, 'vector': {'m': [[1, 2], [3, 4]], 'text': {'indices':"
                      + " [4294967295, 3], 'values': [0.5, 2]}}}, {'id': 2, 'vector': {'text':"
                      + " {'values': [], 'indices': []}}}]}")));
      assertThat(ok(rest.get(P + "/1")).path("vector"))
          .isEqualTo(
              tree(
                  "{'m': [[1.0, 2.0], [3.0, 4.0]], 'text': {'indices': [3, 4294967295], 'values':"
                      + " [2.0, 0.5]}}"));
      assertThat(ok(rest.get(P + "/2")).path("vector"))
          .isEqualTo(tree("{'text': {'indices': [], 'values': []}}"));
      ok(
          rest.put(
              P + "/vectors?wait=true",
              json("{'points': [{'id': 2, 'vector': {'m': [[5, 6]]}}]}")));
      ok(
          rest.put(
              P + "?wait=true",
              json(
                  "{'batch': {'ids': [3, 4], 'vectors': {'text': [{'indices': [1], 'values': [1]},"
                      + " {'indices': [2], 'values': [2]}]}}}")));
      JsonNode all =
          ok(rest.post(
                  P + "/scroll", json("{'with_vector': ['m', 'text'], 'with_payload': false}")))
              .path("points");
      assertThat(all.at("/1/vector/m")).isEqualTo(tree("[[5.0, 6.0]]"));
      assertThat(all.at("/3/vector/text")).isEqualTo(tree("{'indices': [2], 'values': [2.0]}"));
      JsonNode having =
          ok(rest.post(P + "/count", json("{'filter': {'must': [{'has_vector': 'text'}]}}")));
      assertThat(having.path("count").asInt()).isEqualTo(4);
    }
  }

  @Test
  void aDefaultMultivectorStandsBare() {
    try (RestFixture rest = new RestFixture(folder)) {
      ok(
          rest.put(
              C,
              json(
                  "{'vectors': {'size': 2, 'distance': 'Dot', 'multivector_config': {'comparator':"
                      + " 'max_sim'}}}")));
      ok(rest.put(P + "?wait=true", json("{'points': [{'id': 1, 'vector': [[1, 2], [3, 4]]}]}")));
      ok(
          rest.put(
              P + "?wait=true", json("{'batch': {'ids': [2], 'vectors': [[[5, 6], [7, 8]]]}}")));
      assertThat(ok(rest.get(P + "/1")).path("vector")).isEqualTo(tree("[[1.0, 2.0], [3.0, 4.0]]"));
      assertThat(ok(rest.get(P + "/2")).path("vector")).isEqualTo(tree("[[5.0, 6.0], [7.0, 8.0]]"));
    }
  }

  @Test
  void aSparseVectorIsAddedChangedAndDroppedWhileTheCollectionLives() {
    try (RestFixture rest = new RestFixture(folder)) {
      ok(rest.put(C, json("{'vectors': {'size': 1, 'distance': 'Dot'}}")));
      ok(rest.put(P + "?wait=true", json("{'points': [{'id': 1, 'vector': [1]}]}")));
      String sparse = json("{'sparse': {'modifier': 'idf', 'datatype': 'float16'}}");
      ok(rest.put(C + "/vectors/s?wait=true", sparse));
      ok(rest.put(C + "/vectors/s?wait=true", sparse));
      JsonNode params = ok(rest.get(C)).at("/config/params");
      assertThat(params.path("vectors")).isEqualTo(tree("{'size': 1, 'distance': 'Dot'}"));
      assertThat(params.path("sparse_vectors"))
          .isEqualTo(tree("{'s': {'index': {'datatype': 'float16'}, 'modifier': 'idf'}}"));
      assertThat(rest.put(C + "/vectors/s", json("{'sparse': {}}")).error())
          .isEqualTo(
              "Wrong input: Sparse vector `s` already exists with a different configuration");
      assertThat(
              rest.put(C + "/vectors/s", json("{'dense': {'size': 1, 'distance': 'Dot'}}")).error())
          .isEqualTo("Wrong input: Vector `s` already exists as a sparse vector");
      ok(
          rest.put(
              P + "/vectors?wait=true",
              json("{'points': [{'id': 1, 'vector': {'s': {'indices': [1], 'values': [1]}}}]}")));
      ok(
          rest.patch(
              C,
              json("{'sparse_vectors': {'s': {'modifier': 'none', 'index': {'on_disk': true}}}}")));
      assertThat(ok(rest.get(C)).at("/config/params/sparse_vectors"))
          .isEqualTo(
              tree(
                  "{'s': {'index': {'datatype': 'float16', 'on_disk': true}, 'modifier': 'none'}}"));
      assertThat(ok(rest.get(P + "/1")).path("vector"))
          .isEqualTo(tree("{'': [1.0], 's': {'indices': [1], 'values': [1.0]}}"));
      ok(rest.delete(C + "/vectors/s?wait=true"));
      assertThat(ok(rest.get(C)).at("/config/params").has("sparse_vectors")).isFalse();
      ok(rest.put(C + "/vectors/s?wait=true", json("{'sparse': {}}")));
      assertThat(ok(rest.get(P + "/1")).path("vector"))
          .as("what was under the dropped name stays gone")
          .isEqualTo(tree("{'': [1.0]}"));
    }
  }
}
