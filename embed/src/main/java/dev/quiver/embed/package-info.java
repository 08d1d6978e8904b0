/**
 * Text to vectors, in process: models that come as Maven dependencies, run by ONNX Runtime.
 *
 * <p>Start at {@link dev.quiver.embed.Embedders}, which finds models by name and owns their native
 * memory; {@link dev.quiver.embed.Embedder} is one model. The way of a text: {@code OnnxEmbedder}
 * (bounds, counters, loading) → {@code EmbedPool} (threads, queue, deadlines) → {@code
 * WordPieceTokenizer} (text to token ids) → {@code OnnxModel} (token ids to a vector).
 */
@NullMarked
package dev.quiver.embed;

import org.jspecify.annotations.NullMarked;
