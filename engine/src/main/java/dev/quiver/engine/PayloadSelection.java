package dev.quiver.engine;

import java.util.List;

/** Which part of the payload to return. Paths may be nested. */
public sealed interface PayloadSelection {
  record All() implements PayloadSelection {}

  record None() implements PayloadSelection {}

  record Include(List<String> paths) implements PayloadSelection {}

  record Exclude(List<String> paths) implements PayloadSelection {}

  PayloadSelection ALL = new All();
  PayloadSelection NONE = new None();
}
