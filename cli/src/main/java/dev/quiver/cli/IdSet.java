package dev.quiver.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/**
 * The number of a set of point ids and a checksum of it that does not depend on their order: the
 * sum, modulo 2^128, of half the SHA-256 of each id. Mutable; not thread-safe.
 */
final class IdSet {
  private final MessageDigest digest;
  private long count;
  private long high;
  private long low;

  IdSet() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  void add(JsonNode id) {
    // A number and a text of the same digits are different ids.
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(id.toString().getBytes(UTF_8)));
    long addedHigh = hash.getLong();
    long addedLow = hash.getLong();
    long sum = low + addedLow;
    high += addedHigh + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
    low = sum;
    count++;
  }

  long count() {
    return count;
  }

  /** 32 hexadecimal digits. */
  String checksum() {
    return String.format(Locale.ROOT, "%016x%016x", high, low);
  }

  boolean sameAs(IdSet other) {
    return count == other.count && high == other.high && low == other.low;
  }

  /** Goes on from a state that was remembered. */
  void restore(long rememberedCount, String checksum) {
    count = rememberedCount;
    high = Long.parseUnsignedLong(checksum.substring(0, 16), 16);
    low = Long.parseUnsignedLong(checksum.substring(16), 16);
  }
}
