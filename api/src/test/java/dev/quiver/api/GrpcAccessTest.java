package dev.quiver.api;

import static dev.quiver.api.GrpcFixture.await;
import static dev.quiver.api.GrpcFixture.failure;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.VectorsFactory.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import grpc.health.v1.HealthCheck.HealthCheckRequest;
import grpc.health.v1.HealthCheck.HealthCheckResponse.ServingStatus;
import grpc.health.v1.HealthGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.grpc.CollectionsGrpc;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.PointsGrpc;
import io.qdrant.client.grpc.QdrantGrpc;
import io.qdrant.client.grpc.SnapshotsGrpc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, health checks, counters, and what is not there yet. */
final class GrpcAccessTest {
  private static final String WRITER = "the-writer's-key";
  private static final String READER = "the-reader's-key";

  @TempDir static Path folder;
  private static GrpcFixture fixture;
  private static QdrantClient writer;
  private static QdrantClient reader;

  @BeforeAll
  static void start() {
    fixture =
        new GrpcFixture(
            folder, new ApiKeys(WRITER, null, READER), ApiLimits.DEFAULT, GrpcSettings.defaults());
    writer = fixture.clientWithKey(WRITER);
    reader = fixture.clientWithKey(READER);
  }

  @AfterAll
  static void stop() {
    writer.close();
    reader.close();
    fixture.close();
  }

  @Test
  void bothHealthChecksAnswerWithoutAKey() {
    var health = await(fixture.client.healthCheckAsync());

    assertThat(health.getTitle()).isEqualTo("qdrant - vector search engine");
    assertThat(health.getVersion()).startsWith("1.");
    assertThat(health.getCommit()).isEqualTo(GrpcFixture.COMMIT);
    assertThat(
            HealthGrpc.newBlockingStub(fixture.channel)
                .check(HealthCheckRequest.newBuilder().setService("anything").build())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void withoutAKeyNothingElseIsAnswered() {
    StatusRuntimeException refused = failure(fixture.client.listCollectionsAsync());

    assertThat(refused.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(refused.getStatus().getDescription())
        .isEqualTo("Must provide an API key or an Authorization bearer token");
    try (QdrantClient stranger = fixture.clientWithKey("guess")) {
      assertThat(failure(stranger.listCollectionsAsync()).getStatus().getDescription())
          .isEqualTo("Invalid API key or JWT");
    }
  }

  @Test
  void aBearerTokenIsAKey() {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + WRITER);

    var collections =
        CollectionsGrpc.newBlockingStub(fixture.channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));

    assertThat(
            collections
                .list(io.qdrant.client.grpc.Collections.ListCollectionsRequest.getDefaultInstance())
                .getTime())
        .isPositive();
  }

  @Test
  void aReadOnlyKeyReadsAndDoesNotWrite() {
    await(
        writer.createCollectionAsync(
            "guarded",
            io.qdrant.client.grpc.Collections.VectorParams.newBuilder()
                .setSize(2)
                .setDistance(io.qdrant.client.grpc.Collections.Distance.Dot)
                .build()));

    assertThat(await(reader.countAsync("guarded"))).isZero();
    StatusRuntimeException refused =
        failure(
            reader.upsertAsync(
                "guarded",
                List.of(PointStruct.newBuilder().setId(id(1)).setVectors(vectors(1, 2)).build())));
    assertThat(refused.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(refused.getStatus().getDescription())
        .isEqualTo("Forbidden: Global manage access is required");
    assertThat(await(writer.countAsync("guarded"))).isZero();
  }

  @Test
  void answersAreCountedByEndpointAndStatus() {
    failure(writer.countAsync("not there"));

    String metrics = fixture.metrics.scrape(MetricsView.PLAIN);

    assertThat(metrics)
        .containsPattern(
            "grpc_responses_total\\{endpoint=\"/qdrant.Points/Count\",status=\"5\"\\} [1-9]");
  }

  @Test
  void everyMethodIsEitherAnsweredOrRefusedByName() {
    List<String> wrong = new ArrayList<>();
    List<io.grpc.ServiceDescriptor> services =
        List.of(
            QdrantGrpc.getServiceDescriptor(),
            CollectionsGrpc.getServiceDescriptor(),
            PointsGrpc.getServiceDescriptor(),
            SnapshotsGrpc.getServiceDescriptor(),
            HealthGrpc.getServiceDescriptor());
    int methods = 0;
    for (io.grpc.ServiceDescriptor service : services) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        methods++;
        String name = method.getFullMethodName();
        StatusRuntimeException failure = callWithEmptyRequest(method);
        boolean refused = GrpcMissing.refusal(name) != null;
        String text = failure == null ? "" : failure.getStatus().getDescription();
        boolean saysSo =
            failure != null
                && failure.getStatus().getCode() == Code.UNIMPLEMENTED
                && (text.contains(name) || text.equals("Qdrant is running in standalone mode"));
        boolean unimplemented =
            failure != null && failure.getStatus().getCode() == Code.UNIMPLEMENTED;
        if (refused ? !saysSo : unimplemented) {
          wrong.add(name + ": " + failure);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(methods).isEqualTo(52);
  }

  private static <Q, R> StatusRuntimeException callWithEmptyRequest(MethodDescriptor<Q, R> method) {
    Q empty = method.parseRequest(new java.io.ByteArrayInputStream(new byte[0]));
    try {
      ClientCalls.blockingUnaryCall(
          writer.grpcClient().channel(),
          method,
          writer
              .grpcClient()
              .points()
              .getCallOptions()
              .withDeadlineAfter(GrpcFixture.PATIENCE.toSeconds(), TimeUnit.SECONDS),
          empty);
      return null;
    } catch (StatusRuntimeException e) {
      return e;
    }
  }
}
