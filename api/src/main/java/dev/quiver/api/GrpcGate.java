package dev.quiver.api;

import dev.quiver.engine.QuiverException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;

/**
 * What every call passes before its request is read: it is counted, its key is checked, and a call
 * that this version does not have is refused by name.
 */
final class GrpcGate implements ServerInterceptor {
  private static final Metadata.Key<String> API_KEY =
      Metadata.Key.of("api-key", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** What a read-only key may call; everything else changes something. */
  private static final Set<String> READS =
      Set.of(
          "qdrant.Qdrant/HealthCheck",
          "grpc.health.v1.Health/Check",
          "qdrant.Collections/Get",
          "qdrant.Collections/List",
          "qdrant.Collections/ListCollectionAliases",
          "qdrant.Collections/ListAliases",
          "qdrant.Collections/CollectionClusterInfo",
          "qdrant.Collections/CollectionExists",
          "qdrant.Collections/ListShardKeys",
          "qdrant.Points/Get",
          "qdrant.Points/Search",
          "qdrant.Points/SearchBatch",
          "qdrant.Points/SearchGroups",
          "qdrant.Points/Scroll",
          "qdrant.Points/Recommend",
          "qdrant.Points/RecommendBatch",
          "qdrant.Points/RecommendGroups",
          "qdrant.Points/Discover",
          "qdrant.Points/DiscoverBatch",
          "qdrant.Points/Count",
          "qdrant.Points/Query",
          "qdrant.Points/QueryBatch",
          "qdrant.Points/QueryGroups",
          "qdrant.Points/Facet",
          "qdrant.Points/SearchMatrixPairs",
          "qdrant.Points/SearchMatrixOffsets",
          "qdrant.Snapshots/List",
          "qdrant.Snapshots/ListFull");

  private final ApiKeys keys;
  private final ApiMetrics metrics;

  GrpcGate(ApiKeys keys, ApiMetrics metrics) {
    this.keys = keys;
    this.metrics = metrics;
  }

  static boolean isRead(String fullMethodName) {
    return READS.contains(fullMethodName);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    ServerCall<Q, R> counted = new CountedCall<>(call, method, metrics);
    try {
      if (!ApiKeys.isOpenGrpcMethod(method)) {
        Access access = keys.authenticate(headers.get(API_KEY), headers.get(AUTHORIZATION));
        if (!isRead(method)) {
          access.requireWrite();
        }
      }
      QuiverException missing = GrpcMissing.refusal(method);
      if (missing != null) {
        throw missing;
      }
      return next.startCall(counted, headers);
    } catch (RuntimeException e) {
      StatusRuntimeException answer = GrpcErrors.toStatus(e);
      Metadata trailers = answer.getTrailers();
      counted.close(answer.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
  }

  private static final class CountedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final String method;
    private final ApiMetrics metrics;
    private final long startNanos = System.nanoTime();

    CountedCall(ServerCall<Q, R> call, String method, ApiMetrics metrics) {
      super(call);
      this.method = method;
      this.metrics = metrics;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      metrics.countGrpc(method, status.getCode().value(), System.nanoTime() - startNanos);
      super.close(status, trailers);
    }
  }
}
