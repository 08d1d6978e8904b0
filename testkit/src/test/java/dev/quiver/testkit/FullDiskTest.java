package dev.quiver.testkit;

import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Points.PointStruct;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole server on a real file system of 32 MB that runs full. Skipped where a file system may not
 * be mounted.
 */
class FullDiskTest {
  private static final int DIMENSION = 256;
  private static final int BATCH = 50;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Random random = new Random(7);

  @Test
  void aFullDiskRefusesWritesServesReadsAndTakesWritesAgainWithoutARestart() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=32m", "quiver-test", disk.toString()),
        "no file system can be mounted here");
    try {
      int acknowledged = fillAndFree(disk);
      try (TourServer server = TourServer.start(disk.resolve("data"), Map.of())) {
        assertThat(count(server)).isEqualTo(acknowledged);
      }
    } finally {
      assertThat(run("umount", "-l", disk.toString())).isTrue();
    }
  }

  /** Returns how many points were acknowledged in all. */
  private int fillAndFree(Path disk) throws Exception {
    Path ballast = disk.resolve("ballast");
    Files.write(ballast, new byte[6 << 20]);
    try (TourServer server = TourServer.start(disk.resolve("data"), Map.of())) {
      assertThat(
              send(
                      server,
                      "PUT",
                      "/collections/full",
                      "{\"vectors\": {\"size\": " + DIMENSION + ", \"distance\": \"Euclid\"}}")
                  .statusCode())
          .isEqualTo(200);
      int acknowledged = 0;
      HttpResponse<String> response = upsert(server, acknowledged);
      while (response.statusCode() == 200) {
        acknowledged += BATCH;
        response = upsert(server, acknowledged);
      }

      System.out.println("full after " + acknowledged + " points: " + response.body());
      assertThat(response.statusCode()).isEqualTo(507);
      assertThat(response.body()).contains("No space left").contains("free some space");
      grpcIsRefusedToo(server);
      for (int i = 0; i < 5; i++) {
        assertThat(count(server)).isEqualTo(acknowledged);
        assertThat(search(server)).isEqualTo(10);
        TimeUnit.SECONDS.sleep(1);
      }
      assertThat(upsert(server, acknowledged).statusCode()).isEqualTo(507);

      Files.delete(ballast);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      response = upsert(server, acknowledged);
      while (response.statusCode() != 200 && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(100);
        response = upsert(server, acknowledged);
      }
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      acknowledged += BATCH;
      assertThat(count(server)).isEqualTo(acknowledged);
      return acknowledged;
    }
  }

  private void grpcIsRefusedToo(TourServer server) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(
                "127.0.0.1:" + server.grpcPort(), InsecureChannelCredentials.create())
            .build();
    try (QdrantClient client =
        new QdrantClient(QdrantGrpcClient.newBuilder(channel, true, false).build())) {
      float[] values = new float[DIMENSION];
      List<PointStruct> points =
          java.util.stream.LongStream.range(1_000_000, 1_002_000)
              .mapToObj(
                  number ->
                      PointStruct.newBuilder()
                          .setId(id(number))
                          .setVectors(vectors(values))
                          .build())
              .toList();
      assertThatThrownBy(() -> client.upsertAsync("full", points).get())
          .cause()
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              error ->
                  assertThat(error.getStatus().getCode())
                      .isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    }
  }

  private HttpResponse<String> upsert(TourServer server, int first) throws Exception {
    StringBuilder body = new StringBuilder("{\"points\": [");
    for (int i = 0; i < BATCH; i++) {
      body.append(i == 0 ? "" : ",")
          .append("{\"id\": ")
          .append(first + i)
          .append(", \"vector\": [");
      for (int j = 0; j < DIMENSION; j++) {
        body.append(j == 0 ? "" : ",").append(random.nextFloat());
      }
      body.append("]}");
    }
    return send(server, "PUT", "/collections/full/points?wait=true", body + "]}");
  }

  private long count(TourServer server) throws Exception {
    HttpResponse<String> response =
        send(server, "POST", "/collections/full/points/count", "{\"exact\": true}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return Long.parseLong(response.body().replaceAll(".*\"count\":(\\d+).*", "$1"));
  }

  private int search(TourServer server) throws Exception {
    StringBuilder query = new StringBuilder("0");
    for (int j = 1; j < DIMENSION; j++) {
      query.append(",0.5");
    }
    HttpResponse<String> response =
        send(
            server,
            "POST",
            "/collections/full/points/query",
            "{\"query\": [" + query + "], \"limit\": 10}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body().split("\"score\"", -1).length - 1;
  }

  private HttpResponse<String> send(TourServer server, String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
            .timeout(LIMIT)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
