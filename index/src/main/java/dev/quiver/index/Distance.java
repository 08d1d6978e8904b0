package dev.quiver.index;

/** How far two vectors are from each other. */
public enum Distance {
  DOT,
  COSINE,
  EUCLIDEAN,
  MANHATTAN
}
