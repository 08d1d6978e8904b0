package dev.quiver.api;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests so that bytes which are no such message get an answer that says so, where the
 * library's own reader would end the call as an unknown error; and so that the requests in work
 * together stay within a budget of bytes. Thread-safe.
 */
final class GrpcDecoding {
  /**
   * Messages within messages: a level of payload takes three, and every payload that JSON may carry
   * must fit, so that the payload's own limit answers, not this one.
   */
  private static final int RECURSION_MAX = 3 * (GrpcValues.MAX_DEPTH + 8) + 16;

  private final long budgetBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  /**
   * @param budgetBytes all requests in work together, as bytes on the wire
   */
  GrpcDecoding(long budgetBytes) {
    this.budgetBytes = budgetBytes;
  }

  long usedBytes() {
    return usedBytes.get();
  }

  /** A request, or why there is none. */
  private record Decoded<T>(@Nullable T message, @Nullable Throwable failure, long bytes) {}

  /** The same service with this way of reading requests. */
  ServerServiceDefinition wrap(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      methods.add(wrap(method));
    }
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder wrapped = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(wrapped::addMethod);
    return wrapped.build();
  }

  private <Q, R> ServerMethodDefinition<Decoded<Q>, R> wrap(ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> plain = method.getMethodDescriptor();
    MethodDescriptor<Decoded<Q>, R> decoding =
        plain.toBuilder(new Reader<>(plain.getRequestMarshaller()), plain.getResponseMarshaller())
            .build();
    return ServerMethodDefinition.create(
        decoding, new Handler<>(plain, method.getServerCallHandler()));
  }

  private final class Reader<T> implements MethodDescriptor.Marshaller<Decoded<T>> {
    private final Parser<T> parser;

    @SuppressWarnings("unchecked") // The prototype of a protobuf marshaller is such a message.
    Reader(MethodDescriptor.Marshaller<T> marshaller) {
      Object prototype = ((PrototypeMarshaller<T>) marshaller).getMessagePrototype();
      this.parser = (Parser<T>) ((Message) Objects.requireNonNull(prototype)).getParserForType();
    }

    @Override
    public InputStream stream(Decoded<T> value) {
      throw new UnsupportedOperationException("requests are only read");
    }

    @Override
    public Decoded<T> parse(InputStream stream) {
      long bytes = 0;
      try {
        bytes = stream instanceof KnownLength ? stream.available() : 0;
        if (usedBytes.addAndGet(bytes) > budgetBytes && bytes > 0) {
          throw new QuiverException(
              ErrorCode.OVERLOADED,
              "requests in work hold "
                  + usedBytes.get()
                  + " bytes (expected: at most "
                  + budgetBytes
                  + "); try again");
        }
        CodedInputStream input = CodedInputStream.newInstance(stream);
        input.setRecursionLimit(RECURSION_MAX);
        T message = parser.parseFrom(input);
        input.checkLastTagWas(0);
        return new Decoded<>(message, null, bytes);
      } catch (InvalidProtocolBufferException e) {
        return new Decoded<>(
            null,
            GrpcFaults.malformed("failed to decode Protobuf message: " + e.getMessage()),
            bytes);
      } catch (StatusRuntimeException | QuiverException | IOException e) {
        return new Decoded<>(null, e, bytes);
      }
    }
  }

  private final class Handler<Q, R> implements ServerCallHandler<Decoded<Q>, R> {
    private final MethodDescriptor<Q, R> plain;
    private final ServerCallHandler<Q, R> handler;

    Handler(MethodDescriptor<Q, R> plain, ServerCallHandler<Q, R> handler) {
      this.plain = plain;
      this.handler = handler;
    }

    @Override
    public ServerCall.Listener<Decoded<Q>> startCall(
        ServerCall<Decoded<Q>, R> call, Metadata headers) {
      return new RequestListener<>(call, handler.startCall(new PlainCall<>(call, plain), headers));
    }
  }

  private final class RequestListener<Q> extends ServerCall.Listener<Decoded<Q>> {
    private final ServerCall<?, ?> call;
    private final ServerCall.Listener<Q> listener;
    private long heldBytes;
    private boolean refused;

    RequestListener(ServerCall<?, ?> call, ServerCall.Listener<Q> listener) {
      this.call = call;
      this.listener = listener;
    }

    @Override
    public void onMessage(Decoded<Q> decoded) {
      heldBytes += decoded.bytes();
      if (refused) {
        return;
      }
      Q message = decoded.message();
      if (message != null) {
        listener.onMessage(message);
        return;
      }
      refused = true;
      Throwable failure = decoded.failure();
      StatusRuntimeException answer =
          GrpcErrors.toStatus(failure == null ? new IllegalStateException("no message") : failure);
      Metadata trailers = answer.getTrailers();
      call.close(answer.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        listener.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      release();
      listener.onCancel();
    }

    @Override
    public void onComplete() {
      release();
      listener.onComplete();
    }

    @Override
    public void onReady() {
      listener.onReady();
    }

    private void release() {
      usedBytes.addAndGet(-heldBytes);
      heldBytes = 0;
    }
  }

  /** The call as the service's own handler expects it. */
  private static final class PlainCall<Q, R> extends ServerCall<Q, R> {
    private final ServerCall<Decoded<Q>, R> call;
    private final MethodDescriptor<Q, R> plain;

    PlainCall(ServerCall<Decoded<Q>, R> call, MethodDescriptor<Q, R> plain) {
      this.call = call;
      this.plain = plain;
    }

    @Override
    public void request(int messages) {
      call.request(messages);
    }

    @Override
    public void sendHeaders(Metadata headers) {
      call.sendHeaders(headers);
    }

    @Override
    public void sendMessage(R message) {
      call.sendMessage(message);
    }

    @Override
    public boolean isReady() {
      return call.isReady();
    }

    @Override
    public void close(io.grpc.Status status, Metadata trailers) {
      call.close(status, trailers);
    }

    @Override
    public boolean isCancelled() {
      return call.isCancelled();
    }

    @Override
    public void setMessageCompression(boolean enabled) {
      call.setMessageCompression(enabled);
    }

    @Override
    public void setCompression(String compressor) {
      call.setCompression(compressor);
    }

    @Override
    public io.grpc.SecurityLevel getSecurityLevel() {
      return call.getSecurityLevel();
    }

    @Override
    public io.grpc.Attributes getAttributes() {
      return call.getAttributes();
    }

    @Override
    public @Nullable String getAuthority() {
      return call.getAuthority();
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
      return plain;
    }
  }
}
