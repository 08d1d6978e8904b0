package dev.quiver.lucene;

import dev.quiver.index.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Turns vectors into the bytes that are stored and back, one field's form at a time. Components are
 * little-endian and follow each other without gaps. Not thread-safe: each user has its own.
 */
final class VectorEncoder {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** How far from 1 the squared length of a vector may be that counts as normalised. */
  private static final double UNIT_TOLERANCE = 1e-6;

  private final FieldOptions options;
  private final float[] scratch;

  VectorEncoder(FieldOptions options) {
    this.options = options;
    this.scratch = new float[options.normalizes() ? options.dimension() : 0];
  }

  /** Writes {@code vector} at {@code offset} bytes into {@code target}. */
  void encode(float[] vector, MemorySegment target, long offset) {
    float[] values = options.normalizes() ? normalized(vector) : vector;
    int dimension = options.dimension();
    switch (options.element()) {
      case FLOAT32 -> MemorySegment.copy(values, 0, target, FLOAT, offset, dimension);
      case FLOAT16 -> {
        for (int i = 0; i < dimension; i++) {
          target.set(SHORT, offset + 2L * i, Float.floatToFloat16(values[i]));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < dimension; i++) {
          target.set(ValueLayout.JAVA_BYTE, offset + i, toUnsignedByte(values[i]));
        }
      }
      case INT8 -> throw new IllegalStateException("a byte field was given floats");
    }
  }

  /** Writes {@code vector} at {@code offset} bytes into {@code target}. */
  void encode(byte[] vector, MemorySegment target, long offset) {
    MemorySegment.copy(vector, 0, target, ValueLayout.JAVA_BYTE, offset, options.dimension());
  }

  /** Reads the vector at {@code offset} bytes into {@code source} as floats. */
  static void decode(ElementType element, MemorySegment source, long offset, float[] into) {
    switch (element) {
      case FLOAT32 -> MemorySegment.copy(source, FLOAT, offset, into, 0, into.length);
      case FLOAT16 -> {
        for (int i = 0; i < into.length; i++) {
          into[i] = Float.float16ToFloat(source.get(SHORT, offset + 2L * i));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < into.length; i++) {
          into[i] = Byte.toUnsignedInt(source.get(ValueLayout.JAVA_BYTE, offset + i));
        }
      }
      case INT8 -> {
        for (int i = 0; i < into.length; i++) {
          into[i] = source.get(ValueLayout.JAVA_BYTE, offset + i);
        }
      }
    }
  }

  /** Cuts the fraction and clamps to 0..255; not-a-number becomes 0. */
  static byte toUnsignedByte(float value) {
    return (byte) Math.clamp((int) value, 0, 255);
  }

  private float[] normalized(float[] vector) {
    System.arraycopy(vector, 0, scratch, 0, scratch.length);
    normalize(scratch);
    return scratch;
  }

  /** Scales to unit length in place; a vector that already has it, or is zero, is left alone. */
  static void normalize(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    if (squares == 0 || Math.abs(squares - 1) < UNIT_TOLERANCE) {
      return;
    }
    double scale = 1 / Math.sqrt(squares);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] * scale);
    }
  }
}
