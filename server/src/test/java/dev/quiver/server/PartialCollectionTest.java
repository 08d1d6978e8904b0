package dev.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.qdrant.client.grpc.Common;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.PointsGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client is told of a collection of which a segment is damaged. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PartialCollectionTest {
  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void everyAnswerSaysThatPointsAreMissing() throws Exception {
    buildTwoSegments();
    flipInFirstSegment();

    try (QuiverServer server = start(Map.of())) {
      HttpResponse<String> count =
          call(server, "POST", "/collections/a/points/count", "{\"exact\": true}");
      assertThat(count.body()).contains("\"count\":1");
      assertThat(count.headers().firstValue("Quiver-Partial")).hasValue("segments=1; points=1");

      String info = call(server, "GET", "/collections/a", "").body();
      assertThat(info)
          .contains("\"status\":\"red\"", "\"warnings\":[", "the collection is partial");
      String issues = call(server, "GET", "/issues", "").body();
      assertThat(issues).contains("\"related_collection\":\"a\"", "index/_0.cfs");

      String point = "{\"points\": [{\"id\": 7, \"vector\": [1, 0]}]}";
      assertThat(call(server, "PUT", "/collections/a/points?wait=true", point).statusCode())
          .isEqualTo(200);
      HttpResponse<String> edit =
          call(
              server,
              "POST",
              "/collections/a/points/payload?wait=true",
              "{\"payload\": {\"x\": 1}, \"points\": [7]}");
      assertThat(edit.statusCode()).isEqualTo(503);
      assertThat(edit.body()).contains("is partial", "_0.cfs");
    }
  }

  @Test
  void everyAnswerOverGrpcSaysItTooErrorsIncluded() throws Exception {
    buildTwoSegments();
    flipInFirstSegment();

    try (QuiverServer server = start(Map.of())) {
      ManagedChannel channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
      try {
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        var points =
            PointsGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
        Metadata.Key<String> partial =
            Metadata.Key.of("quiver-partial", Metadata.ASCII_STRING_MARSHALLER);

        points.count(Points.CountPoints.newBuilder().setCollectionName("a").build());
        assertThat(headers.get().get(partial)).isEqualTo("segments=1; points=1");

        Points.SetPayloadPoints edit =
            Points.SetPayloadPoints.newBuilder()
                .setCollectionName("a")
                .setPointsSelector(
                    Points.PointsSelector.newBuilder()
                        .setFilter(Common.Filter.getDefaultInstance()))
                .build();
        assertThatThrownBy(() -> points.setPayload(edit)).hasMessageContaining("is partial");
        assertThat(trailers.get().get(partial)).isEqualTo("segments=1; points=1");
      } finally {
        channel.shutdownNow();
        assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void verificationOfARunningServerShowsItsProgressAndItsFindings() throws Exception {
    buildTwoSegments();
    flipInFirstSegment();

    try (QuiverServer server = start(Map.of("storage.check-on-open-mb", "0"))) {
      assertThat(call(server, "GET", "/collections/a", "").body()).contains("\"points_count\":2");
      assertThat(call(server, "POST", "/quiver/v1/verification?collection=a", "").statusCode())
          .isEqualTo(200);
      String progress = call(server, "GET", "/quiver/v1/verification", "").body();
      while (progress.contains("\"state\":\"running\"")) {
        TimeUnit.MILLISECONDS.sleep(5);
        progress = call(server, "GET", "/quiver/v1/verification", "").body();
      }

      assertThat(progress).contains("\"state\":\"done\"", "_0.cfs", "\"points\":1");
      assertThat(call(server, "GET", "/collections/a", "").body()).contains("\"points_count\":1");
      assertThat(call(server, "GET", "/metrics", "").body()).contains("quiver_damages_total 1");
    }
  }

  private void buildTwoSegments() throws Exception {
    for (int id = 1; id <= 2; id++) {
      try (QuiverServer server = start(Map.of())) {
        if (id == 1) {
          String config = "{\"vectors\": {\"size\": 2, \"distance\": \"Dot\"}}";
          assertThat(call(server, "PUT", "/collections/a", config).statusCode()).isEqualTo(200);
        }
        String point = "{\"points\": [{\"id\": " + id + ", \"vector\": [12.5, 77.25]}]}";
        assertThat(call(server, "PUT", "/collections/a/points?wait=true", point).statusCode())
            .isEqualTo(200);
      }
    }
  }

  private void flipInFirstSegment() throws Exception {
    Path file;
    try (Stream<Path> all = Files.walk(folder)) {
      file = all.filter(each -> each.endsWith("_0.cfs")).findFirst().orElseThrow();
    }
    // In the vector (12.5, 77.25), which nothing looks at when the index is opened.
    byte[] vector = {0, 0, 0x48, 0x41, 0, (byte) 0x80, (byte) 0x9a, 0x42};
    byte[] bytes = Files.readAllBytes(file);
    int at = 0;
    while (!Arrays.equals(bytes, at, at + vector.length, vector, 0, vector.length)) {
      at++;
    }
    bytes[at + 2] ^= 1;
    Files.write(file, bytes);
  }

  private QuiverServer start(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("data.dir", folder.resolve("data").toString());
    settings.put("http.port", "0");
    settings.put("grpc.port", "0");
    settings.put("storage.scrub-mb-per-second", "0");
    return QuiverServer.start(ServerConfig.from(Configuration.of(settings)));
  }

  private HttpResponse<String> call(QuiverServer server, String method, String path, String body)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
