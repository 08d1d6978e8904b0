package dev.quiver.api;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.QdrantGrpc;
import io.qdrant.client.grpc.QdrantOuterClass;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Both health checks: Qdrant's own and the common one. They touch nothing and answer at once. */
final class GrpcHealth {
  private GrpcHealth() {}

  /** The service {@code qdrant.Qdrant}. */
  static final class OfQdrant extends QdrantGrpc.QdrantImplBase {
    private final QdrantOuterClass.HealthCheckReply answer;

    OfQdrant(VersionInfo version) {
      this.answer =
          QdrantOuterClass.HealthCheckReply.newBuilder()
              .setTitle(version.title())
              .setVersion(version.version())
              .setCommit(version.commit())
              .build();
    }

    @Override
    public void healthCheck(
        QdrantOuterClass.HealthCheckRequest request,
        StreamObserver<QdrantOuterClass.HealthCheckReply> reply) {
      reply.onNext(answer);
      reply.onCompleted();
    }
  }

  /**
   * The service {@code grpc.health.v1.Health}; as in Qdrant, every service name is healthy. Who
   * watches is told when the server stops. Thread-safe.
   */
  static final class Common extends HealthGrpc.HealthImplBase implements AutoCloseable {
    private static final HealthCheckResponse SERVING = response(true);
    private static final HealthCheckResponse NOT_SERVING = response(false);

    private final Set<ServerCallStreamObserver<HealthCheckResponse>> watching =
        ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    private static HealthCheckResponse response(boolean serving) {
      return HealthCheckResponse.newBuilder()
          .setStatus(
              serving
                  ? HealthCheckResponse.ServingStatus.SERVING
                  : HealthCheckResponse.ServingStatus.NOT_SERVING)
          .build();
    }

    /** Qdrant's files define this service too, and reflection shows only one of the same name. */
    ServerServiceDefinition bindAsQdrants() {
      ServerServiceDefinition plain = bindService();
      ServiceDescriptor.Builder described =
          ServiceDescriptor.newBuilder(plain.getServiceDescriptor().getName())
              .setSchemaDescriptor(
                  grpc.health.v1.HealthGrpc.getServiceDescriptor().getSchemaDescriptor());
      plain.getServiceDescriptor().getMethods().forEach(described::addMethod);
      ServerServiceDefinition.Builder bound = ServerServiceDefinition.builder(described.build());
      for (ServerMethodDefinition<?, ?> method : plain.getMethods()) {
        bound.addMethod(method);
      }
      return bound.build();
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> reply) {
      reply.onNext(stopping ? NOT_SERVING : SERVING);
      reply.onCompleted();
    }

    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> reply) {
      ServerCallStreamObserver<HealthCheckResponse> call =
          (ServerCallStreamObserver<HealthCheckResponse>) reply;
      call.setOnCancelHandler(() -> watching.remove(call));
      call.onNext(SERVING);
      watching.add(call);
      if (stopping) {
        end(call);
      }
    }

    /** Tells all who watch that the server stops, and ends their calls. */
    @Override
    public void close() {
      stopping = true;
      watching.forEach(this::end);
    }

    private void end(ServerCallStreamObserver<HealthCheckResponse> call) {
      if (watching.remove(call)) {
        call.onNext(NOT_SERVING);
        call.onCompleted();
      }
    }
  }
}
