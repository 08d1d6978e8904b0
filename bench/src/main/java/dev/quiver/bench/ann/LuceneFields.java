package dev.quiver.bench.ann;

import dev.quiver.index.Distance;
import dev.quiver.lucene.VectorAttributes;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * Vectors as Lucene's fields.
 *
 * @param asBytes whether vectors of bytes, shifted to Lucene's signed ones, are indexed
 */
record LuceneFields(FieldType type, boolean asBytes) {
  static LuceneFields of(Rows base, boolean quiver, boolean asBytes, int m, int efConstruction) {
    FieldType type = new FieldType();
    type.setVectorAttributes(
        base.dimension(),
        asBytes ? VectorEncoding.BYTE : VectorEncoding.FLOAT32,
        similarity(base.distance()));
    if (quiver) {
      type.putAttribute(VectorAttributes.DISTANCE, distance(base.distance()));
      type.putAttribute(VectorAttributes.M, Integer.toString(m));
      type.putAttribute(VectorAttributes.EF_CONSTRUCT, Integer.toString(efConstruction));
      // A graph however few vectors there are: scans are not what is compared.
      type.putAttribute(VectorAttributes.FULL_SCAN_THRESHOLD, "0");
      type.putAttribute(
          VectorAttributes.ELEMENT,
          base.bytes() ? VectorAttributes.UINT8 : VectorAttributes.FLOAT32);
    }
    type.freeze();
    return new LuceneFields(type, asBytes);
  }

  Field field(float[] vector) {
    return asBytes
        ? new KnnByteVectorField(LuceneForm.VECTOR, signed(vector), type)
        : new KnnFloatVectorField(LuceneForm.VECTOR, vector, type);
  }

  /** Unsigned bytes as signed ones; differences, and so Euclidean distances, stay the same. */
  static byte[] signed(float[] vector) {
    byte[] shifted = new byte[vector.length];
    for (int i = 0; i < vector.length; i++) {
      shifted[i] = (byte) ((int) vector[i] - 128);
    }
    return shifted;
  }

  private static VectorSimilarityFunction similarity(Distance distance) {
    return switch (distance) {
      case EUCLIDEAN -> VectorSimilarityFunction.EUCLIDEAN;
      case COSINE -> VectorSimilarityFunction.DOT_PRODUCT;
      case DOT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
      case MANHATTAN -> throw new IllegalArgumentException("Lucene has no distance " + distance);
    };
  }

  private static String distance(Distance distance) {
    return switch (distance) {
      case EUCLIDEAN -> VectorAttributes.EUCLIDEAN;
      case COSINE -> VectorAttributes.COSINE;
      case DOT -> VectorAttributes.DOT;
      case MANHATTAN -> VectorAttributes.MANHATTAN;
    };
  }
}
