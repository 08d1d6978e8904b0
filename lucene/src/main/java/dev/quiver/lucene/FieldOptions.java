package dev.quiver.lucene;

import dev.quiver.index.CodesOption;
import dev.quiver.index.Distance;
import dev.quiver.index.ElementType;
import dev.quiver.index.HnswParams;
import dev.quiver.index.RowNorms;
import dev.quiver.index.VectorPlacement;
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
    ElementType element,
    Distance distance,
    boolean explicitDistance,
    int m,
    int efConstruct,
    CodesOption codes,
    VectorPlacement placement,
    int fullScanThreshold) {

  static final int DEFAULT_M = 16;
  static final int DEFAULT_EF_CONSTRUCT = 100;

  static FieldOptions of(FieldInfo field, int fullScanThreshold) {
    VectorEncoding encoding = field.getVectorEncoding();
    String element = field.getAttribute(VectorAttributes.ELEMENT);
    if (encoding == VectorEncoding.BYTE && element != null) {
      throw new IllegalArgumentException(
          refusal(VectorAttributes.ELEMENT, field.name, element)
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
            : distanceOf(field.name, distance),
        distance != null,
        links(field),
        intAttribute(field, VectorAttributes.EF_CONSTRUCT, 1, 10_000, DEFAULT_EF_CONSTRUCT),
        codesOf(field),
        placementOf(field),
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
        && distance == Distance.COSINE
        && (element == ElementType.FLOAT32 || element == ElementType.FLOAT16);
  }

  /** What is known of the stored vectors' lengths. */
  RowNorms norms() {
    return normalizes() ? RowNorms.UNIT : RowNorms.ANY;
  }

  private static ElementType storedElement(
      String field, VectorEncoding encoding, @Nullable String attribute) {
    if (encoding == VectorEncoding.BYTE) {
      return ElementType.INT8;
    }
    return switch (attribute == null ? VectorAttributes.FLOAT32 : attribute) {
      case VectorAttributes.FLOAT32 -> ElementType.FLOAT32;
      case VectorAttributes.FLOAT16 -> ElementType.FLOAT16;
      case VectorAttributes.UINT8 -> ElementType.UINT8;
      default ->
          throw new IllegalArgumentException(
              refusal(VectorAttributes.ELEMENT, field, attribute)
                  + " (expected: float32, float16 or uint8)");
    };
  }

  private static Distance distanceOf(String field, String attribute) {
    return switch (attribute) {
      case VectorAttributes.DOT -> Distance.DOT;
      case VectorAttributes.COSINE -> Distance.COSINE;
      case VectorAttributes.EUCLIDEAN -> Distance.EUCLIDEAN;
      case VectorAttributes.MANHATTAN -> Distance.MANHATTAN;
      default ->
          throw new IllegalArgumentException(
              refusal(VectorAttributes.DISTANCE, field, attribute)
                  + " (expected: dot, cosine, euclidean or manhattan)");
    };
  }

  private static CodesOption codesOf(FieldInfo field) {
    String attribute = field.getAttribute(VectorAttributes.CODES);
    return switch (attribute == null ? VectorAttributes.CODES_MEASURED : attribute) {
      case VectorAttributes.CODES_MEASURED -> CodesOption.MEASURED;
      case VectorAttributes.CODES_INT8 -> CodesOption.INT8;
      case VectorAttributes.CODES_INT4 -> CodesOption.INT4;
      case VectorAttributes.CODES_BIT1 -> CodesOption.BIT1;
      case VectorAttributes.CODES_NONE -> CodesOption.NONE;
      default ->
          throw new IllegalArgumentException(
              refusal(VectorAttributes.CODES, field.name, attribute)
                  + " (expected: measured, int8, int4, bit1 or none)");
    };
  }

  static VectorPlacement placementOf(FieldInfo field) {
    String attribute = field.getAttribute(VectorAttributes.PLACEMENT);
    return switch (attribute == null ? VectorAttributes.MAPPED : attribute) {
      case VectorAttributes.MAPPED -> VectorPlacement.MAPPED;
      case VectorAttributes.ON_DISK -> VectorPlacement.ON_DISK;
      default ->
          throw new IllegalArgumentException(
              refusal(VectorAttributes.PLACEMENT, field.name, attribute)
                  + " (expected: mapped or on_disk)");
    };
  }

  private static Distance ofSimilarity(VectorSimilarityFunction similarity) {
    return switch (similarity) {
      case EUCLIDEAN -> Distance.EUCLIDEAN;
      case DOT_PRODUCT, MAXIMUM_INNER_PRODUCT -> Distance.DOT;
      case COSINE -> Distance.COSINE;
    };
  }

  private static int links(FieldInfo field) {
    int m = intAttribute(field, VectorAttributes.M, 0, HnswParams.M_MAX, DEFAULT_M);
    if (m == 1) {
      // A chain, not a graph.
      throw new IllegalArgumentException(
          refusal(VectorAttributes.M, field.name, "1")
              + " (expected: 0 or 2.."
              + HnswParams.M_MAX
              + ")");
    }
    return m;
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
    return refusal(name, field.name, text)
        + " (expected: a whole number, "
        + min
        + ".."
        + max
        + ")";
  }

  private static String refusal(String attribute, String field, @Nullable String value) {
    return "attribute \"" + attribute + "\" of field \"" + field + "\": " + value;
  }
}
