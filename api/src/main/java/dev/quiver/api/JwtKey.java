package dev.quiver.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens that are signed with one key by HMAC-SHA-256, and no others: the
 * algorithm is ours, the header may only agree with it. Immutable and thread-safe.
 */
final class JwtKey {
  private static final String ALGORITHM = "HmacSHA256";

  /** A token travels in a header; one that is longer than any header is not looked at. */
  private static final int TOKEN_MAX_CHARS = 16 << 10;

  /** How far the clocks of who signs and who verifies may be apart. */
  private static final long LEEWAY_SECONDS = 30;

  private static final int DEPTH_MAX = 8;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final SecretKeySpec key;

  /**
   * @param secret 1 byte or more
   */
  JwtKey(byte[] secret) {
    this.key = new SecretKeySpec(secret, ALGORITHM);
  }

  /**
   * What a token says.
   *
   * @return null when the text is no token of this kind
   * @throws QuiverException {@link ErrorCode#TOKEN_REFUSED} when another key signed it or its time
   *     is over; {@link ErrorCode#UNAUTHENTICATED} when it claims what it may not
   */
  @Nullable Claims verify(String token, Instant now) {
    if (token.length() > TOKEN_MAX_CHARS) {
      return null;
    }
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3 || !isOurs(json(parts[0]))) {
      return null;
    }
    String signed = parts[0] + "." + parts[1];
    // Compared as texts: a decoder would let several texts pass for the same bytes.
    if (!MessageDigest.isEqual(signature(signed), parts[2].getBytes(US_ASCII))) {
      throw new QuiverException(ErrorCode.TOKEN_REFUSED, "InvalidSignature");
    }
    try {
      Claims claims = Claims.read(json(parts[1]));
      Long expires = claims.expiresSeconds();
      if (expires != null && expires < now.getEpochSecond() - LEEWAY_SECONDS) {
        throw new QuiverException(ErrorCode.TOKEN_REFUSED, "ExpiredSignature");
      }
      return claims;
    } catch (Claims.Malformed e) {
      throw new QuiverException(
          ErrorCode.UNAUTHENTICATED, "Invalid API key or JWT: " + e.getMessage(), e);
    }
  }

  /** Extensions that must be understood are not: there are none here. */
  private static boolean isOurs(@Nullable JsonNode header) {
    return header != null
        && header.isObject()
        && header.path("alg").isTextual()
        && header.path("alg").textValue().equals("HS256")
        && !header.has("crit");
  }

  private byte[] signature(String signed) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return Base64.getUrlEncoder().withoutPadding().encode(mac.doFinal(signed.getBytes(US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "this JDK has no " + ALGORITHM, e);
    }
  }

  private static @Nullable JsonNode json(String encoded) {
    if (encoded.indexOf('=') >= 0) {
      return null;
    }
    try {
      return JSON.readTree(Base64.getUrlDecoder().decode(encoded));
    } catch (IllegalArgumentException | IOException e) {
      return null;
    }
  }
}
