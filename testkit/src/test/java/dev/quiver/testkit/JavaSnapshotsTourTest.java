package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qdrant.client.PointIdFactory;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.VectorsFactory;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.SnapshotsService.SnapshotDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots by Qdrant's own Java client, unmodified, against a started server. */
class JavaSnapshotsTourTest {
  @TempDir Path folder;

  @Test
  void snapshotsAreMadeListedAndDeleted() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    try (TourServer server = TourServer.start(data, Map.of());
        QdrantClient client =
            new QdrantClient(
                QdrantGrpcClient.newBuilder("127.0.0.1", server.grpcPort(), false).build())) {
      client
          .createCollectionAsync(
              "c", VectorParams.newBuilder().setSize(2).setDistance(Distance.Dot).build())
          .get();
      client
          .upsertAsync(
              "c",
              List.of(
                  PointStruct.newBuilder()
                      .setId(PointIdFactory.id(1))
                      .setVectors(VectorsFactory.vectors(1, 2))
                      .build()))
          .get();

      SnapshotDescription made = client.createSnapshotAsync("c").get();
      assertThat(made.getSize()).isPositive();
      assertThat(made.getChecksum()).hasSize(64);
      assertThat(client.listSnapshotAsync("c").get()).containsExactly(made);
      client.deleteSnapshotAsync("c", made.getName()).get();
      assertThat(client.listSnapshotAsync("c").get()).isEmpty();

      SnapshotDescription full = client.createFullSnapshotAsync().get();
      assertThat(client.listFullSnapshotAsync().get()).containsExactly(full);
      client.deleteFullSnapshotAsync(full.getName()).get();
      assertThat(client.listFullSnapshotAsync().get()).isEmpty();

      assertThatThrownBy(() -> client.createSnapshotAsync("missing").get())
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("doesn't exist");
    }
  }
}
