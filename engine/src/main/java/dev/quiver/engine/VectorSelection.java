package dev.quiver.engine;

import java.util.List;

/** Which vectors to return. */
public sealed interface VectorSelection {
  record All() implements VectorSelection {}

  record None() implements VectorSelection {}

  record Names(List<String> names) implements VectorSelection {}

  VectorSelection ALL = new All();
  VectorSelection NONE = new None();
}
