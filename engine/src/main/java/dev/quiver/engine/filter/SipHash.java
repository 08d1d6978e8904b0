package dev.quiver.engine.filter;

import dev.quiver.engine.PointId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with a zero key (Aumasson, Bernstein: SipHash: a fast short-input PRF, 2012): 64 bits
 * over bytes, the same everywhere and for ever. Slices of ids are part of the API.
 */
final class SipHash {
  private static final VarHandle LONG_LE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private SipHash() {}

  /** The hash that slices are cut by: over 8 little-endian bytes, or the 16 bytes of the UUID. */
  static long ofId(PointId id) {
    byte[] bytes =
        switch (id) {
          case PointId.Num(long value) ->
              ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
          case PointId.Uuid(var value) ->
              ByteBuffer.allocate(2 * Long.BYTES)
                  .putLong(value.getMostSignificantBits())
                  .putLong(value.getLeastSignificantBits())
                  .array();
        };
    return hash(bytes, 0, bytes.length);
  }

  static long hash(byte[] bytes, int offset, int length) {
    State state = new State();
    int end = offset + length - length % Long.BYTES;
    for (int at = offset; at < end; at += Long.BYTES) {
      state.absorb((long) LONG_LE.get(bytes, at));
    }
    long last = (long) length << 56;
    for (int i = length % Long.BYTES - 1; i >= 0; i--) {
      last |= (bytes[end + i] & 0xFFL) << (8 * i);
    }
    state.absorb(last);
    return state.finish();
  }

  private static final class State {
    // The constants are "somepseudorandomlygeneratedbytes", XORed with a key of zero.
    private long v0 = 0x736f6d6570736575L;
    private long v1 = 0x646f72616e646f6dL;
    private long v2 = 0x6c7967656e657261L;
    private long v3 = 0x7465646279746573L;

    void absorb(long word) {
      v3 ^= word;
      round();
      round();
      v0 ^= word;
    }

    long finish() {
      v2 ^= 0xFF;
      for (int i = 0; i < 4; i++) {
        round();
      }
      return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
