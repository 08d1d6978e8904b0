package dev.quiver.testkit;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.qdrant.QdrantEmbeddingStore;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j's published Qdrant store, unmodified, against a started server. */
class LangChain4jTourTest {
  private static final String COLLECTION = "langchain4j";

  @TempDir static Path folder;
  private static TourServer server;
  private static QdrantClient client;
  private QdrantEmbeddingStore store;

  @BeforeAll
  static void start() throws Exception {
    server = TourServer.start(Files.createDirectory(folder.resolve("data")), Map.of());
    client =
        new QdrantClient(
            QdrantGrpcClient.newBuilder("127.0.0.1", server.grpcPort(), false).build());
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    server.close();
  }

  @BeforeEach
  void emptyCollection() throws Exception {
    if (client.collectionExistsAsync(COLLECTION).get()) {
      client.deleteCollectionAsync(COLLECTION).get();
    }
    client
        .createCollectionAsync(
            COLLECTION, VectorParams.newBuilder().setSize(3).setDistance(Distance.Cosine).build())
        .get();
    store = QdrantEmbeddingStore.builder().client(client).collectionName(COLLECTION).build();
  }

  @Test
  void findsWhatItAddedWithTextAndMetadata() {
    String id = store.add(embedding(1, 0, 0), segment("北京的秋天", Map.of("year", 2024, "city", "北京")));
    store.add(embedding(0, 1, 0), segment("spring", Map.of("year", 2020, "city", "Paris")));

    List<EmbeddingMatch<TextSegment>> matches = search(null, 0.0, 1, 0.1f, 0);

    assertThat(matches).hasSize(2);
    assertThat(matches.getFirst().embeddingId()).isEqualTo(id);
    assertThat(matches.getFirst().embedded().text()).isEqualTo("北京的秋天");
    assertThat(matches.getFirst().embedded().metadata().getString("city")).isEqualTo("北京");
    assertThat(matches.getFirst().score()).isGreaterThan(matches.get(1).score());
  }

  @Test
  void filtersByMetadataInEveryWayItHas() {
    store.add(embedding(1, 0, 0), segment("a", Map.of("n", 1, "s", "x")));
    store.add(embedding(1, 0.1f, 0), segment("b", Map.of("n", 2, "s", "y")));
    store.add(embedding(1, 0.2f, 0), segment("c", Map.of("n", 3, "s", "z")));

    assertThat(texts(metadataKey("n").isEqualTo(2))).containsExactly("b");
    assertThat(texts(metadataKey("n").isGreaterThan(1))).containsExactlyInAnyOrder("b", "c");
    assertThat(texts(metadataKey("n").isLessThanOrEqualTo(2))).containsExactlyInAnyOrder("a", "b");
    assertThat(texts(metadataKey("s").isIn("x", "z"))).containsExactlyInAnyOrder("a", "c");
    assertThat(texts(metadataKey("s").isNotEqualTo("x"))).containsExactlyInAnyOrder("b", "c");
    assertThat(texts(metadataKey("s").isEqualTo("x").or(metadataKey("n").isEqualTo(3))))
        .containsExactlyInAnyOrder("a", "c");
    assertThat(texts(metadataKey("s").isEqualTo("x").and(metadataKey("n").isEqualTo(3)))).isEmpty();
  }

  @Test
  void honoursTheLeastScore() {
    store.add(embedding(1, 0, 0), segment("near", Map.of()));
    store.add(embedding(-1, 0, 0), segment("far", Map.of()));

    assertThat(search(null, 0.9, 1, 0, 0)).hasSize(1);
  }

  @Test
  void removesByIdByFilterAndAll() {
    List<String> ids =
        store.addAll(List.of(embedding(1, 0, 0), embedding(0, 1, 0), embedding(0, 0, 1)));
    store.add(embedding(1, 1, 1), segment("d", Map.of("n", 4)));

    store.removeAll(List.of(ids.getFirst()));
    awaitPoints(3);
    store.removeAll(metadataKey("n").isEqualTo(4));
    awaitPoints(2);
    store.removeAll();
    awaitPoints(0);
  }

  /** The store removes without waiting for it to be visible. */
  private void awaitPoints(int expected) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    int found = -1;
    while (found != expected && System.nanoTime() < deadline) {
      found = search(null, 0, 1, 1, 1).size();
    }
    assertThat(found).isEqualTo(expected);
  }

  private List<String> texts(Filter filter) {
    return search(filter, 0, 1, 0, 0).stream().map(match -> match.embedded().text()).toList();
  }

  private List<EmbeddingMatch<TextSegment>> search(
      @org.jspecify.annotations.Nullable Filter filter, double minScore, float... query) {
    return store
        .search(
            EmbeddingSearchRequest.builder()
                .queryEmbedding(Embedding.from(query))
                .maxResults(10)
                .minScore(minScore)
                .filter(filter)
                .build())
        .matches();
  }

  private static Embedding embedding(float... vector) {
    return Embedding.from(vector);
  }

  private static TextSegment segment(String text, Map<String, Object> metadata) {
    return TextSegment.from(text, Metadata.from(metadata));
  }
}
