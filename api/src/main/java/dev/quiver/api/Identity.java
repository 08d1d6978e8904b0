package dev.quiver.api;

import org.jspecify.annotations.Nullable;

/**
 * Who a caller is, by the key or token that was shown.
 *
 * @param authType {@code none}, {@code api_key} or {@code jwt}
 * @param key the id of the key
 * @param subject whom a token was made for; null: no token, or it does not say
 * @param valueExists null: the key or token alone decides
 */
record Identity(
    Access access,
    Destroying destroying,
    String authType,
    String key,
    @Nullable String subject,
    Claims.@Nullable ValueExists valueExists) {

  /**
   * Whether a caller may destroy what others wrote: drop and empty collections, purge the trash.
   */
  enum Destroying {
    ALWAYS,
    /** As the keys that do not say: in production the ordinary application key must not. */
    UNLESS_PRODUCTION,
    NEVER
  }

  /** The caller of a store without keys. */
  static final Identity ANYBODY =
      new Identity(Access.Global.MANAGE, Destroying.ALWAYS, "none", "none", null, null);

  /** Who asks for what needs no key. */
  static final Identity UNKNOWN =
      new Identity(Access.Global.READ, Destroying.NEVER, "none", "none", null, null);

  static Identity ofWritingKey(String id) {
    return new Identity(
        Access.Global.MANAGE, Destroying.UNLESS_PRODUCTION, "api_key", id, null, null);
  }

  static Identity ofReadingKey() {
    return new Identity(
        Access.Global.READ, Destroying.NEVER, "api_key", "read-only-api-key", null, null);
  }

  static Identity of(Claims claims) {
    return new Identity(
        claims.access(),
        Destroying.UNLESS_PRODUCTION,
        "jwt",
        "jwt",
        claims.subject(),
        claims.valueExists());
  }
}
