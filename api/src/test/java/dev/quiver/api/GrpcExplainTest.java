package dev.quiver.api;

import static io.qdrant.client.QueryFactory.nearest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.qdrant.client.grpc.Points;
import io.qdrant.client.grpc.PointsGrpc;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trailer of a call that asked for an explain. */
final class GrpcExplainTest {
  @TempDir static Path folder;
  private static GrpcFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new GrpcFixture(folder);
    fixture.createSmall("c");
    List<String> points =
        IntStream.range(0, 50)
            .mapToObj(i -> "{'id':%d,'vector':[%d,1,0,0],'payload':{'ключ':'東京'}}".formatted(i, i))
            .toList();
    fixture.engine.write(
        "c",
        List.of(RestFixture.upsert("{'points':[" + String.join(",", points) + "]}")),
        true,
        null);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private final AtomicReference<Metadata> trailers = new AtomicReference<>();

  private PointsGrpc.PointsBlockingStub asking(String value) {
    Metadata headers = new Metadata();
    if (!value.isEmpty()) {
      headers.put(GrpcExplain.KEY, value);
    }
    return PointsGrpc.newBlockingStub(
        ClientInterceptors.intercept(
            fixture.channel,
            MetadataUtils.newAttachHeadersInterceptor(headers),
            MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers)));
  }

  private String trailer() {
    return trailers.get().get(GrpcExplain.KEY);
  }

  private static Points.QueryPoints query() {
    return Points.QueryPoints.newBuilder()
        .setCollectionName("c")
        .setQuery(nearest(List.of(1f, 0f, 0f, 0f)))
        .build();
  }

  @Test
  void aQueryBringsItsExplainInTheTrailerAndOthersDoNot() {
    assertThat(asking("true").query(query()).getResultCount()).isEqualTo(10);
    JsonNode explain = RestFixture.tree(trailer());
    assertThat(explain).hasSize(1);
    assertThat(explain.at("/0/distances").intValue()).isEqualTo(50);
    assertThat(explain.at("/0/reads/0/kind").textValue()).isEqualTo("nearest");
    asking("").query(query());
    assertThat(trailer()).isNull();
    asking("false").query(query());
    assertThat(trailer()).isNull();
  }

  @Test
  void scrollsCountsAndSearchesAreExplainedToo() {
    asking("true").count(Points.CountPoints.newBuilder().setCollectionName("c").build());
    assertThat(RestFixture.tree(trailer()).at("/0/reads/0/kind").textValue()).isEqualTo("count");
    asking("true").scroll(Points.ScrollPoints.newBuilder().setCollectionName("c").build());
    assertThat(RestFixture.tree(trailer()).at("/0/reads/0/kind").textValue()).isEqualTo("scroll");
    asking("true")
        .search(
            Points.SearchPoints.newBuilder()
                .setCollectionName("c")
                .addAllVector(List.of(1f, 0f, 0f, 0f))
                .setLimit(2)
                .build());
    assertThat(RestFixture.tree(trailer()).at("/0/reads/0/returned").intValue()).isEqualTo(2);
  }

  @Test
  void aLongExplainIsCutToWhatClientsTake() {
    Points.QueryBatchPoints.Builder batch =
        Points.QueryBatchPoints.newBuilder().setCollectionName("c");
    for (int i = 0; i < 30; i++) {
      batch.addQueryPoints(query());
    }
    asking("true").queryBatch(batch.build());
    assertThat(trailer().length()).isLessThanOrEqualTo(7 << 10);
    JsonNode cut = RestFixture.tree(trailer());
    assertThat(cut).hasSize(30);
    assertThat(cut.at("/29/distances").intValue()).isEqualTo(50);
    for (int i = 0; i < 300; i++) {
      batch.addQueryPoints(query());
    }
    asking("true").queryBatch(batch.build());
    assertThat(trailer()).isEqualTo("[]");
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> asking("17").query(query()))
        .hasMessageContaining(
            "INVALID_ARGUMENT: Bad request: Quiver-Explain: \"17\" (expected: true, false, or"
                + " 1024 to 1048576 bytes)");
  }
}
