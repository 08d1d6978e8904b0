package dev.quiver.engine.filter;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.apache.lucene.util.NumericUtils;

/**
 * Where a value stands in a payload, without positions in arrays, as bytes that begin the index's
 * terms and points.
 *
 * <p>Bytes: per key {@code 01}, then its UTF-8 with bytes below {@code 04} written as {@code 03},
 * byte + {@code 10}; per array element {@code 02}. Longer than {@link #MAX_LENGTH}, they are {@code
 * FF} and the first 16 bytes of the SHA-256 of what they would be, of the parent's bytes and the
 * step. No location is the beginning of another one followed by {@code 00}, which ends it in a
 * term.
 *
 * <p>Points carry 64 bits of SipHash over the bytes in place of them. Among a million paths two
 * collide with a probability of 3e-8.
 */
final class Location {
  static final int MAX_LENGTH = 120;

  static final Location ROOT = new Location(new byte[0]);

  private static final byte KEY = 1;
  private static final byte ELEMENT = 2;
  private static final byte ESCAPE = 3;
  private static final int ESCAPE_SHIFT = 0x10;
  private static final int DIGEST_LENGTH = 16;

  final byte[] bytes;
  private long hash;
  private boolean hashed;

  private Location(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @param path without single elements of arrays
   */
  static Location of(PayloadPath path) {
    Location at = ROOT;
    for (PayloadPath.Step step : path.steps()) {
      at =
          switch (step) {
            case PayloadPath.Step.Key(String name) -> at.key(name);
            case PayloadPath.Step.Every() -> at.element();
            case PayloadPath.Step.Index _ ->
                throw new IllegalArgumentException("a location has no position: " + path);
          };
    }
    return at;
  }

  Location key(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    int escapes = 0;
    for (byte b : utf8) {
      escapes += b >= 0 && b <= ESCAPE ? 1 : 0;
    }
    byte[] child = Arrays.copyOf(bytes, bytes.length + 1 + utf8.length + escapes);
    int at = bytes.length;
    child[at++] = KEY;
    for (byte b : utf8) {
      if (b >= 0 && b <= ESCAPE) {
        child[at++] = ESCAPE;
        child[at++] = (byte) (b + ESCAPE_SHIFT);
      } else {
        child[at++] = b;
      }
    }
    return shortened(child);
  }

  Location element() {
    byte[] child = Arrays.copyOf(bytes, bytes.length + 1);
    child[bytes.length] = ELEMENT;
    return shortened(child);
  }

  private static Location shortened(byte[] bytes) {
    if (bytes.length <= MAX_LENGTH) {
      return new Location(bytes);
    }
    byte[] digest = new byte[1 + DIGEST_LENGTH];
    digest[0] = (byte) 0xFF;
    System.arraycopy(sha256(bytes), 0, digest, 1, DIGEST_LENGTH);
    return new Location(digest);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  long hash() {
    if (!hashed) {
      hash = SipHash.hash(bytes, 0, bytes.length);
      hashed = true;
    }
    return hash;
  }

  /** 16 bytes, ordered as the hash and then as the value. */
  byte[] point(long sortable) {
    byte[] point = new byte[2 * Long.BYTES];
    NumericUtils.longToSortableBytes(hash(), point, 0);
    NumericUtils.longToSortableBytes(sortable, point, Long.BYTES);
    return point;
  }
}
