package dev.quiver.server;

/** Form of the log lines. */
public enum LogFormat {
  /** {@link #CONSOLE} when standard error is a terminal, else {@link #JSON}. */
  AUTO,
  CONSOLE,
  JSON
}
