package dev.quiver.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How one component of a stored vector is kept. Queries are always {@code float[]}; rows are kept
 * in one of these forms, little-endian, and are turned into floats inside the distance kernels.
 */
public enum ElementType {
  /** IEEE 754 binary32, four bytes. */
  FLOAT32(0, 4),
  /**
   * IEEE 754 binary16, two bytes, rounded to nearest. Only finite values (up to ±65504) are
   * supported.
   */
  FLOAT16(1, 2),
  /** An unsigned byte, 0 to 255. A float is cut to its whole part and saturated, as Qdrant does. */
  UINT8(2, 1),
  /** A signed byte, -128 to 127. A float is cut to its whole part and saturated. */
  INT8(3, 1);

  static final ValueLayout.OfInt INT_LE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG_LE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT_LE =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT_LE =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int code;
  private final int bytes;

  ElementType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** Size of one component in bytes: 4, 2 or 1. */
  public int bytes() {
    return bytes;
  }

  /** The number that stands for this type in files. Never changes and is never reused. */
  public int code() {
    return code;
  }

  /** The type with the given file code; {@link IllegalArgumentException} when there is none. */
  public static ElementType ofCode(int code) {
    for (ElementType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new IllegalArgumentException("element type code: " + code + " (expected: 0 to 3)");
  }

  /** Turns {@code dimension} components at {@code offset} of {@code rows} into floats. */
  void decode(MemorySegment rows, long offset, float[] out, int dimension) {
    switch (this) {
      case FLOAT32 -> MemorySegment.copy(rows, FLOAT_LE, offset, out, 0, dimension);
      case FLOAT16 -> {
        for (int i = 0; i < dimension; i++) {
          out[i] = Float.float16ToFloat(rows.get(SHORT_LE, offset + 2L * i));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < dimension; i++) {
          out[i] = rows.get(ValueLayout.JAVA_BYTE, offset + i) & 0xff;
        }
      }
      case INT8 -> {
        for (int i = 0; i < dimension; i++) {
          out[i] = rows.get(ValueLayout.JAVA_BYTE, offset + i);
        }
      }
    }
  }

  /** Writes {@code dimension} floats to {@code offset} of {@code rows} in this form. */
  void encode(float[] vector, MemorySegment rows, long offset, int dimension) {
    switch (this) {
      case FLOAT32 -> MemorySegment.copy(vector, 0, rows, FLOAT_LE, offset, dimension);
      case FLOAT16 -> {
        for (int i = 0; i < dimension; i++) {
          rows.set(SHORT_LE, offset + 2L * i, Float.floatToFloat16(vector[i]));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < dimension; i++) {
          int whole = Math.clamp((long) vector[i], 0, 255);
          rows.set(ValueLayout.JAVA_BYTE, offset + i, (byte) whole);
        }
      }
      case INT8 -> {
        for (int i = 0; i < dimension; i++) {
          int whole = Math.clamp((long) vector[i], -128, 127);
          rows.set(ValueLayout.JAVA_BYTE, offset + i, (byte) whole);
        }
      }
    }
  }
}
