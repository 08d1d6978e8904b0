package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys that open the API: one or two that may write, one that may only read, the tokens that
 * the former sign, and any number of keys with rights of their own. Without any key everybody may
 * do everything. Immutable and thread-safe; compares in constant time.
 */
public final class ApiKeys {
  private static final String BEARER = "Bearer ";
  private static final String INVALID = "Invalid API key or JWT";

  private final byte @Nullable [] readWrite;
  private final byte @Nullable [] alternateReadWrite;
  private final byte @Nullable [] readOnly;
  private final List<JwtKey> jwtKeys;
  private final List<NamedKey> named;

  /** Keys alone: tokens are unknown keys. A null or empty key is no key. */
  public ApiKeys(
      @Nullable String readWrite, @Nullable String alternateReadWrite, @Nullable String readOnly) {
    this(bytes(readWrite), bytes(alternateReadWrite), bytes(readOnly), List.of(), List.of());
  }

  private ApiKeys(
      byte @Nullable [] readWrite,
      byte @Nullable [] alternateReadWrite,
      byte @Nullable [] readOnly,
      List<JwtKey> jwtKeys,
      List<NamedKey> named) {
    this.readWrite = readWrite;
    this.alternateReadWrite = alternateReadWrite;
    this.readOnly = readOnly;
    this.jwtKeys = jwtKeys;
    this.named = List.copyOf(named);
  }

  public static ApiKeys none() {
    return new ApiKeys(null, null, null);
  }

  /** The same keys, and JSON Web Tokens that a writing one of them signed (HS256). */
  public ApiKeys withTokens() {
    List<JwtKey> signing = new ArrayList<>(2);
    if (readWrite != null) {
      signing.add(new JwtKey(readWrite));
    }
    if (alternateReadWrite != null) {
      signing.add(new JwtKey(alternateReadWrite));
    }
    return new ApiKeys(readWrite, alternateReadWrite, readOnly, List.copyOf(signing), named);
  }

  /** The same keys, and these. */
  public ApiKeys with(List<NamedKey> more) {
    List<NamedKey> all = new ArrayList<>(named);
    all.addAll(more);
    return new ApiKeys(readWrite, alternateReadWrite, readOnly, jwtKeys, all);
  }

  /** Whether every caller may do everything. */
  boolean isEmpty() {
    return readWrite == null && alternateReadWrite == null && readOnly == null && named.isEmpty();
  }

  /** The key or token that a caller shows; null when there is none. */
  static @Nullable String shown(@Nullable String apiKey, @Nullable String authorization) {
    if (apiKey == null && authorization != null && authorization.startsWith(BEARER)) {
      return authorization.substring(BEARER.length());
    }
    return apiKey;
  }

  /** Whether it may be a token, so that to decide on it may take a read. */
  boolean mayBeToken(@Nullable String shown) {
    return !jwtKeys.isEmpty() && shown != null && shown.indexOf('.') >= 0;
  }

  /**
   * Finds what a caller may do.
   *
   * @param shown the key or token of {@link #shown}
   * @return a {@link Identity#valueExists} is still to be checked
   * @throws QuiverException {@link ErrorCode#UNAUTHENTICATED} or {@link ErrorCode#TOKEN_REFUSED},
   *     to be answered as plain text
   */
  Identity authenticate(@Nullable String shown, Instant now) {
    if (isEmpty()) {
      return Identity.ANYBODY;
    }
    if (shown == null) {
      throw new QuiverException(
          ErrorCode.UNAUTHENTICATED, "Must provide an API key or an Authorization bearer token");
    }
    byte[] given = shown.getBytes(UTF_8);
    // All are compared, so that the time does not tell which one it was.
    boolean isFirst = matches(readWrite, given);
    boolean isSecond = matches(alternateReadWrite, given);
    NamedKey found = null;
    for (NamedKey key : named) {
      found = key.matches(given) ? key : found;
    }
    if (isFirst || isSecond) {
      return Identity.ofWritingKey(isFirst ? "api-key" : "alternate-api-key");
    }
    if (found != null) {
      return found.identity();
    }
    if (matches(readOnly, given)) {
      return Identity.ofReadingKey();
    }
    return Identity.of(token(shown, now));
  }

  /** The claims under whichever key signed them; else what the first key says of the token. */
  private Claims token(String shown, Instant now) {
    QuiverException first = null;
    for (JwtKey key : jwtKeys) {
      try {
        Claims claims = key.verify(shown, now);
        if (claims != null) {
          return claims;
        }
      } catch (QuiverException e) {
        first = first == null ? e : first;
      }
    }
    throw first != null ? first : new QuiverException(ErrorCode.UNAUTHENTICATED, INVALID);
  }

  private static boolean matches(byte @Nullable [] expected, byte[] given) {
    return expected != null && MessageDigest.isEqual(expected, given);
  }

  private static byte @Nullable [] bytes(@Nullable String key) {
    return key == null || key.isEmpty() ? null : key.getBytes(UTF_8);
  }
}
