package dev.quiver.lucene;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A document's rows as {@link QuiverRowsFormat} keeps them, and back. Stateless. */
public final class RowBytes {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private RowBytes() {}

  /**
   * @param values row by row
   * @param element a value of {@link VectorAttributes#ROWS_ELEMENT}: float16 is rounded to nearest,
   *     of uint8 the fraction is cut and the rest clamped to 0..255
   */
  public static byte[] encode(float[] values, String element) {
    byte[] bytes = new byte[Math.multiplyExact(values.length, bytesOf(element))];
    MemorySegment target = MemorySegment.ofArray(bytes);
    for (int i = 0; i < values.length; i++) {
      switch (element) {
        case VectorAttributes.FLOAT16 -> target.set(SHORT, 2L * i, Float.floatToFloat16(values[i]));
        case VectorAttributes.UINT8 -> bytes[i] = VectorEncoder.toUnsignedByte(values[i]);
        default -> target.set(FLOAT, 4L * i, values[i]);
      }
    }
    return bytes;
  }

  /** The components in {@code length} bytes. */
  public static float[] decode(byte[] bytes, int offset, int length, String element) {
    MemorySegment source = MemorySegment.ofArray(bytes).asSlice(offset, length);
    float[] values = new float[length / bytesOf(element)];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (element) {
            case VectorAttributes.FLOAT16 -> Float.float16ToFloat(source.get(SHORT, 2L * i));
            case VectorAttributes.UINT8 -> Byte.toUnsignedInt(source.get(ValueLayout.JAVA_BYTE, i));
            default -> source.get(FLOAT, 4L * i);
          };
    }
    return values;
  }

  private static int bytesOf(String element) {
    return switch (element) {
      case VectorAttributes.FLOAT32 -> Float.BYTES;
      case VectorAttributes.FLOAT16 -> Short.BYTES;
      case VectorAttributes.UINT8 -> Byte.BYTES;
      default ->
          throw new IllegalArgumentException(
              "element: " + element + " (expected: float32, float16 or uint8)");
    };
  }
}
