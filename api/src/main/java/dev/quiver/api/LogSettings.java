package dev.quiver.api;

/** How much the process logs, to be read and changed while it runs. Thread-safe. */
public interface LogSettings {
  /** {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}. */
  String level();

  /**
   * @param level one of those
   */
  void changeLevel(String level);
}
