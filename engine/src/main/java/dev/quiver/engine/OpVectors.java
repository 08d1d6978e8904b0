package dev.quiver.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * The bytes of a point's vectors in a logged operation: a count, then for each its name, its kind
 * (1 byte; absent in operations of version 1, which are all dense) and its parts. Dense: the
 * values. Sparse: the indices, the values. Multivector: the number of rows, the values. Values and
 * indices are a count and raw little-endian floats or ints. Kinds are never renumbered.
 */
final class OpVectors {
  private static final int DENSE = 0;
  private static final int SPARSE = 1;
  private static final int MULTI = 2;

  private OpVectors() {}

  static void write(ByteWriter out, Map<String, VectorValue> vectors) {
    out.writeCount(vectors.size());
    for (Map.Entry<String, VectorValue> entry : vectors.entrySet()) {
      out.writeString(entry.getKey());
      switch (entry.getValue()) {
        case VectorValue.Dense(float[] values) -> {
          out.writeByte(DENSE);
          out.writeFloats(values);
        }
        case VectorValue.Sparse(int[] indices, float[] values) -> {
          out.writeByte(SPARSE);
          out.writeInts(indices);
          out.writeFloats(values);
        }
        case VectorValue.Multi(int rows, _, float[] values) -> {
          out.writeByte(MULTI);
          out.writeCount(rows);
          out.writeFloats(values);
        }
      }
    }
  }

  /**
   * @param onlyDense whether there are no kinds
   * @throws QuiverException CORRUPT
   */
  static Map<String, VectorValue> read(ByteReader in, boolean onlyDense) {
    int count = in.readCount();
    Map<String, VectorValue> vectors = HashMap.newHashMap(count);
    for (int i = 0; i < count; i++) {
      String name = in.readString();
      vectors.put(name, read(in, onlyDense ? DENSE : in.readByte()));
    }
    return vectors;
  }

  private static VectorValue read(ByteReader in, int kind) {
    return switch (kind) {
      case DENSE -> new VectorValue.Dense(in.readFloats());
      case SPARSE -> {
        int[] indices = in.readInts();
        float[] values = in.readFloats();
        if (SparseVectors.wrong(indices, values) != null) {
          throw new QuiverException(
              ErrorCode.CORRUPT, "logged sparse vector: " + SparseVectors.wrong(indices, values));
        }
        yield SparseVectors.sorted(indices, values);
      }
      case MULTI -> {
        int rows = in.readCount();
        float[] values = in.readFloats();
        if (rows == 0 || values.length == 0 || values.length % rows != 0) {
          throw new QuiverException(
              ErrorCode.CORRUPT, "logged multivector: " + values.length + " in " + rows + " rows");
        }
        yield new VectorValue.Multi(rows, values.length / rows, values);
      }
      default -> throw new QuiverException(ErrorCode.CORRUPT, "logged vector's kind: " + kind);
    };
  }
}
