package dev.quiver.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.quiver.engine.audit.AuditEvent;
import java.net.URLDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a call, from where, and what it says about the store that it means.
 *
 * @param via {@code rest} or {@code grpc}
 * @param remote address of the peer; null when the transport does not say
 * @param confirmation the name that the call repeats; null: none
 */
record Caller(
    Identity identity,
    String via,
    @Nullable String remote,
    @Nullable String requestId,
    @Nullable String confirmation) {
  /** Header and metadata in which a caller names the environment that it believes to talk to. */
  static final String EXPECT = "quiver-expect-environment";

  /** Header and metadata in which a caller repeats the name of what it wants to destroy. */
  static final String CONFIRM = "quiver-confirm";

  Access access() {
    return identity.access();
  }

  AuditEvent.Actor actor() {
    return new AuditEvent.Actor(
        identity.authType(), identity.key(), identity.subject(), remote, via, requestId);
  }

  /**
   * What the caller repeats, when that is this name: as it is or percent-encoded, since a header
   * holds no more than ASCII.
   */
  @Nullable String confirmationOf(String name) {
    if (confirmation == null || confirmation.equals(name) || confirmation.indexOf('%') < 0) {
      return confirmation;
    }
    try {
      return URLDecoder.decode(confirmation.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      // Then it is no encoding of the name either.
      return confirmation;
    }
  }
}
