package dev.quiver.cli;

/** The distances by the names that the API uses. */
enum DistanceName {
  Cosine,
  Dot,
  Euclid,
  Manhattan
}
