package dev.quiver.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one exception of Quiver's own API: a stable {@link ErrorCode}, a message that says what was
 * wrong, the value seen and what to do, and metadata for programs. REST and gRPC map it in one
 * place each.
 *
 * <p>The message is given without the code's prefix; {@link #getMessage()} carries it.
 */
public final class QuiverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Metadata of {@link ErrorCode#OVERLOADED}: seconds until a retry may help, or {@link #NEVER}.
   */
  public static final String RETRY_AFTER = "retry-after";

  public static final String NEVER = "never";

  private final ErrorCode code;
  private final transient Map<String, String> metadata;

  public QuiverException(ErrorCode code, String message) {
    this(code, message, null, Map.of());
  }

  public QuiverException(ErrorCode code, String message, @Nullable Throwable cause) {
    this(code, message, cause, Map.of());
  }

  public QuiverException(
      ErrorCode code, String message, @Nullable Throwable cause, Map<String, String> metadata) {
    // Errors of the caller are an ordinary answer, often by the thousand: they carry no stack
    // trace.
    super(code.prefix() + message, cause, true, code.number() >= 4000);
    this.code = code;
    this.metadata = Map.copyOf(metadata);
  }

  public ErrorCode code() {
    return code;
  }

  /** The message without the words that the code begins it with. */
  public String reason() {
    return String.valueOf(getMessage()).substring(code.prefix().length());
  }

  public Map<String, String> metadata() {
    return metadata;
  }

  /** The header value that says when to try again; null when that does not help. */
  public @Nullable String retryAfter() {
    if (code != ErrorCode.OVERLOADED) {
      return null;
    }
    String seconds = metadata.getOrDefault(RETRY_AFTER, "1");
    return seconds.equals(NEVER) ? null : seconds;
  }

  public static QuiverException wrongInput(String message) {
    return new QuiverException(ErrorCode.WRONG_INPUT, message);
  }

  public static QuiverException badRequest(String message) {
    return new QuiverException(ErrorCode.BAD_REQUEST, message);
  }

  public static QuiverException notFound(String message) {
    return new QuiverException(ErrorCode.NOT_FOUND, message);
  }

  public static QuiverException notImplemented(String message) {
    return new QuiverException(ErrorCode.NOT_IMPLEMENTED, message);
  }
}
