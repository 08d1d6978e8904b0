package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An API key with an id, which the audit log shows, and rights of its own. Immutable. */
public final class NamedKey {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Set<String> RESERVED =
      Set.of("none", "system", "jwt", "api-key", "alternate-api-key", "read-only-api-key");
  private static final int FINGERPRINT_CHARS = 4;

  /** What a key may be good for. */
  enum KeyRight {
    /** Search and read points, collections and settings. */
    READ,
    /** Write points, payload indexes and named vectors. */
    WRITE,
    /** Create and change collections, aliases, snapshots and settings; restore from the trash. */
    MANAGE,
    /**
     * Drop and empty collections, purge the trash, change the environment; beside what else it
     * needs.
     */
    DESTROY
  }

  private final String id;
  private final Set<KeyRight> rights;
  private final byte[] secret;

  private NamedKey(String id, Set<KeyRight> rights, byte[] secret) {
    this.id = id;
    this.rights = Set.copyOf(rights);
    this.secret = secret;
  }

  /**
   * Reads keys, separated by white space, each as {@code ID:RIGHT+RIGHT:SECRET}.
   *
   * @throws QuiverException {@link ErrorCode#VALIDATION}; the message names the id, never the
   *     secret
   */
  public static List<NamedKey> parse(String text) {
    List<NamedKey> keys =
        Stream.of(text.strip().split("\\s+"))
            .filter(entry -> !entry.isEmpty())
            .map(NamedKey::parseOne)
            .toList();
    Set<String> ids = new HashSet<>();
    for (NamedKey key : keys) {
      if (!ids.add(key.id)) {
        throw invalid("the id " + key.id + " is given to two keys (expected: one each)");
      }
    }
    return keys;
  }

  private static NamedKey parseOne(String entry) {
    String[] parts = entry.split(":", 3);
    if (parts.length < 3 || parts[2].isEmpty()) {
      throw invalid("a key is not of the form ID:RIGHT+RIGHT:SECRET");
    }
    String id = parts[0];
    if (!ID.matcher(id).matches() || RESERVED.contains(id)) {
      throw invalid(
          "the id of a key is none (expected: up to 64 letters, digits, points, hyphens and underscores; not one of "
              + RESERVED.stream().sorted().collect(Collectors.joining(", "))
              + ")");
    }
    Set<KeyRight> rights = EnumSet.noneOf(KeyRight.class);
    for (String right : parts[1].split("\\+", -1)) {
      try {
        rights.add(KeyRight.valueOf(right.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw invalid(
            "the rights of the key "
                + id
                + " are not read, write, manage and destroy, joined by + (expected:"
                + " ID:RIGHT+RIGHT:SECRET)");
      }
    }
    return new NamedKey(id, rights, parts[2].getBytes(UTF_8));
  }

  private static QuiverException invalid(String message) {
    return new QuiverException(ErrorCode.VALIDATION, "auth.keys: " + message);
  }

  public String id() {
    return id;
  }

  /** As configured, in a fixed order: {@code read+write}. */
  public String rightsText() {
    return rights.stream()
        .sorted()
        .map(right -> right.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining("+"));
  }

  /**
   * A mark by which a changed secret shows; 16 bits, too few to guess a secret by.
   *
   * @return four hexadecimal digits
   */
  public String fingerprint() {
    return fingerprint(id, secret);
  }

  /** The mark of a key that has no rights of its own. */
  public static String fingerprint(String id, String secret) {
    return fingerprint(id, secret.getBytes(UTF_8));
  }

  private static String fingerprint(String id, byte[] secret) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(id.getBytes(UTF_8));
      digest.update((byte) 0);
      return HexFormat.of().formatHex(digest.digest(secret)).substring(0, FINGERPRINT_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  boolean matches(byte[] given) {
    return MessageDigest.isEqual(secret, given);
  }

  Identity identity() {
    return new Identity(
        new Access.Global(
            rights.contains(KeyRight.READ),
            rights.contains(KeyRight.WRITE),
            rights.contains(KeyRight.MANAGE)),
        rights.contains(KeyRight.DESTROY) ? Identity.Destroying.ALWAYS : Identity.Destroying.NEVER,
        "api_key",
        id,
        null,
        null);
  }
}
