package dev.quiver.engine;

import dev.quiver.lucene.RowBytes;
import dev.quiver.lucene.VectorAttributes;
import org.apache.lucene.util.BytesRef;

/**
 * The bytes of a multivector in a document: its rows in the vector's datatype, as {@link
 * dev.quiver.lucene.QuiverRowsFormat} keeps them.
 */
final class MultiCodec {
  private MultiCodec() {}

  static BytesRef encode(VectorParams params, VectorValue.Multi vector) {
    return new BytesRef(RowBytes.encode(vector.values(), element(params.datatype())));
  }

  /**
   * @throws QuiverException CORRUPT
   */
  static VectorValue.Multi decode(VectorParams params, BytesRef bytes) {
    float[] values =
        RowBytes.decode(bytes.bytes, bytes.offset, bytes.length, element(params.datatype()));
    int dimension = params.size();
    if (values.length < dimension || values.length % dimension != 0) {
      throw new QuiverException(
          ErrorCode.CORRUPT, "multivector of " + values.length + " numbers, rows of " + dimension);
    }
    return new VectorValue.Multi(values.length / dimension, dimension, values);
  }

  /** Where the rows are in the middle, from which a graph over points is built. */
  static float[] mean(VectorValue.Multi vector) {
    double[] sum = new double[vector.dimension()];
    float[] values = vector.values();
    for (int i = 0; i < values.length; i++) {
      sum[i % sum.length] += values[i];
    }
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sum[i] / vector.rows());
    }
    return mean;
  }

  /** The codec's name of a datatype. */
  static String element(Datatype datatype) {
    return switch (datatype) {
      case FLOAT32 -> VectorAttributes.FLOAT32;
      case FLOAT16 -> VectorAttributes.FLOAT16;
      case UINT8 -> VectorAttributes.UINT8;
    };
  }
}
