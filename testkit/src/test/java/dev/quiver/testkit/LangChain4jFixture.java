package dev.quiver.testkit;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.qdrant.QdrantEmbeddingStore;
import dev.quiver.embed.Embedder;
import dev.quiver.embed.Embedders;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * What LangChain4j's own contract tests need: a started server, its published store on a
 * collection, and a model of sentences. Closed by whoever opened it.
 */
final class LangChain4jFixture implements AutoCloseable {
  private static final String COLLECTION = "contract";

  private final Embedders embedders = Embedders.open();
  private final TourServer server;
  private final QdrantClient client;

  LangChain4jFixture(Path folder) throws Exception {
    server = TourServer.start(Files.createDirectory(folder.resolve("data")), Map.of());
    client =
        new QdrantClient(
            QdrantGrpcClient.newBuilder("127.0.0.1", server.grpcPort(), false).build());
  }

  /** A store on a collection that is empty. */
  QdrantEmbeddingStore emptyStore() {
    try {
      if (client.collectionExistsAsync(COLLECTION).get()) {
        client.deleteCollectionAsync(COLLECTION).get();
      }
      client
          .createCollectionAsync(
              COLLECTION,
              VectorParams.newBuilder()
                  .setSize(embedders.defaultEmbedder().model().dimension())
                  .setDistance(Distance.Cosine)
                  .build())
          .get();
      return QdrantEmbeddingStore.builder().client(client).collectionName(COLLECTION).build();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  EmbeddingModel model() {
    Embedder embedder = embedders.defaultEmbedder();
    return new EmbeddingModel() {
      @Override
      public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        float[][] vectors = embedder.embed(segments.stream().map(TextSegment::text).toList());
        return Response.from(Stream.of(vectors).map(Embedding::from).toList());
      }
    };
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
    embedders.close();
  }
}
