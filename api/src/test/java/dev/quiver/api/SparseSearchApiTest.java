package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.RestFixture.json;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.api.RestFixture.Answer;
import io.qdrant.client.VectorFactory;
import io.qdrant.client.VectorsFactory;
import io.qdrant.client.grpc.Collections;
import io.qdrant.client.grpc.Points;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sparse search, hybrid search and texts as BM25 vectors, over REST and gRPC. */
class SparseSearchApiTest {
  private static final String C = "/collections/c";
  private static final String P = C + "/points";

  @TempDir Path folder;

  private static JsonNode ok(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.result();
  }

  private static List<Integer> ids(JsonNode result) {
    return result.path("points").findValues("id").stream().map(JsonNode::asInt).toList();
  }

  private static void fill(RestFixture rest) {
    ok(
        rest.put(
            C,
            json(
                "{'vectors': {'dense': {'size': 2, 'distance': 'Dot'}},"
                    + " 'sparse_vectors': {'s': {}}}")));
    ok(
        rest.put(
            P + "?wait=true",
            json(
                "{'points': [{'id': 1, 'payload': {'g': 'a'}, 'vector': {'dense': [1, 0],"
                    + " 's': {'indices': [1, 2], 'values': [1, 2]}}}, {'id': 2, 'payload': {'g':"
                    + " 'b'}, 'vector': {'dense': [0, 1], 's': {'indices': [2, 9], 'values': [4,"
                    + " 1]}}}, {'id': 3, 'payload': {'g': 'a'}, 'vector': {'s': {'indices': [9],"
                    + " 'values': [-3]}}}, {'id': 4, 'vector': {'dense': [5, 5]}}]}")));
  }

  @Test
  void everyKindOfQueryRanksBySparseVectors() {
    try (RestFixture rest = new RestFixture(folder)) {
      fill(rest);
      JsonNode found =
          ok(
              rest.post(
                  P + "/query",
                  json("{'query': {'indices': [9, 2], 'values': [1, 1]}, 'using': 's'}")));
      assertThat(ids(found)).containsExactly(2, 1, 3);
      assertThat(found.at("/points/0/score").asDouble()).isEqualTo(5.0);
      assertThat(found.at("/points/2/score").asDouble()).isEqualTo(-3.0);
      assertThat(
              ids(
                  ok(
                      rest.post(
                          P + "/query",
                          json(
                              "{'query': {'nearest': {'indices': [2], 'values': [1]}}, 'using':"
                                  + " 's', 'score_threshold': 2}")))))
          .as("the threshold is strict")
          .containsExactly(2);
      assertThat(
              ids(
                  ok(
                      rest.post(
                          P + "/query",
                          json(
                              "{'query': {'indices': [2], 'values': [1]}, 'using': 's', 'filter':"
                                  + " {'must': [{'key': 'g', 'match': {'value': 'a'}}]}}")))))
          .containsExactly(1);
      assertThat(ids(ok(rest.post(P + "/query", json("{'query': 1, 'using': 's'}")))))
          .as("nearest to a point, which is none of the results")
          .containsExactly(2);
      assertThat(
              ids(
                  ok(
                      rest.post(
                          P + "/query",
                          json(
                              "{'query': {'recommend': {'positive': [1], 'negative': [3],"
                                  + " 'strategy': 'best_score'}}, 'using': 's'}")))))
          .containsExactly(2);
      assertThat(
              ids(
                  ok(
                      rest.post(
                          P + "/query",
                          json(
                              "{'query': {'discover': {'target': {'indices': [9], 'values': [1]},"
                                  + " 'context': [{'positive': 2, 'negative': 3}]}}, 'using':"
                                  + " 's'}")))))
          .containsExactly(1);
      JsonNode old =
          ok(
              rest.post(
                  P + "/search",
                  json(
                      "{'vector': {'name': 's', 'vector': {'indices': [2], 'values': [1]}}, 'limit':"
                          + " 1, 'with_vector': true}")));
      assertThat(old.at("/0/id").asInt()).isEqualTo(2);
      assertThat(old.at("/0/vector/s/indices/1").asInt()).isEqualTo(9);
      JsonNode pairs =
          ok(rest.post(P + "/search/matrix/pairs", json("{'sample': 10, 'using': 's'}")));
      assertThat(pairs.at("/pairs/0").toString()).isEqualTo(json("{'a':1,'b':2,'score':8.0}"));
      JsonNode groups =
          ok(
              rest.post(
                  P + "/query/groups",
                  json(
                      "{'query': {'indices': [2, 9], 'values': [1, 1]}, 'using': 's', 'group_by':"
                          + " 'g', 'group_size': 2}")));
      assertThat(groups.at("/groups/0/id").asText()).isEqualTo("b");
      assertThat(groups.at("/groups/1/hits").size()).isEqualTo(2);
      assertThat(ok(rest.get(C)).path("indexed_vectors_count").asInt()).isEqualTo(3);
    }
  }

  @Test
  void denseAndSparseAreFused() {
    try (RestFixture rest = new RestFixture(folder)) {
      fill(rest);
      JsonNode found =
          ok(
              rest.post(
                  P + "/query",
                  json(
                      "{'prefetch': [{'query': [1, 0], 'using': 'dense'}, {'query': {'indices':"
                          + " [1], 'values': [1]}, 'using': 's'}], 'query': {'fusion': 'rrf'}}")));
      assertThat(ids(found).getFirst()).isEqualTo(1);
      assertThat(found.at("/points/0/score").asDouble()).isCloseTo(1 / 3.0 + 1 / 2.0, within(1e-6));
    }
  }

