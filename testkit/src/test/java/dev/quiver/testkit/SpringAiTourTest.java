package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.embed.Embedder;
import dev.quiver.embed.Embedders;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.grpc.Points;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.filter.FilterExpressionBuilder;
import org.springframework.ai.vectorstore.qdrant.QdrantVectorStore;

/** Spring AI's published Qdrant store, unmodified, against a started server. */
class SpringAiTourTest {
  private static final String COLLECTION = "spring-ai";

  @TempDir static Path folder;
  private static TourServer server;
  private static QdrantClient client;
  private static Embedders embedders;
  private QdrantVectorStore store;

  /** The model on board, as Spring AI wants to see it. */
  private record Model(Embedder embedder) implements EmbeddingModel {
    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
      float[][] vectors = embedder.embed(request.getInstructions());
      List<Embedding> embeddings = new ArrayList<>();
      for (int i = 0; i < vectors.length; i++) {
        embeddings.add(new Embedding(vectors[i], i));
      }
      return new EmbeddingResponse(embeddings);
    }

    @Override
    public float[] embed(Document document) {
      return embedder.embed(List.of(String.valueOf(document.getText())))[0];
    }

    @Override
    public int dimensions() {
      return embedder.model().dimension();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = TourServer.start(Files.createDirectory(folder.resolve("data")), Map.of());
    client =
        new QdrantClient(
            QdrantGrpcClient.newBuilder("127.0.0.1", server.grpcPort(), false).build());
    embedders = Embedders.open();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    server.close();
    embedders.close();
  }

  @BeforeEach
  void newStore() throws Exception {
    if (client.collectionExistsAsync(COLLECTION).get()) {
      client.deleteCollectionAsync(COLLECTION).get();
    }
    store =
        QdrantVectorStore.builder(client, new Model(embedders.defaultEmbedder()))
            .collectionName(COLLECTION)
            .initializeSchema(true)
            .build();
    store.afterPropertiesSet();
    store.add(
        List.of(
            new Document(
                "1c0f9e50-1111-4111-8111-111111111111",
                "a small boat moved by oars",
                Map.of("kind", "boat", "year", 1990, "open", true)),
            new Document(
                "1c0f9e50-2222-4222-8222-222222222222",
                "the season when leaves fall",
                Map.of("kind", "season", "year", 2005, "open", false)),
            new Document(
                "1c0f9e50-3333-4333-8333-333333333333",
                "a place where books are kept and lent",
                Map.of("kind", "house", "year", 2020, "open", true, "stadt", "北京"))));
  }

  private List<String> kinds(SearchRequest request) {
    return store.similaritySearch(request).stream()
        .map(found -> String.valueOf(found.getMetadata().get("kind")))
        .toList();
  }

  private static SearchRequest.Builder ask(String text) {
    return SearchRequest.builder().query(text).topK(10);
  }

  @Test
  void itMakesItsCollectionAndFindsByMeaning() {
    List<Document> found = store.similaritySearch(ask("rowing vessel").topK(2).build());

    assertThat(found).hasSize(2);
    Document first = found.getFirst();
    assertThat(first.getText()).isEqualTo("a small boat moved by oars");
    assertThat(first.getId()).isEqualTo("1c0f9e50-1111-4111-8111-111111111111");
    assertThat(first.getMetadata()).containsEntry("kind", "boat").containsEntry("open", true);
    assertThat(first.getScore()).isGreaterThan(found.getLast().getScore());
  }

  @Test
  void aThresholdLeavesOutWhatIsFar() throws Exception {
    String query = "where books are lent";
    assertThat(kinds(ask(query).similarityThreshold(0.6).build())).containsExactly("house");

    // The store sends a threshold with every search, 0 when it is to accept all; and a threshold
    // is strict. So it never finds what points away from the query, with Qdrant as with Quiver.
    List<String> above = new ArrayList<>();
    List<String> below = new ArrayList<>();
    for (Points.ScoredPoint point : all(query)) {
      (point.getScore() > 0 ? above : below).add(point.getPayloadOrThrow("kind").getStringValue());
    }
    assertThat(kinds(ask(query).similarityThresholdAll().build())).isEqualTo(above);
    assertThat(below).isNotEmpty();
  }

  /** Every document with its score, the best first, without the store's help. */
  private static List<Points.ScoredPoint> all(String query) throws Exception {
    Points.SearchPoints.Builder search =
        Points.SearchPoints.newBuilder()
            .setCollectionName(COLLECTION)
            .setLimit(10)
            .setWithPayload(WithPayloadSelectorFactory.enable(true));
    for (float component : embedders.defaultEmbedder().embed(List.of(query))[0]) {
      search.addVector(component);
    }
    List<Points.ScoredPoint> found = client.searchAsync(search.build()).get();
    assertThat(found).hasSize(3);
    return found;
  }

  @Test
  void everyFilterExpressionSelects() {
    FilterExpressionBuilder b = new FilterExpressionBuilder();
    record Row(FilterExpressionBuilder.Op filter, String... kinds) {}
    for (Row row :
        List.of(
            new Row(b.eq("kind", "boat"), "boat"),
            new Row(b.ne("kind", "boat"), "season", "house"),
            new Row(b.gt("year", 2005), "house"),
            new Row(b.gte("year", 2005), "season", "house"),
            new Row(b.lt("year", 2005), "boat"),
            new Row(b.lte("year", 2005), "boat", "season"),
            new Row(b.in("kind", "boat", "house"), "boat", "house"),
            new Row(b.nin("kind", "boat", "house"), "season"),
            new Row(b.and(b.ne("kind", "season"), b.gt("year", 2000)), "house"),
            new Row(b.or(b.eq("kind", "boat"), b.eq("stadt", "北京")), "boat", "house"),
            new Row(
                b.and(
                    b.group(b.or(b.eq("kind", "boat"), b.eq("kind", "season"))),
                    b.lt("year", 2000)),
                "boat"))) {
      assertThat(kinds(ask("anything").filterExpression(row.filter.build()).build()))
          .as("%s", row.filter.build())
          .containsExactlyInAnyOrder(row.kinds);
    }
    assertThat(kinds(ask("anything").filterExpression("year >= 2005 && kind != 'house'").build()))
        .containsExactly("season");
  }

  @Test
  void deletingById() {
    store.delete(List.of("1c0f9e50-1111-4111-8111-111111111111"));

    assertThat(kinds(ask("boat").build())).containsExactlyInAnyOrder("season", "house");
  }

  @Test
  void deletingByFilterAndAddingAgainOverwrites() {
    store.delete("kind == 'season'");
    store.add(
        List.of(
            new Document(
                "1c0f9e50-1111-4111-8111-111111111111",
                "a rowing boat",
                Map.of("kind", "another boat"))));

    assertThat(kinds(ask("boat").build())).containsExactlyInAnyOrder("another boat", "house");
  }
}
