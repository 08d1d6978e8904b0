package dev.quiver.api;

import dev.quiver.engine.Damage;
import dev.quiver.engine.Database;
import dev.quiver.engine.QuiverException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What every call passes before its request is read: it is counted, its key is checked, what the
 * key allows (in a collection: {@link GrpcCall#admit}), and a call that this version does not have
 * is refused by name.
 */
final class GrpcGate implements ServerInterceptor {
  private static final Metadata.Key<String> API_KEY =
      Metadata.Key.of("api-key", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> PARTIAL =
      Metadata.Key.of("quiver-partial", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> EXPECT =
      Metadata.Key.of(Caller.EXPECT, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> CONFIRM =
      Metadata.Key.of(Caller.CONFIRM, Metadata.ASCII_STRING_MARSHALLER);

  private final Authenticator authenticator;
  private final ApiMetrics metrics;
  private final Database database;

  GrpcGate(Authenticator authenticator, ApiMetrics metrics, Database database) {
    this.database = database;
    this.authenticator = authenticator;
    this.metrics = metrics;
  }

  /** Whether a call is read at once; the others hold much, or wait for what their token needs. */
  boolean isQuick(String fullMethodName, Metadata headers) {
    return !Rights.ofGrpc(fullMethodName).writes()
        && !authenticator.mayWait(headers.get(API_KEY), headers.get(AUTHORIZATION));
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    CountedCall<Q, R> counted = new CountedCall<>(call, method);
    try {
      Right right = Rights.ofGrpc(method);
      Identity identity =
          right == Right.OPEN
              ? Identity.UNKNOWN
              : authenticator.authenticate(headers.get(API_KEY), headers.get(AUTHORIZATION));
      database.guard().expect(headers.get(EXPECT));
      identity.access().require(right);
      QuiverException missing = GrpcMissing.refusal(method);
      if (missing != null) {
        throw missing;
      }
      Context context =
          Context.current()
              .withValue(
                  GrpcCaller.KEY,
                  new GrpcCaller(caller(call, headers, identity), right, counted::about));
      return Contexts.interceptCall(context, counted, headers, next);
    } catch (RuntimeException e) {
      StatusRuntimeException answer = GrpcErrors.toStatus(e);
      Metadata trailers = answer.getTrailers();
      counted.close(answer.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
  }

  private static Caller caller(ServerCall<?, ?> call, Metadata headers, Identity identity) {
    SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return new Caller(
        identity,
        "grpc",
        remote instanceof InetSocketAddress address ? address.getHostString() : null,
        MDC.get(RequestIds.MDC_KEY),
        headers.get(CONFIRM));
  }

  private final class CountedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final String method;
    private final long startNanos = System.nanoTime();
    private volatile @Nullable String collection;
    private boolean headersSent;

    CountedCall(ServerCall<Q, R> call, String method) {
      super(call);
      this.method = method;
    }

    void about(String name) {
      collection = name;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      headersSent = true;
      sayIfPartial(headers);
      super.sendHeaders(headers);
    }

    /** Whoever asks a collection that lacks segments hears it with every answer. */
    private void sayIfPartial(Metadata metadata) {
      String name = collection;
      List<Damage> damages = name == null ? List.of() : database.damages(name);
      if (!damages.isEmpty()) {
        metadata.put(PARTIAL, CollectionInfos.partial(damages));
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      String name = collection;
      long nanos = System.nanoTime() - startNanos;
      String existing = name != null && database.collectionExists(name) ? name : null;
      metrics.countGrpc(method, status.getCode().value(), nanos, existing);
      if (existing != null) {
        metrics.slowRequests().observe(existing, method, nanos, () -> null);
      }
      // An error is all of the answer.
      if (!headersSent) {
        sayIfPartial(trailers);
      }
      super.close(status, trailers);
    }
  }
}
