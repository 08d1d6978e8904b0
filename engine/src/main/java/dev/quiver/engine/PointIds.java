package dev.quiver.engine;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/** Text and byte forms of {@link PointId}. */
public final class PointIds {
  private static final Pattern SIMPLE = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern HYPHENATED =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final int NUM_TAG = 0;
  private static final int UUID_TAG = 1;

  private PointIds() {}

  /**
   * Reads a UUID in its simple, hyphenated, urn or braced form.
   *
   * @throws QuiverException {@link ErrorCode#FORMAT} when it is none of these
   */
  public static PointId parseUuid(String text) {
    String body = text.toLowerCase(Locale.ROOT);
    if (body.startsWith("urn:uuid:")) {
      body = body.substring("urn:uuid:".length());
    } else if (body.startsWith("{") && body.endsWith("}")) {
      body = body.substring(1, body.length() - 1);
    }
    if (SIMPLE.matcher(body).matches()) {
      return PointId.of(
          new UUID(
              Long.parseUnsignedLong(body, 0, 16, 16), Long.parseUnsignedLong(body, 16, 32, 16)));
    }
    if (HYPHENATED.matcher(body).matches()) {
      return PointId.of(UUID.fromString(body));
    }
    throw new QuiverException(
        ErrorCode.FORMAT,
        "value "
            + text
            + " is not a valid point ID, valid values are either an unsigned integer or a UUID");
  }

  /** Reads an id as it stands in a path: digits are a number, everything else must be a UUID. */
  public static PointId parse(String text) {
    if (!text.isEmpty()
        && text.length() <= 20
        && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      try {
        return PointId.of(Long.parseUnsignedLong(text));
      } catch (NumberFormatException e) {
        throw new QuiverException(
            ErrorCode.FORMAT,
            "value "
                + text
                + " is not a valid point ID, valid values are either an unsigned integer or a UUID",
            e);
      }
    }
    return parseUuid(text);
  }

  /**
   * A tag byte, then the value big-endian: 9 or 17 bytes whose unsigned order is the ids' order.
   */
  public static byte[] toBytes(PointId id) {
    return switch (id) {
      case PointId.Num(long value) ->
          ByteBuffer.allocate(9).put((byte) NUM_TAG).putLong(value).array();
      case PointId.Uuid(UUID value) ->
          ByteBuffer.allocate(17)
              .put((byte) UUID_TAG)
              .putLong(value.getMostSignificantBits())
              .putLong(value.getLeastSignificantBits())
              .array();
    };
  }

  /** The inverse of {@link #toBytes}; reads from {@code offset}. */
  public static PointId fromBytes(byte[] bytes, int offset, int length) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
    int tag = buffer.get();
    return switch (tag) {
      case NUM_TAG -> PointId.of(buffer.getLong());
      case UUID_TAG -> PointId.of(new UUID(buffer.getLong(), buffer.getLong()));
      default ->
          throw new QuiverException(
              ErrorCode.CORRUPT, "point id tag: " + tag + " (expected: 0 or 1)");
    };
  }
}
