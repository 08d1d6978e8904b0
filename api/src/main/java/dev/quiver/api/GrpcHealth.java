package dev.quiver.api;

import grpc.health.v1.HealthCheck;
import grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.QdrantGrpc;
import io.qdrant.client.grpc.QdrantOuterClass;

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

  /** The service {@code grpc.health.v1.Health}; as in Qdrant, every service name is healthy. */
  static final class Common extends HealthGrpc.HealthImplBase {
    private static final HealthCheck.HealthCheckResponse SERVING =
        HealthCheck.HealthCheckResponse.newBuilder()
            .setStatus(HealthCheck.HealthCheckResponse.ServingStatus.SERVING)
            .build();

    @Override
    public void check(
        HealthCheck.HealthCheckRequest request,
        StreamObserver<HealthCheck.HealthCheckResponse> reply) {
      reply.onNext(SERVING);
      reply.onCompleted();
    }
  }
}
