package dev.quiver.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.quiver.engine.PointId;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.regex.Pattern;

/** Makes point ids: unsigned 64-bit numbers or UUIDs, out of whatever a row names. */
final class Ids {
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,20}");
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final BigInteger MAX_UNSIGNED = new BigInteger("18446744073709551615");

  /** The namespace of ids that are made from names; part of the import's contract. */
  private static final UUID NAMESPACE = UUID.fromString("6f1c2a34-7d0b-5e0e-9a55-2f3c5f0d8b11");

  private Ids() {}

  /** A number or UUID as it stands; refuses anything else. */
  static PointId parseExact(String text) {
    if (isNumber(text) || UUID_TEXT.matcher(text).matches()) {
      return ofName(text);
    }
    throw new CliException(
        ExitCode.USAGE, "id: " + text + " (expected: an unsigned 64-bit number or a UUID)");
  }

  /** A number or UUID as it stands; any other name becomes a UUID (version 5) of its text. */
  static PointId ofName(String name) {
    if (isNumber(name)) {
      return PointId.of(Long.parseUnsignedLong(name));
    }
    return PointId.of(UUID_TEXT.matcher(name).matches() ? UUID.fromString(name) : nameUuid(name));
  }

  /** Whether {@link #ofName} keeps the name itself. */
  static boolean isExact(String name) {
    return isNumber(name) || UUID_TEXT.matcher(name).matches();
  }

  /** The id of a row that has none: the same in every run over the same file name. */
  static PointId ofRow(String source, long row) {
    return PointId.of(nameUuid(source + '\0' + row));
  }

  private static boolean isNumber(String text) {
    return DIGITS.matcher(text).matches() && new BigInteger(text).compareTo(MAX_UNSIGNED) <= 0;
  }

  /** RFC 9562, section 5.5: SHA-1 over namespace and name. */
  static UUID nameUuid(String name) {
    MessageDigest sha1;
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
    sha1.update(
        ByteBuffer.allocate(16)
            .putLong(NAMESPACE.getMostSignificantBits())
            .putLong(NAMESPACE.getLeastSignificantBits())
            .flip());
    ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(UTF_8)));
    long high = (hash.getLong() & ~0xF000L) | 0x5000L;
    long low = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }

  static JsonNode toJson(PointId id) {
    return switch (id) {
      case PointId.Num(long value) ->
          BigIntegerNode.valueOf(new BigInteger(Long.toUnsignedString(value)));
      case PointId.Uuid(UUID value) -> TextNode.valueOf(value.toString());
    };
  }
}
