package dev.quiver.engine;

/**
 * Every error that Quiver answers with. The number is part of the API and is never reused; the
 * ranges are 1000 caller, 2000 state and limits, 3000 access, 4000 outside resources, 5000
 * internal.
 *
 * <p>{@link #prefix} is what Qdrant puts before the text of that kind of error, so that clients
 * which compare texts see what they expect.
 */
public enum ErrorCode {
  /** A body or parameter that cannot be read as its type: "Format error in JSON body: ...". */
  FORMAT(1001, 400, ""),
  /** A value outside its documented range: "Validation error in JSON body: [...]". */
  VALIDATION(1002, 422, ""),
  /**
   * A value that does not fit the collection: wrong dimension, unknown vector name, missing index.
   */
  WRONG_INPUT(1003, 400, "Wrong input: "),
  /** A request that is refused for what it asks. */
  BAD_REQUEST(1004, 400, "Bad request: "),
  /** A body over the configured limit. */
  TOO_LARGE(1005, 400, ""),
  /** Bytes that are not those whose checksum came with them. */
  CHECKSUM_MISMATCH(1006, 400, "Checksum mismatch: "),
  /** A collection, alias, point or route that does not exist. */
  NOT_FOUND(2001, 404, "Not found: "),
  /** A name that is taken. */
  ALREADY_EXISTS(2002, 409, "Wrong input: "),
  /** A call that only a cluster can answer. */
  STANDALONE(2003, 405, ""),
  /** A part of the API that this version does not have yet. */
  NOT_IMPLEMENTED(2004, 501, "Not implemented: "),
  /** A deadline that passed before the work was done. */
  TIMEOUT(2005, 408, "Timeout: "),
  /** A queue or limit that is full; trying again later helps. */
  OVERLOADED(2006, 429, "Rate limiting exceeded: "),
  /** No key, or one that nobody knows. */
  UNAUTHENTICATED(3001, 401, ""),
  /** A key that does not allow this call. */
  FORBIDDEN(3002, 403, "Forbidden: "),
  /** A token that another key signed, or whose time is over. */
  TOKEN_REFUSED(3003, 403, ""),
  /** Something that a store labelled {@code production} destroys only when it is named twice. */
  NOT_CONFIRMED(3004, 428, "Not confirmed: "),
  /** A store of another environment than the caller expects. */
  WRONG_ENVIRONMENT(3005, 412, "Wrong environment: "),
  /** Disk or memory that does not suffice. */
  INSUFFICIENT_STORAGE(4001, 507, "Insufficient storage: "),
  /** Stored bytes that are not what was written; the message names file and offset. */
  CORRUPT(4002, 500, "Service internal error: "),
  /** A collection that is still being opened. */
  UNAVAILABLE(4003, 503, "Shard temporarily unavailable: "),
  /** A bug of ours. */
  INTERNAL(5001, 500, "Service internal error: ");

  private final int number;
  private final int httpStatus;
  private final String prefix;

  ErrorCode(int number, int httpStatus, String prefix) {
    this.number = number;
    this.httpStatus = httpStatus;
    this.prefix = prefix;
  }

  public int number() {
    return number;
  }

  public int httpStatus() {
    return httpStatus;
  }

  public String prefix() {
    return prefix;
  }
}
