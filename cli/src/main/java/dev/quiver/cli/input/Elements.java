package dev.quiver.cli.input;

import java.nio.ByteBuffer;

/** Reads one number of a vector from bytes; the buffer's byte order decides. */
enum Elements {
  FLOAT16(2) {
    @Override
    float read(ByteBuffer bytes) {
      return Float.float16ToFloat(bytes.getShort());
    }
  },
  FLOAT32(4) {
    @Override
    float read(ByteBuffer bytes) {
      return bytes.getFloat();
    }
  },
  FLOAT64(8) {
    @Override
    float read(ByteBuffer bytes) {
      return (float) bytes.getDouble();
    }
  },
  UINT8(1) {
    @Override
    float read(ByteBuffer bytes) {
      return bytes.get() & 0xFF;
    }
  },
  INT8(1) {
    @Override
    float read(ByteBuffer bytes) {
      return bytes.get();
    }
  },
  INT16(2) {
    @Override
    float read(ByteBuffer bytes) {
      return bytes.getShort();
    }
  },
  INT32(4) {
    @Override
    float read(ByteBuffer bytes) {
      return bytes.getInt();
    }
  },
  INT64(8) {
    @Override
    float read(ByteBuffer bytes) {
      return bytes.getLong();
    }
  };

  private final int bytes;

  Elements(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  abstract float read(ByteBuffer bytes);

  /** Reads {@code count} of them. */
  float[] readAll(ByteBuffer source, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = read(source);
    }
    return values;
  }
}
