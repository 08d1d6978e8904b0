package dev.quiver.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;

/**
 * Where progress is shown. On a terminal one line is rewritten in place; elsewhere every line
 * stays. Thread-safe.
 */
final class Terminal {
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final PrintWriter err;
  private final boolean interactive;
  private boolean lineOpen;

  private Terminal(PrintWriter err, boolean interactive) {
    this.err = err;
    this.interactive = interactive;
  }

  /** Standard error of this process; {@code NO_COLOR}, {@code CI} and dumb terminals are plain. */
  static Terminal ofProcess(PrintWriter out, PrintWriter err) {
    String term = System.getenv("TERM");
    boolean dumb = term == null || term.equals("dumb") || System.getenv("CI") != null;
    return new Terminal(err, !dumb && onTerminal());
  }

  private static boolean onTerminal() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

  /** Never rewrites a line. */
  static Terminal none(PrintWriter err) {
    return new Terminal(err, false);
  }

  boolean interactive() {
    return interactive;
  }

  /** Replaces the line in place; call only when interactive. */
  synchronized void rewrite(String line) {
    err.print(CLEAR_LINE + line);
    err.flush();
    lineOpen = true;
  }

  /** Prints a line that stays, above the one that is rewritten. */
  synchronized void println(String line) {
    if (lineOpen) {
      err.print(CLEAR_LINE);
      lineOpen = false;
    }
    err.println(line);
    err.flush();
  }
}
