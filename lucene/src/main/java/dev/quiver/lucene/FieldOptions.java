package dev.quiver.lucene;

import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.jspecify.annotations.Nullable;

/**
 * How one field is stored, scored and linked, read from its {@link FieldInfo}.
 *
 * @param explicitDistance whether the field names its distance itself ({@link
 *     VectorAttributes#DISTANCE}); if not, Lucene's similarity function decides and vectors are
 *     kept exactly as given
 */
record FieldOptions(
    VectorEncoding encoding,
    VectorSimilarityFunction similarity,
    int dimension,
    StoredElement element,
    StoredDistance distance,
    boolean explicitDistance,
    int m,
    int efConstruct,
    int fullScanThreshold) {

  static final int DEFAULT_M = 16;
  static final int DEFAULT_EF_CONSTRUCT = 100;

  static FieldOptions of(FieldInfo field, int fullScanThreshold) {
    VectorEncoding encoding = field.getVectorEncoding();
    String element = field.getAttribute(VectorAttributes.ELEMENT);
    if (encoding == VectorEncoding.BYTE && element != null) {
      throw new IllegalArgumentException(
          "attribute \""
              + VectorAttributes.ELEMENT
              + "\" of field \""
              + field.name
              + "\": "
              + element
              + " (expected: none, the field's own encoding is BYTE)");
    }
    String distance = field.getAttribute(VectorAttributes.DISTANCE);
    return new FieldOptions(
        encoding,
        field.getVectorSimilarityFunction(),
        field.getVectorDimension(),
        storedElement(field.name, encoding, element),
        distance == null
            ? ofSimilarity(field.getVectorSimilarityFunction())
            : StoredDistance.ofAttribute(field.name, distance),
        distance != null,
        intAttribute(field, VectorAttributes.M, 2, 512, DEFAULT_M),
        intAttribute(field, VectorAttributes.EF_CONSTRUCT, 1, 10_000, DEFAULT_EF_CONSTRUCT),
        intAttribute(
            field, VectorAttributes.FULL_SCAN_THRESHOLD, 0, Integer.MAX_VALUE, fullScanThreshold));
  }

  /** Returns the size of one stored vector. */
  int vectorBytes() {
    return dimension * element.bytes();
  }

  /** Whether vectors are scaled to unit length before they are stored. */
  boolean normalizes() {
    return explicitDistance
        && distance == StoredDistance.COSINE
        && (element == StoredElement.FLOAT32 || element == StoredElement.FLOAT16);
  }

  private static StoredElement storedElement(
      String field, VectorEncoding encoding, @Nullable String attribute) {
    if (encoding == VectorEncoding.BYTE) {
      return StoredElement.INT8;
    }
    return attribute == null ? StoredElement.FLOAT32 : StoredElement.ofAttribute(field, attribute);
  }

  private static StoredDistance ofSimilarity(VectorSimilarityFunction similarity) {
    return switch (similarity) {
      case EUCLIDEAN -> StoredDistance.EUCLIDEAN;
      case DOT_PRODUCT, MAXIMUM_INNER_PRODUCT -> StoredDistance.DOT;
      case COSINE -> StoredDistance.COSINE;
    };
  }

  private static int intAttribute(FieldInfo field, String name, int min, int max, int absent) {
    String text = field.getAttribute(name);
    if (text == null) {
      return absent;
    }
    int value;
    try {
      value = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(outOfRange(field, name, text, min, max), e);
    }
    if (value < min || value > max) {
      throw new IllegalArgumentException(outOfRange(field, name, text, min, max));
    }
    return value;
  }

  private static String outOfRange(FieldInfo field, String name, String text, int min, int max) {
    return "attribute \""
        + name
        + "\" of field \""
        + field.name
        + "\": "
        + text
        + " (expected: a whole number, "
        + min
        + ".."
        + max
        + ")";
  }
}
