package dev.quiver.engine;

/**
 * A value that points have at the key of a facet.
 *
 * @param count points that have it; a point that has it twice counts once
 */
public record FacetHit(Value value, long count) {
  /** A value; UUIDs are keywords in their hyphenated lower-case form. */
  public sealed interface Value {
    record Keyword(String value) implements Value {}

    record Int(long value) implements Value {}

    record Bool(boolean value) implements Value {}
  }
}
