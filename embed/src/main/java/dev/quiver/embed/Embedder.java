package dev.quiver.embed;

import java.time.Duration;
import java.util.List;

/**
 * One embedding model: texts in, vectors of length 1 out.
 *
 * <p>A text's vector depends on the text alone, never on the texts beside it, so embedding it again
 * gives the same floats on the same machine. (Between kinds of processor, the last digits differ.)
 *
 * <p>Every method may be called from any thread, and calls run beside each other. {@code embed}
 * blocks until the vectors are there: call it from a virtual thread or a worker, never from an
 * event loop. The first call also loads the model, which takes some tenths of a second.
 *
 * <p>An embedder that came from {@link Embedders} belongs to it and is closed with it.
 */
public interface Embedder extends AutoCloseable {
  /**
   * Of a longer text only this many chars (UTF-16 units) are looked at, and of those only {@link
   * ModelInfo#maxTokens} tokens are read: a text of any length costs a bounded amount of work.
   */
  int MAX_TEXT_CHARS = 65_536;

  /** What the model is. Loads nothing. */
  ModelInfo model();

  /**
   * Embeds texts within the default time.
   *
   * @see #embed(List, Duration)
   */
  float[][] embed(List<String> texts);

  /**
   * Embeds texts and counts what they cost.
   *
   * @param texts may be empty; a text may be empty, and then gets the model's vector for "nothing"
   * @param timeout how long the call may take, waiting included; positive
   * @return one vector per text, in the order of the texts
   * @throws NullPointerException if the list or a text is null; the message gives the text's index
   * @throws EmbedException with its reason: too many texts at once, overload, deadline passed,
   *     interrupted, closed, or the model failed. There are no partial results
   */
  Embeddings embed(List<String> texts, Duration timeout);

  /** Frees the native memory; waits for the texts being embedded right now. Idempotent. */
  @Override
  void close();
}
