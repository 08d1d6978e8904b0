package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;

/** What a caller may do. */
public enum Access {
  READ_WRITE,
  READ_ONLY;

  /**
   * Checks that the caller may change data or settings.
   *
   * @throws QuiverException {@link ErrorCode#FORBIDDEN}
   */
  public void requireWrite() {
    if (this == READ_ONLY) {
      throw new QuiverException(ErrorCode.FORBIDDEN, "Global manage access is required");
    }
  }
}