  @Test
  void textsBecomeBm25VectorsWhenTheyAreWrittenAndWhenTheyAreAsked() {
    try (RestFixture rest = new RestFixture(folder)) {
      ok(rest.put(C, json("{'sparse_vectors': {'text': {'modifier': 'idf'}}}")));
      ok(
          rest.put(
              P + "?wait=true",
              json(
                  "{'points': [{'id': 1, 'vector': {'text': {'text': 'I must not fear. Fear is the"
                      + " mind-killer.', 'model': 'qdrant/bm25'}}}, {'id': 2, 'vector': {'text':"
                      + " {'text': 'War is peace.', 'model': 'Qdrant/BM25', 'options': {'avg_len':"
                      + " 5}}}}]}")));
      JsonNode found =
          ok(
              rest.post(
                  P + "/query",
                  json(
                      "{'query': {'text': 'I should not fear', 'model': 'qdrant/bm25'}, 'using':"
                          + " 'text', 'with_vector': true}")));
      assertThat(ids(found)).containsExactly(1);
      assertThat(found.at("/points/0/vector/text/indices").size()).isEqualTo(4);
      JsonNode corpus =
          ok(
              rest.post(
                  P + "/query",
                  json(
                      "{'query': {'text': 'fear', 'model': 'bm25'}, 'using': 'text', 'params':"
                          + " {'idf': {'corpus': {'must': [{'has_id': [1]}]}}}}")));
      assertThat(corpus.at("/points/0/score").asDouble())
          .as("in a corpus of one point its word is common")
          .isLessThan(
              ok(rest.post(
                      P + "/query",
                      json(
                          "{'query': {'text': 'fear', 'model': 'bm25'}, 'using': 'text',"
                              + " 'params': {'idf': 'global'}}")))
                  .at("/points/0/score")
                  .asDouble());
    }
  }

  @Test
  void strictModeLimitsHowMuchAVectorHolds() {
    try (RestFixture rest = new RestFixture(folder)) {
      ok(
          rest.put(
              C,
              json(
                  "{'sparse_vectors': {'s': {}}, 'strict_mode_config': {'enabled': true,"
                      + " 'sparse_config': {'s': {'max_length': 2}}}}")));
      ok(
          rest.put(
              P + "?wait=true",
              json(
                  "{'points': [{'id': 1, 'vector': {'s': {'indices': [1, 2], 'values': [1, 1]}}}]}")));
      assertThat(
              rest.put(
                      P + "?wait=true",
                      json(
                          "{'points': [{'id': 1, 'vector': {'s': {'indices': [1, 2, 3], 'values':"
                              + " [1, 1, 1]}}}]}"))
                  .error())
          .isEqualTo(
              "Bad request: Sparse vector 's' has a limit of 2 indices, but 3 were provided!");
    }
  }

  @Test
  void aGrpcClientWritesAndFindsSparseVectorsAndTexts() {
    try (GrpcFixture fixture = new GrpcFixture(folder)) {
      await(
          fixture.client.createCollectionAsync(
              Collections.CreateCollection.newBuilder()
                  .setCollectionName("c")
                  .setSparseVectorsConfig(
                      Collections.SparseVectorConfig.newBuilder()
                          .putMap("s", Collections.SparseVectorParams.getDefaultInstance())
                          .putMap(
                              "text",
                              Collections.SparseVectorParams.newBuilder()
                                  .setModifier(Collections.Modifier.Idf)
                                  .build()))
                  .build()));
      await(
          fixture.client.upsertAsync(
              "c",
              List.of(
                  Points.PointStruct.newBuilder()
                      .setId(id(1))
                      .setVectors(
                          VectorsFactory.namedVectors(
                              Map.of(
                                  "s",
                                  VectorFactory.vector(List.of(1f, 2f), List.of(5, -1)),
                                  "text",
                                  VectorFactory.vector(
                                      Points.Document.newBuilder()
                                          .setText("small boats")
                                          .setModel("qdrant/bm25")
                                          .build()))))
                      .build(),
                  Points.PointStruct.newBuilder()
                      .setId(id(2))
                      .setVectors(
                          VectorsFactory.namedVectors(
                              Map.of("s", VectorFactory.vector(List.of(3f), List.of(5)))))
                      .build())));
      List<Points.ScoredPoint> found =
          await(
              fixture.client.queryAsync(
                  Points.QueryPoints.newBuilder()
                      .setCollectionName("c")
                      .setUsing("s")
                      .setQuery(nearest(List.of(1f, 1f), List.of(-1, 5)))
                      .setWithVectors(io.qdrant.client.WithVectorsSelectorFactory.enable(true))
                      .build()));
      assertThat(found).extracting(Points.ScoredPoint::getScore).containsExactly(3f, 3f);
      assertThat(
              found
                  .getFirst()
                  .getVectors()
                  .getVectors()
                  .getVectorsOrThrow("s")
                  .getSparse()
                  .getIndicesList())
          .containsExactly(5, -1);
      assertThat(
              await(
                  fixture.client.queryAsync(
                      Points.QueryPoints.newBuilder()
                          .setCollectionName("c")
                          .setUsing("text")
                          .setQuery(
                              nearest(
                                  Points.Document.newBuilder()
                                      .setText("a boat")
                                      .setModel("qdrant/bm25")
                                      .build()))
                          .build())))
          .hasSize(1);
    }
  }
}
