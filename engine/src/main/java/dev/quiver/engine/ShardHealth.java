package dev.quiver.engine;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.index.CorruptIndexException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether an open shard works. Any error of its index that is not an operation's own makes it
 * failed, for good: it refuses work until it is opened anew from its log. Thread-safe.
 */
final class ShardHealth {
  private static final Logger LOG = LoggerFactory.getLogger(ShardHealth.class);

  private final Path folder;
  private final Quarantine quarantine;

  private volatile @Nullable Throwable failure;

  /**
   * @param folder the collection's, for messages
   * @param quarantine told when the error says that a file is damaged
   */
  ShardHealth(Path folder, Quarantine quarantine) {
    this.folder = folder;
    this.quarantine = quarantine;
  }

  boolean failed() {
    return failure != null;
  }

  /** Says that the shard failed; the first cause counts. */
  void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
      if (saysCorrupt(cause)) {
        quarantine.distrust();
      }
      LOG.error("{} failed; it will be opened anew from its log", folder, cause);
    }
  }

  /** Says that nobody is to use the shard any more, though it may work. */
  void giveUp(String reason) {
    if (failure == null) {
      failure = new IllegalStateException(reason);
    }
  }

  private static boolean saysCorrupt(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CorruptIndexException) {
        return true;
      }
    }
    return false;
  }

  void check() {
    if (failed()) {
      throw notWorking();
    }
  }

  /** What a caller hears of a failed shard. */
  QuiverException notWorking() {
    Throwable cause = failure;
    return error(
        "the collection is being opened anew", cause == null ? new IOException("closed") : cause);
  }

  /** What a caller hears of an error that is not his operation's. */
  static QuiverException error(String what, Throwable cause) {
    if (cause instanceof QuiverException e) {
      return e;
    }
    String reason = String.valueOf(cause.getMessage());
    ErrorCode code = DiskSpace.isFull(cause) ? ErrorCode.INSUFFICIENT_STORAGE : ErrorCode.INTERNAL;
    if (cause instanceof CorruptIndexException) {
      code = ErrorCode.CORRUPT;
    }
    return new QuiverException(code, what + ": " + reason, cause);
  }
}
