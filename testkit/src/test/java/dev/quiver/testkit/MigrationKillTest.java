package dev.quiver.testkit;

import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Points.PointStruct;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A migration between two processes, whose own process is killed again and again, ends whole. */
class MigrationKillTest {
  private static final int POINTS = 8_000;
  private static final int DIMENSIONS = 24;

  @TempDir Path folder;

  @Test
  void everyPointArrivesOnceWheneverItIsKilled() throws Exception {
    try (TourServer source =
            TourServer.start(Files.createDirectory(folder.resolve("source")), Map.of());
        TourServer target =
            TourServer.start(Files.createDirectory(folder.resolve("target")), Map.of());
        QdrantClient from = client(source);
        QdrantClient to = client(target)) {
      fill(from);
      int kills = 0;
      for (long wanted = 500; wanted <= 4_500; wanted += 2_000) {
        Process migration = migrate(source, target, "--batch", "100");
        while (migration.isAlive() && count(to) < wanted) {
          TimeUnit.MILLISECONDS.sleep(2);
        }
        kills += migration.isAlive() ? 1 : 0;
        migration.destroyForcibly().waitFor();
      }
      assertThat(kills).isPositive();
      Process last = migrate(source, target, "--batch", "100", "--verify", "full", "-o", "json");
      assertThat(last.waitFor(120, TimeUnit.SECONDS)).isTrue();
      String output = Files.readString(folder.resolve("migrate.log"));
      assertThat(last.exitValue()).as(output).isZero();
      assertThat(output)
          .contains("\"failures\" : [ ]")
          .contains("\"source_changes\" : [ ]")
          .contains("\"compared\" : " + POINTS)
          .doesNotContain("\"resumed_at\" : 0,");
      assertThat(count(to)).isEqualTo(POINTS);
    }
  }

  private static QdrantClient client(TourServer server) {
    return new QdrantClient(
        QdrantGrpcClient.newBuilder("127.0.0.1", server.grpcPort(), false).build());
  }

  private static long count(QdrantClient client) throws Exception {
    return client.collectionExistsAsync("c").get() ? client.countAsync("c").get() : 0;
  }

  private static void fill(QdrantClient client) throws Exception {
    client
        .createCollectionAsync(
            "c", VectorParams.newBuilder().setSize(DIMENSIONS).setDistance(Distance.Cosine).build())
        .get();
    Random random = new Random(7);
    for (int start = 0; start < POINTS; start += 1_000) {
      List<PointStruct> points = new ArrayList<>();
      for (int i = start; i < start + 1_000; i++) {
        float[] vector = new float[DIMENSIONS];
        for (int j = 0; j < DIMENSIONS; j++) {
          vector[j] = (float) random.nextGaussian();
        }
        points.add(
            PointStruct.newBuilder()
                .setId(id(i))
                .setVectors(vectors(vector))
                .putPayload("n", value(i))
                .putPayload("text", value("文" + i))
                .build());
      }
      client.upsertAsync("c", points).get();
    }
  }

  private Process migrate(TourServer source, TourServer target, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.quiver.cli.Main",
                "migrate",
                "--from",
                "http://127.0.0.1:" + source.httpPort(),
                "--to",
                "http://127.0.0.1:" + target.httpPort()));
    command.addAll(List.of(more));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("migrate.log").toFile());
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    return builder.start();
  }
}
