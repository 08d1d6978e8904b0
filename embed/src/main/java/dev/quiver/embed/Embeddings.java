package dev.quiver.embed;

import java.util.Objects;

/**
 * The outcome of one call.
 *
 * @param vectors {@code vectors[i]} belongs to text {@code i}; each has the model's dimension and
 *     Euclidean length 1; the caller owns them
 * @param tokens tokens that the model read for all texts together, the marks of start and end
 *     included
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of results: nobody compares two of them.
public record Embeddings(float[][] vectors, long tokens) {
  public Embeddings {
    Objects.requireNonNull(vectors, "vectors");
  }
}
