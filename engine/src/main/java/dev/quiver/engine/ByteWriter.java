package dev.quiver.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing little-endian buffer. Counts and lengths are variable-length integers. */
final class ByteWriter {
  private byte[] bytes;
  private int size;

  ByteWriter(int expectedBytes) {
    bytes = new byte[Math.max(expectedBytes, 16)];
  }

  void writeByte(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  /** Seven bits per byte, lowest first, the high bit set on all but the last. */
  void writeCount(int value) {
    reserve(5);
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  void writeLong(long value) {
    reserve(Long.BYTES);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(size, value);
    size += Long.BYTES;
  }

  void writeBytes(byte[] value) {
    writeCount(value.length);
    reserve(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  void writeString(String value) {
    writeBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  void writeFloats(float[] values) {
    writeCount(values.length);
    int length = Math.multiplyExact(values.length, Float.BYTES);
    reserve(length);
    ByteBuffer.wrap(bytes, size, length).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    size += length;
  }

  void writeInts(int[] values) {
    writeCount(values.length);
    int length = Math.multiplyExact(values.length, Integer.BYTES);
    reserve(length);
    ByteBuffer.wrap(bytes, size, length).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(values);
    size += length;
  }

  byte[] toByteArray() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      int needed = Math.addExact(size, more);
      int doubled = bytes.length < (1 << 29) ? bytes.length * 2 : Integer.MAX_VALUE - 8;
      bytes = Arrays.copyOf(bytes, Math.max(needed, doubled));
    }
  }
}
