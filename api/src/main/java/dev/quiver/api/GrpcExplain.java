package dev.quiver.api;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Locale;

/**
 * Explains calls whose metadata ask for it: what their searches did comes back in the trailer of
 * the same name, as JSON in ASCII.
 */
final class GrpcExplain implements ServerInterceptor {
  static final Metadata.Key<String> KEY =
      Metadata.Key.of(ExplainLog.HEADER.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<ExplainLog> LOG =
      Context.keyWithDefault("dev.quiver.api.explain", ExplainLog.OFF);

  /** Where the searches of this context's call are recorded. */
  static ExplainLog current() {
    return LOG.get();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String value = headers.get(KEY);
    if (value == null) {
      return next.startCall(call, headers);
    }
    ExplainLog log;
    try {
      log = ExplainLog.ofMetadata(value);
    } catch (RuntimeException e) {
      call.close(GrpcErrors.toStatus(e).getStatus(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(
        Context.current().withValue(LOG, log), new Explained<>(call, log), headers, next);
  }

  private static final class Explained<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final ExplainLog log;

    Explained(ServerCall<Q, R> call, ExplainLog log) {
      super(call);
      this.log = log;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (status.isOk() && log.isOn()) {
        trailers.put(KEY, ExplainJson.ascii(log, log.trailerBytes()));
      }
      super.close(status, trailers);
    }
  }
}
