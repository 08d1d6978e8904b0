package dev.quiver.engine;

/** A second name of a collection. */
public record Alias(String alias, String collection) {

  /** One step of an atomic change of aliases. */
  public sealed interface Action {
    record Create(String collection, String alias) implements Action {}

    record Delete(String alias) implements Action {}

    record Rename(String from, String to) implements Action {}
  }
}
