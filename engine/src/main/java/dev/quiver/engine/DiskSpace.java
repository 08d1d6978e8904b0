package dev.quiver.engine;

import org.jspecify.annotations.Nullable;

/** Tells a full disk from a broken one. Stateless. */
public final class DiskSpace {
  private DiskSpace() {}

  /** Whether this, or what caused it, says that there is no space. */
  public static boolean isFull(@Nullable Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      String message = String.valueOf(each.getMessage());
      if (message.contains("No space left") || message.contains("quota exceeded")) {
        return true;
      }
    }
    return false;
  }

  static QuiverException full(String what, @Nullable Throwable cause) {
    return new QuiverException(
        ErrorCode.INSUFFICIENT_STORAGE,
        what + "; free some space: writes then go on by themselves, reads go on meanwhile",
        cause);
  }
}
