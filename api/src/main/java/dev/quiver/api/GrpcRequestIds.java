package dev.quiver.api;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Locale;

/**
 * Gives every call its request id: taken over from the metadata {@code x-request-id} or made,
 * returned under the same name, and in the logging context wherever the call is worked on.
 */
final class GrpcRequestIds implements ServerInterceptor {
  static final Metadata.Key<String> KEY =
      Metadata.Key.of(RequestIds.HEADER.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String id = RequestIds.of(headers.get(KEY));
    ServerCall<Q, R> answering = new Answering<>(call, id);
    return new Listening<>(RequestIds.with(id, () -> next.startCall(answering, headers)), id);
  }

  /** Returns the id with the headers or, when an error is all of the answer, with the trailers. */
  private static final class Answering<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final String id;
    private boolean headersSent;

    Answering(ServerCall<Q, R> call, String id) {
      super(call);
      this.id = id;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      headersSent = true;
      headers.put(KEY, id);
      super.sendHeaders(headers);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!headersSent) {
        trailers.put(KEY, id);
      }
      super.close(status, trailers);
    }
  }

  private static final class Listening<Q> extends SimpleForwardingServerCallListener<Q> {
    private final String id;

    Listening(ServerCall.Listener<Q> listener, String id) {
      super(listener);
      this.id = id;
    }

    @Override
    public void onMessage(Q message) {
      RequestIds.with(id, () -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      RequestIds.with(id, super::onHalfClose);
    }

    @Override
    public void onCancel() {
      RequestIds.with(id, super::onCancel);
    }

    @Override
    public void onComplete() {
      RequestIds.with(id, super::onComplete);
    }

    @Override
    public void onReady() {
      RequestIds.with(id, super::onReady);
    }
  }
}
