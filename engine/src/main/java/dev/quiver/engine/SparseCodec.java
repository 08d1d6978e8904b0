package dev.quiver.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.lucene.util.BytesRef;

/**
 * The bytes of a sparse vector in a document: a version (1 byte, 1), then all indices (unsigned
 * ints, ascending), then their values as floats, all little-endian. The number of them follows from
 * the length.
 */
final class SparseCodec {
  private static final byte VERSION = 1;
  private static final int ENTRY = Integer.BYTES + Float.BYTES;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private SparseCodec() {}

  static BytesRef encode(VectorValue.Sparse vector) {
    int count = vector.indices().length;
    ByteBuffer out = ByteBuffer.allocate(1 + count * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    out.put(VERSION);
    out.asIntBuffer().put(vector.indices());
    out.position(1 + count * Integer.BYTES).asFloatBuffer().put(vector.values());
    return new BytesRef(out.array());
  }

  /** How many entries a vector that was encoded has. */
  static int count(BytesRef bytes) {
    return (bytes.length - 1) / ENTRY;
  }

  /** An index of an encoded vector. */
  static int index(BytesRef bytes, int entry) {
    return (int) INT.get(bytes.bytes, bytes.offset + 1 + entry * Integer.BYTES);
  }

  /** A value of an encoded vector of so many entries. */
  static float value(BytesRef bytes, int count, int entry) {
    int at = bytes.offset + 1 + count * Integer.BYTES + entry * Float.BYTES;
    return Float.intBitsToFloat((int) INT.get(bytes.bytes, at));
  }

  /**
   * @throws QuiverException CORRUPT
   */
  static VectorValue.Sparse decode(BytesRef bytes) {
    ByteBuffer in =
        ByteBuffer.wrap(bytes.bytes, bytes.offset, bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes.length == 0 ? -1 : in.get();
    if (version != VERSION || in.remaining() % ENTRY != 0) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          "sparse vector's version: "
              + version
              + " (expected: "
              + VERSION
              + "), bytes: "
              + bytes.length);
    }
    int count = in.remaining() / ENTRY;
    int[] indices = new int[count];
    float[] values = new float[count];
    in.asIntBuffer().get(indices);
    in.position(in.position() + count * Integer.BYTES).asFloatBuffer().get(values);
    return new VectorValue.Sparse(indices, values);
  }
}
