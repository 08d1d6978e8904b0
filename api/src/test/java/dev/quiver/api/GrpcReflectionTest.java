package dev.quiver.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The services that every gRPC tool expects: health and reflection. */
final class GrpcReflectionTest {
  private static final String KEY = "a key";

  @TempDir Path folder;

  private GrpcFixture start() {
    return new GrpcFixture(
        folder, new ApiKeys(KEY, null, null), ApiLimits.DEFAULT, GrpcSettings.defaults());
  }

  private static Channel withKey(GrpcFixture fixture) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("api-key", Metadata.ASCII_STRING_MARSHALLER), KEY);
    return ClientInterceptors.intercept(
        fixture.channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** Collects a stream's answers until it ends. */
  private static final class Answers<T> implements StreamObserver<T> {
    private final List<T> seen = new ArrayList<>();
    private final CompletableFuture<T> first = new CompletableFuture<>();
    private final CompletableFuture<List<T>> all = new CompletableFuture<>();

    @Override
    public void onNext(T value) {
      seen.add(value);
      first.complete(value);
    }

    @Override
    public void onError(Throwable t) {
      first.completeExceptionally(t);
      all.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {
      all.complete(seen);
    }
  }

  private static ServerReflectionResponse ask(Channel channel, ServerReflectionRequest request) {
    Answers<ServerReflectionResponse> answers = new Answers<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel)
            .withDeadlineAfter(GrpcFixture.PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .serverReflectionInfo(answers);
    requests.onNext(request);
    requests.onCompleted();
    return GrpcFixture.await(answers.all).getFirst();
  }

  @Test
  void reflectionListsTheServicesAndTheirFiles() throws Exception {
    try (GrpcFixture fixture = start()) {
      ServerReflectionResponse services =
          ask(withKey(fixture), ServerReflectionRequest.newBuilder().setListServices("").build());

      assertThat(services.getListServicesResponse().getServiceList())
          .extracting(ServiceResponse::getName)
          .contains(
              "qdrant.Points", "qdrant.Collections", "qdrant.Qdrant", "grpc.health.v1.Health");

      ServerReflectionResponse points =
          ask(
              withKey(fixture),
              ServerReflectionRequest.newBuilder()
                  .setFileContainingSymbol("qdrant.Points.Search")
                  .build());
      List<String> files = new ArrayList<>();
      for (ByteString file : points.getFileDescriptorResponse().getFileDescriptorProtoList()) {
        files.add(FileDescriptorProto.parseFrom(file).getName());
      }
      assertThat(files).contains("points_service.proto");
    }
  }

  @Test
  void reflectionNeedsAKey() {
    try (GrpcFixture fixture = start()) {
      StatusRuntimeException refused =
          GrpcFixture.failure(
              CompletableFuture.supplyAsync(
                  () ->
                      ask(
                          fixture.channel,
                          ServerReflectionRequest.newBuilder().setListServices("").build())));

      assertThat(refused.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
    }
  }

  @Test
  void whoWatchesTheHealthIsToldThatTheServerStops() {
    Answers<io.grpc.health.v1.HealthCheckResponse> answers = new Answers<>();
    try (GrpcFixture fixture = start()) {
      assertThat(
              HealthGrpc.newBlockingStub(fixture.channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
      HealthGrpc.newStub(fixture.channel).watch(HealthCheckRequest.getDefaultInstance(), answers);
      assertThat(GrpcFixture.await(answers.first).getStatus()).isEqualTo(ServingStatus.SERVING);

      fixture.server.close();

      assertThat(GrpcFixture.await(answers.all))
          .extracting(io.grpc.health.v1.HealthCheckResponse::getStatus)
          .containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
    }
  }
}
