package dev.quiver.engine.audit;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One record as a line: a JSON object whose last two members are {@code prev}, the hash of the
 * record before it, and {@code hash}, the SHA-256 of the line's bytes up to the comma in front of
 * it.
 */
record AuditLine(ObjectNode json, long seq, String prev, String hash) {
  /** What the first record has in place of a hash before it. */
  static final String BEGINNING = "0".repeat(64);

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final String HASH_MEMBER = ",\"hash\":\"";
  private static final int TAIL_CHARS = HASH_MEMBER.length() + 64 + 2;

  /** The line without its end. */
  static byte[] write(ObjectNode json, String prev) {
    json.put("prev", prev);
    String text = json.toString();
    String signed = text.substring(0, text.length() - 1);
    return (signed + HASH_MEMBER + hash(signed) + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  /** Null for what is no whole record with its right hash. */
  static @Nullable AuditLine read(String line) {
    int cut = line.length() - TAIL_CHARS;
    if (cut <= 0 || !line.startsWith(HASH_MEMBER, cut) || !line.endsWith("\"}")) {
      return null;
    }
    String hash = line.substring(cut + HASH_MEMBER.length(), line.length() - 2);
    if (!hash.equals(hash(line.substring(0, cut)))) {
      return null;
    }
    try {
      JsonNode json = MAPPER.readTree(line);
      return json instanceof ObjectNode object
          ? new AuditLine(object, object.path("seq").asLong(), object.path("prev").asText(), hash)
          : null;
    } catch (JacksonException e) {
      // Its hash is right, so somebody made it so: no record of ours.
      return null;
    }
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
