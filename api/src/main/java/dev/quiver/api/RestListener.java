package dev.quiver.api;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncoding;
import io.helidon.webserver.ListenerConfig;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the HTTP server is set up for the API: bodies reach us in their encoding, which is undone and
 * bounded in one place, and what the server refuses by itself wears the same envelope.
 */
final class RestListener {
  private RestListener() {}

  static void configure(ListenerConfig.BuilderBase<?, ?> listener, RestSettings settings) {
    listener
        .maxTcpConnections(settings.connectionsMax())
        .protocolsDiscoverServices(false)
        .addConnectionSelector(new PacedConnections(settings));
    listener.contentEncoding(
        encodings ->
            encodings.contentEncodingsDiscoverServices(false).addContentEncoding(new Raw()));
    listener.directHandlers(
        handlers -> {
          for (DirectHandler.EventType event : DirectHandler.EventType.values()) {
            handlers.addHandler(event, RestListener::refuse);
          }
        });
  }

  private static DirectHandler.TransportResponse refuse(
      DirectHandler.TransportRequest request,
      DirectHandler.EventType event,
      Status status,
      ServerResponseHeaders headers,
      @Nullable String message) {
    String text =
        status.code() >= 500
            ? "Service internal error: the request failed"
            : "Bad request: "
                + Objects.requireNonNullElse(message, "the HTTP request cannot be read");
    return DirectHandler.TransportResponse.builder()
        .status(status)
        .headers(headers)
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .keepAlive(false)
        .entity(RestOut.error(Shape.abbreviate(text), System.nanoTime()))
        .build();
  }

  /** Lets encoded bodies through as they are; {@link RestEncoding} decodes them. */
  private static final class Raw implements ContentEncoding {
    @Override
    public Set<String> ids() {
      // Encodings that we cannot undo get through too, to be refused by name.
      return Set.of("identity", "gzip", "x-gzip", "deflate", "br", "zstd", "compress");
    }

    @Override
    public boolean supportsEncoding() {
      return false;
    }

    @Override
    public boolean supportsDecoding() {
      return true;
    }

    @Override
    public ContentDecoder decoder() {
      return ContentDecoder.NO_OP;
    }

    @Override
    public ContentEncoder encoder() {
      return ContentEncoder.NO_OP;
    }

    @Override
    public String name() {
      return "raw";
    }

    @Override
    public String type() {
      return "raw";
    }
  }
}
