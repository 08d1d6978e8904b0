package dev.quiver.cli;

import org.jspecify.annotations.Nullable;

/**
 * A command that cannot do what it was asked: the message says what was wrong and what to do. Shown
 * without a stack trace; {@link ExitCode} tells scripts what kind it was.
 */
final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  CliException(ExitCode exitCode, String message) {
    this(exitCode, message, null);
  }

  CliException(ExitCode exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  ExitCode exitCode() {
    return exitCode;
  }
}
