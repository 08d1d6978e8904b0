package dev.quiver.engine;

/**
 * The answer to a write.
 *
 * @param operationId the operation's offset in the collection's log
 */
public record UpdateResult(long operationId, Status status) {
  public enum Status {
    /** In the log: will be applied, whatever happens. */
    ACKNOWLEDGED,
    /** Applied: every later search sees it. */
    COMPLETED,
    /** In the log, but not applied within the timeout that the caller gave. */
    WAIT_TIMEOUT
  }
}
