package dev.quiver.cli;

/** How a command ended, for scripts. Documented in docs/cli.md; numbers are never reused. */
enum ExitCode {
  OK(0),
  /** The operation failed; the message says why. */
  FAILED(1),
  /** The command line or the configuration is wrong. */
  USAGE(2),
  /** No server answers at the given address. */
  UNREACHABLE(3),
  /** The server knows no such collection or point. */
  NOT_FOUND(4),
  /** The server refused the key. */
  DENIED(5),
  /** Some rows of an import were bad; the good ones are in. */
  PARTIAL(6),
  /** Stopped by a signal. */
  INTERRUPTED(130);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
