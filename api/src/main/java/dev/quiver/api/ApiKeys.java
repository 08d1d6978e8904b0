package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys that open the API: one or two that may write, one that may only read. Without any key
 * everybody may do everything. Immutable and thread-safe; compares in constant time.
 */
public final class ApiKeys {
  private static final String BEARER = "Bearer ";
  private static final Set<String> OPEN_REST_PATHS = Set.of("/", "/healthz", "/livez", "/readyz");
  private static final Set<String> OPEN_GRPC_METHODS =
      Set.of("qdrant.Qdrant/HealthCheck", "grpc.health.v1.Health/Check");

  private final byte @Nullable [] readWrite;
  private final byte @Nullable [] alternateReadWrite;
  private final byte @Nullable [] readOnly;

  /** A null or empty key is no key. */
  public ApiKeys(
      @Nullable String readWrite, @Nullable String alternateReadWrite, @Nullable String readOnly) {
    this.readWrite = bytes(readWrite);
    this.alternateReadWrite = bytes(alternateReadWrite);
    this.readOnly = bytes(readOnly);
  }

  public static ApiKeys none() {
    return new ApiKeys(null, null, null);
  }

  /** Whether a path, without its trailing slash, answers without a key. */
  static boolean isOpenRestPath(String path) {
    return OPEN_REST_PATHS.contains(path);
  }

  /** Whether a method, as {@code package.Service/Method}, answers without a key. */
  static boolean isOpenGrpcMethod(String fullMethodName) {
    return OPEN_GRPC_METHODS.contains(fullMethodName);
  }

  /**
   * Finds what a caller may do.
   *
   * @param apiKey the {@code api-key} header or metadata value
   * @param authorization the {@code authorization} header or metadata value
   * @throws QuiverException {@link ErrorCode#UNAUTHENTICATED}, to be answered as plain text
   */
  public Access authenticate(@Nullable String apiKey, @Nullable String authorization) {
    if (readWrite == null && alternateReadWrite == null && readOnly == null) {
      return Access.READ_WRITE;
    }
    String key = apiKey;
    if (key == null && authorization != null && authorization.startsWith(BEARER)) {
      key = authorization.substring(BEARER.length());
    }
    if (key == null) {
      throw new QuiverException(
          ErrorCode.UNAUTHENTICATED, "Must provide an API key or an Authorization bearer token");
    }
    byte[] given = key.getBytes(UTF_8);
    if (matches(readWrite, given) || matches(alternateReadWrite, given)) {
      return Access.READ_WRITE;
    }
    if (matches(readOnly, given)) {
      return Access.READ_ONLY;
    }
    throw new QuiverException(ErrorCode.UNAUTHENTICATED, "Invalid API key or JWT");
  }

  private static boolean matches(byte @Nullable [] expected, byte[] given) {
    return expected != null && MessageDigest.isEqual(expected, given);
  }

  private static byte @Nullable [] bytes(@Nullable String key) {
    return key == null || key.isEmpty() ? null : key.getBytes(UTF_8);
  }
}
