package dev.quiver.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.lucene.util.BytesRef;

/**
 * The bytes of a multivector in a document: a version (1 byte, 1), the dimension (int), then the
 * rows' components as floats, all little-endian. The number of rows follows from the length.
 */
final class MultiCodec {
  private static final byte VERSION = 1;
  private static final int HEADER = 1 + Integer.BYTES;

  private MultiCodec() {}

  static BytesRef encode(VectorValue.Multi vector) {
    float[] values = vector.values();
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.put(VERSION).putInt(vector.dimension()).asFloatBuffer().put(values);
    return new BytesRef(out.array());
  }

  /**
   * @throws QuiverException CORRUPT
   */
  static VectorValue.Multi decode(BytesRef bytes) {
    ByteBuffer in =
        ByteBuffer.wrap(bytes.bytes, bytes.offset, bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes.length < HEADER ? -1 : in.get();
    if (version != VERSION) {
      throw new QuiverException(
          ErrorCode.CORRUPT, "multivector's version: " + version + " (expected: " + VERSION + ")");
    }
    int dimension = in.getInt();
    int floats = in.remaining() / Float.BYTES;
    if (dimension < 1 || floats < dimension || floats % dimension != 0) {
      throw new QuiverException(
          ErrorCode.CORRUPT, "multivector of " + floats + " numbers, rows of " + dimension);
    }
    float[] values = new float[floats];
    in.asFloatBuffer().get(values);
    return new VectorValue.Multi(floats / dimension, dimension, values);
  }
}
