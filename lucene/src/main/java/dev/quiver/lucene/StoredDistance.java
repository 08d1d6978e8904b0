package dev.quiver.lucene;

import java.util.List;
import java.util.Locale;

/**
 * The distance that a field is scored by. The id is written to files: a new one goes to the end.
 */
enum StoredDistance {
  DOT(VectorAttributes.DOT, true),
  COSINE(VectorAttributes.COSINE, true),
  EUCLIDEAN(VectorAttributes.EUCLIDEAN, false),
  MANHATTAN(VectorAttributes.MANHATTAN, false);

  /** All, by id. */
  static final List<StoredDistance> BY_ID = List.of(DOT, COSINE, EUCLIDEAN, MANHATTAN);

  private final String attribute;
  private final boolean largerIsBetter;

  StoredDistance(String attribute, boolean largerIsBetter) {
    this.attribute = attribute;
    this.largerIsBetter = largerIsBetter;
  }

  int id() {
    return BY_ID.indexOf(this);
  }

  boolean largerIsBetter() {
    return largerIsBetter;
  }

  static StoredDistance ofAttribute(String field, String value) {
    for (StoredDistance distance : values()) {
      if (distance.attribute.equals(value.toLowerCase(Locale.ROOT))) {
        return distance;
      }
    }
    throw new IllegalArgumentException(
        "attribute \""
            + VectorAttributes.DISTANCE
            + "\" of field \""
            + field
            + "\": "
            + value
            + " (expected: dot, cosine, euclidean or manhattan)");
  }
}
