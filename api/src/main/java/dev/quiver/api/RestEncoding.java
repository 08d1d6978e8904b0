package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Compression of bodies: gzip and deflate, as the headers say. Answers that fit into a network
 * packet are sent as they are: compressing them costs more than it saves.
 */
final class RestEncoding {
  private static final int COMPRESSED_BYTES_MIN = 1_400;
  private static final int BUFFER_BYTES = 8 << 10;

  private RestEncoding() {}

  /**
   * The body as it was before its encoding.
   *
   * @param raw stays open
   */
  static InputStream decoded(InputStream raw, String encoding) throws IOException {
    return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
      case "identity", "" -> new Uncloseable(raw);
      case "gzip", "x-gzip" -> new GZIPInputStream(new Uncloseable(raw), BUFFER_BYTES);
      case "deflate" -> new InflaterInputStream(new Uncloseable(raw));
      default ->
          throw new QuiverException(
              ErrorCode.FORMAT,
              "Content-Encoding: "
                  + Shape.abbreviate(encoding)
                  + " is not supported (expected: gzip, deflate or identity)");
    };
  }

  /** Keeps the body readable when its decoder is closed to free the decoder's native memory. */
  private static final class Uncloseable extends FilterInputStream {
    Uncloseable(InputStream in) {
      super(in);
    }

    @Override
    public void close() {
      // The body belongs to the exchange.
    }
  }

  /** The body as it is sent; sets the headers that say so. */
  static byte[] encoded(ServerRequest request, ServerResponse response, byte[] body) {
    if (body.length < COMPRESSED_BYTES_MIN) {
      return body;
    }
    String encoding = acceptable(request);
    if (encoding.equals("identity")) {
      return body;
    }
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 4);
    try (DeflaterOutputStream out =
        encoding.equals("gzip") ? new FastGzip(compressed) : new FastDeflate(compressed)) {
      out.write(body);
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "the answer cannot be compressed", e);
    }
    response.header(HeaderNames.CONTENT_ENCODING, encoding);
    response.header(HeaderNames.VARY, "Accept-Encoding");
    return compressed.toByteArray();
  }

  private static final class FastDeflate extends DeflaterOutputStream {
    FastDeflate(ByteArrayOutputStream out) {
      super(out);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(ByteArrayOutputStream out) throws IOException {
      super(out, BUFFER_BYTES);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  /** The first of the encodings that we can write which the caller takes. */
  private static String acceptable(ServerRequest request) {
    boolean deflate = false;
    if (request.headers().contains(HeaderNames.ACCEPT_ENCODING)) {
      Header header = request.headers().get(HeaderNames.ACCEPT_ENCODING);
      for (String value : header.allValues(true)) {
        String lower = value.strip().toLowerCase(Locale.ROOT);
        int parameters = lower.indexOf(';');
        String name = parameters < 0 ? lower : lower.substring(0, parameters).strip();
        boolean refused =
            parameters >= 0 && lower.substring(parameters).matches(";\\s*q=0(\\.0*)?");
        if (refused) {
          continue;
        }
        if (name.equals("gzip") || name.equals("*")) {
          return "gzip";
        }
        deflate |= name.equals("deflate");
      }
    }
    return deflate ? "deflate" : "identity";
  }
}
