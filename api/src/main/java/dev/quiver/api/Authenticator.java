package dev.quiver.api;

import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.ScrollRequest;
import dev.quiver.engine.VectorSelection;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who a caller is and what it may do: by key, or by a token and what it refers to.
 * Thread-safe.
 */
final class Authenticator {
  private static final String GONE = "Invalid JWT, stateful validation failed";

  private final ApiKeys keys;
  private final Database database;
  private final SearchPool pool;
  private final Duration timeout;

  Authenticator(ApiKeys keys, Database database, SearchPool pool, Duration timeout) {
    this.keys = keys;
    this.database = database;
    this.pool = pool;
    this.timeout = timeout;
  }

  /** Whether {@link #authenticate} may have to wait for a read. */
  boolean mayWait(@Nullable String apiKey, @Nullable String authorization) {
    return keys.mayBeToken(ApiKeys.shown(apiKey, authorization));
  }

  /**
   * @param apiKey the {@code api-key} header or metadata value
   * @param authorization the {@code authorization} header or metadata value
   * @throws QuiverException {@link ErrorCode#UNAUTHENTICATED} or {@link ErrorCode#TOKEN_REFUSED},
   *     to be answered as plain text; what the read for {@code value_exists} throws
   */
  Identity authenticate(@Nullable String apiKey, @Nullable String authorization) {
    Identity identity = keys.authenticate(ApiKeys.shown(apiKey, authorization), Instant.now());
    Claims.ValueExists condition = identity.valueExists();
    if (condition != null && !exists(condition)) {
      throw new QuiverException(ErrorCode.UNAUTHENTICATED, GONE);
    }
    return identity;
  }

  private boolean exists(Claims.ValueExists condition) {
    ScrollRequest one =
        new ScrollRequest(
            null, 1, condition.filter(), null, PayloadSelection.NONE, VectorSelection.NONE);
    try {
      return !pool.run("Authenticate", timeout, () -> database.scroll(condition.collection(), one))
          .points()
          .isEmpty();
    } catch (QuiverException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        throw new QuiverException(ErrorCode.TOKEN_REFUSED, GONE, e);
      }
      throw e;
    }
  }
}
