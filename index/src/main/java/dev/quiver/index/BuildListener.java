package dev.quiver.index;

/** Hears of a build's progress and may stop it. Called from the building threads, often. */
public interface BuildListener {
  /** Hears nothing, stops nothing. */
  BuildListener NONE = (inserted, total) -> {};

  /** {@code inserted} of {@code total} vectors are in the graph. Must be quick and thread-safe. */
  void onProgress(int inserted, int total);

  /**
   * {@code relinked} of {@code total} vectors are linked once more, when all are in the graph. Must
   * be quick and thread-safe.
   */
  default void onRelinked(int relinked, int total) {}

  /**
   * Before anything is allocated: the bytes that the build will hold at its peak, graph, codes and
   * working memory, the vectors themselves left out.
   */
  default void onPlanned(long peakBytes) {}

  /** True makes the build end soon with {@link java.util.concurrent.CancellationException}. */
  default boolean cancelled() {
    return false;
  }
}
