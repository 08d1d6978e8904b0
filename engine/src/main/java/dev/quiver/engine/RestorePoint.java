package dev.quiver.engine;

import java.time.Instant;

/** The moment to which something is restored. */
public sealed interface RestorePoint {
  /** The newest one that the repository reaches. */
  record Latest() implements RestorePoint {}

  /**
   * After every change that was logged at or before a time; fractions down to a microsecond count.
   */
  record At(Instant time) implements RestorePoint {}

  /** Of one collection: after the operation of this number, as {@code log show} prints it. */
  record AfterOp(long operationId) implements RestorePoint {}

  /** Of one collection: before the operation of this number. */
  record BeforeOp(long operationId) implements RestorePoint {}
}
