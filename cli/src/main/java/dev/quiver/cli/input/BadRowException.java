package dev.quiver.cli.input;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A row that cannot be read, while those behind it can: reading goes on after it. */
public final class BadRowException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long number;
  private final long line;

  public BadRowException(long number, long line, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.number = number;
    this.line = line;
  }

  /** As {@link Row#number}. */
  public long number() {
    return number;
  }

  /** As {@link Row#line}. */
  public long line() {
    return line;
  }
}
