package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where an error becomes a gRPC status. The stable error code travels in the trailer
 * {@code quiver-code}; what programs may want to know beside it in {@code quiver-<name>} trailers.
 */
final class GrpcErrors {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcErrors.class);

  /** The status text is a header: with the client's limit of 8 KiB for all of them in mind. */
  private static final int MESSAGE_MAX_CHARS = 1_500;

  private static final Pattern VALIDATION =
      Pattern.compile("^Validation error in (?:JSON body|query parameters|path parameters): ");
  private static final Pattern FORMAT =
      Pattern.compile("^(?:Format error in JSON body|Deserialize error in [a-z ]+): ");
  private static final Metadata.Key<String> CODE =
      Metadata.Key.of("quiver-code", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> RETRY_AFTER_SECONDS =
      Metadata.Key.of("retry-after", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> INSUFFICIENT_STORAGE =
      Metadata.Key.of("qdrant-insufficient-storage", Metadata.ASCII_STRING_MARSHALLER);

  private GrpcErrors() {}

  /**
   * The answer for an error that a call ended with. What nobody expected is logged with an id, and
   * the caller sees the id alone.
   */
  static StatusRuntimeException toStatus(Throwable error) {
    return switch (error) {
      case QuiverException known -> known(known);
      case StatusRuntimeException ready -> ready;
      case Throwable unexpected -> {
        String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        LOG.error("Unexpected error {} in a gRPC call", id, unexpected);
        yield known(
            new QuiverException(
                ErrorCode.INTERNAL, "unexpected error " + id + "; the server's log has details"));
      }
    };
  }

  private static StatusRuntimeException known(QuiverException error) {
    if (error.code().number() >= ErrorCode.CORRUPT.number()) {
      LOG.error("gRPC call failed", error);
    }
    Metadata trailers = new Metadata();
    trailers.put(CODE, Integer.toString(error.code().number()));
    for (Map.Entry<String, String> entry : error.metadata().entrySet()) {
      if (!entry.getKey().equals(QuiverException.RETRY_AFTER)) {
        putAscii(trailers, entry.getKey(), entry.getValue());
      }
    }
    String retryAfter = error.retryAfter();
    if (retryAfter != null) {
      trailers.put(RETRY_AFTER_SECONDS, retryAfter);
    }
    if (error.code() == ErrorCode.INSUFFICIENT_STORAGE) {
      trailers.put(INSUFFICIENT_STORAGE, "1");
    }
    return status(error.code())
        .withDescription(text(error))
        .withCause(error)
        .asRuntimeException(trailers);
  }

  private static void putAscii(Metadata trailers, String name, String value) {
    boolean printable = value.length() <= 200 && value.chars().allMatch(c -> c >= ' ' && c <= '~');
    if (printable && name.matches("[a-z0-9_.-]{1,50}")) {
      trailers.put(Metadata.Key.of("quiver-" + name, Metadata.ASCII_STRING_MARSHALLER), value);
    }
  }

  /** REST and gRPC share their checks but not their words for where a value stands. */
  private static String text(QuiverException error) {
    String message = String.valueOf(error.getMessage());
    message = VALIDATION.matcher(message).replaceFirst("Validation error in body: ");
    message = FORMAT.matcher(message).replaceFirst("Malformed request: ");
    return message.length() <= MESSAGE_MAX_CHARS
        ? message
        : message.substring(0, MESSAGE_MAX_CHARS) + "...";
  }

  private static Status status(ErrorCode code) {
    return switch (code) {
      case FORMAT, VALIDATION, WRONG_INPUT, BAD_REQUEST -> Status.INVALID_ARGUMENT;
      case TOO_LARGE, OVERLOADED, INSUFFICIENT_STORAGE -> Status.RESOURCE_EXHAUSTED;
      case CHECKSUM_MISMATCH -> Status.DATA_LOSS;
      case NOT_FOUND -> Status.NOT_FOUND;
      case ALREADY_EXISTS -> Status.ALREADY_EXISTS;
      case NOT_CONFIRMED, WRONG_ENVIRONMENT -> Status.FAILED_PRECONDITION;
      case STANDALONE, NOT_IMPLEMENTED -> Status.UNIMPLEMENTED;
      case TIMEOUT -> Status.DEADLINE_EXCEEDED;
      case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
      case FORBIDDEN, TOKEN_REFUSED -> Status.PERMISSION_DENIED;
      case UNAVAILABLE -> Status.UNAVAILABLE;
      case CORRUPT, INTERNAL -> Status.INTERNAL;
    };
  }
}
