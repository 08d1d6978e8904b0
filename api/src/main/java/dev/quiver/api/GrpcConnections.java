package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts connections. One over the limit is told so on every call, since a closed connection would
 * only make its client try again at once. Thread-safe.
 */
final class GrpcConnections extends ServerTransportFilter implements ServerInterceptor {
  private static final Attributes.Key<Boolean> OVER_LIMIT =
      Attributes.Key.create("dev.quiver.api.overLimit");

  private final int max;
  private final AtomicInteger open = new AtomicInteger();

  GrpcConnections(int max) {
    this.max = max;
  }

  int count() {
    return open.get();
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    return open.incrementAndGet() > max
        ? attributes.toBuilder().set(OVER_LIMIT, true).build()
        : attributes;
  }

  @Override
  public void transportTerminated(@Nullable Attributes attributes) {
    // Null when the connection ended before it was ready, and so was never counted.
    if (attributes != null) {
      open.decrementAndGet();
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (call.getAttributes().get(OVER_LIMIT) == null) {
      return next.startCall(call, headers);
    }
    StatusRuntimeException refusal =
        GrpcErrors.toStatus(
            new QuiverException(
                ErrorCode.OVERLOADED,
                "more than " + max + " connections; close one and connect again"));
    Metadata trailers = refusal.getTrailers();
    call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
    return new ServerCall.Listener<>() {};
  }
}
