package dev.quiver.engine;

import dev.quiver.engine.wal.OpLog;
import java.util.concurrent.CompletableFuture;

/**
 * An operation between the log and the index.
 *
 * @param timeMicros its time in the log
 * @param appended what the log says of its durability
 * @param result completed when it is applied, or cannot be
 */
record PendingOp(
    long offset,
    long timeMicros,
    WriteOp operation,
    OpLog.Appended appended,
    CompletableFuture<UpdateResult> result) {

  PendingOp(long offset, long timeMicros, WriteOp operation, OpLog.Appended appended) {
    this(offset, timeMicros, operation, appended, new CompletableFuture<>());
  }

  /** Whether the log failed to take it, so that it never happened. */
  boolean isRefused() {
    return appended.status() == OpLog.Status.FAILED;
  }

  /** Whether it is known what became of it: durable or refused. */
  boolean isDecided() {
    return appended.status() != OpLog.Status.PENDING;
  }
}
