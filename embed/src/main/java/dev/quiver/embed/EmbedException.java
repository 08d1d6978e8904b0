package dev.quiver.embed;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one exception of this module; {@link #reason} says what kind of failure it is. */
public final class EmbedException extends RuntimeException {
  /** Kinds of failure. */
  public enum Reason {
    /**
     * No model of that name is on board. The caller's mistake; the message names those that are.
     */
    UNKNOWN_MODEL,
    /** The input breaks a bound, for example more texts in one call than the queue may hold. */
    INVALID_INPUT,
    /** Too much work is waiting already. Nothing was done; the same call may succeed later. */
    OVERLOADED,
    /** The call's time ran out before its last text was embedded. */
    DEADLINE_EXCEEDED,
    /** The calling thread was interrupted; its interrupt flag is set again. */
    INTERRUPTED,
    /** The embedder, or the {@link Embedders} that owns it, is closed. */
    CLOSED,
    /** A model could not be loaded or run: a damaged file, a platform without native code. */
    INTERNAL
  }

  private final Reason reason;

  EmbedException(Reason reason, String message) {
    this(reason, message, null);
  }

  EmbedException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** What kind of failure this is. */
  public Reason reason() {
    return reason;
  }
}
