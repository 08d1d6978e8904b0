package dev.quiver.engine;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads what {@link ByteWriter} wrote; what does not fit is {@link ErrorCode#CORRUPT}. */
final class ByteReader {
  private final ByteBuffer buffer;

  ByteReader(byte[] bytes) {
    buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  int readByte() {
    try {
      return buffer.get();
    } catch (BufferUnderflowException e) {
      throw truncated(e);
    }
  }

  int readCount() {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = readByte();
      value |= (next & 0x7F) << shift;
      if (next >= 0) {
        break;
      }
    }
    if (value < 0 || value > buffer.capacity()) {
      throw new QuiverException(
          ErrorCode.CORRUPT, "count in a logged operation: " + value + " at " + buffer.position());
    }
    return value;
  }

  long readLong() {
    try {
      return buffer.getLong();
    } catch (BufferUnderflowException e) {
      throw truncated(e);
    }
  }

  byte[] readBytes() {
    byte[] bytes = new byte[readCount()];
    try {
      buffer.get(bytes);
    } catch (BufferUnderflowException e) {
      throw truncated(e);
    }
    return bytes;
  }

  String readString() {
    return new String(readBytes(), StandardCharsets.UTF_8);
  }

  float[] readFloats() {
    int count = readComponents();
    float[] values = new float[count];
    buffer.asFloatBuffer().get(values);
    buffer.position(buffer.position() + count * Float.BYTES);
    return values;
  }

  int[] readInts() {
    int count = readComponents();
    int[] values = new int[count];
    buffer.asIntBuffer().get(values);
    buffer.position(buffer.position() + count * Integer.BYTES);
    return values;
  }

  private int readComponents() {
    int count = readCount();
    if (count > buffer.remaining() / Float.BYTES) {
      throw new QuiverException(
          ErrorCode.CORRUPT, "vector of " + count + " components in a logged operation");
    }
    return count;
  }

  boolean atEnd() {
    return !buffer.hasRemaining();
  }

  private QuiverException truncated(BufferUnderflowException cause) {
    return new QuiverException(
        ErrorCode.CORRUPT,
        "logged operation ends early, after " + buffer.capacity() + " bytes",
        cause);
  }
}
