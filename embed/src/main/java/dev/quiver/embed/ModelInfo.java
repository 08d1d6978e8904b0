package dev.quiver.embed;

import java.util.List;
import java.util.Objects;

/**
 * What is known of a model without loading it.
 *
 * @param name the canonical name, as the model's authors publish it
 * @param aliases other names that find the model; names are compared without regard to case
 * @param dimension floats in each vector
 * @param maxTokens tokens of a text that the model reads, the two that mark start and end included;
 *     what follows them is ignored
 * @param description one line for people: languages, training, form of the weights
 * @param licence the weights' licence, as an SPDX identifier
 */
public record ModelInfo(
    String name,
    List<String> aliases,
    int dimension,
    int maxTokens,
    String description,
    String licence) {
  public ModelInfo {
    Objects.requireNonNull(name, "name");
    aliases = List.copyOf(aliases);
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(licence, "licence");
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension: " + dimension + " (expected: >= 1)");
    }
    if (maxTokens < 3) {
      throw new IllegalArgumentException("maxTokens: " + maxTokens + " (expected: >= 3)");
    }
  }
}
