package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;

/** Errors of gRPC requests, with the texts that Qdrant's gRPC server gives. */
final class GrpcFaults {
  private GrpcFaults() {}

  /** A message that lacks a part or cannot be converted; Qdrant puts nothing before the text. */
  static QuiverException malformed(String text) {
    return new QuiverException(ErrorCode.FORMAT, text);
  }

  /** A field whose value is outside its range. */
  static QuiverException invalid(String field, String text) {
    return new QuiverException(
        ErrorCode.VALIDATION, "Validation error in body: [" + field + ": " + text + "]");
  }

  /** Refuses an unsigned field that is less than its minimum. */
  static void checkAtLeast(String field, long unsignedValue, long min) {
    if (Long.compareUnsigned(unsignedValue, min) < 0) {
      throw invalid(
          field,
          "value "
              + Long.toUnsignedString(unsignedValue)
              + " invalid, must be "
              + min
              + " or larger");
    }
  }

  /** Refuses a part of a request that this version would otherwise have to ignore. */
  static void refuse(boolean present, String what) {
    if (present) {
      throw QuiverException.notImplemented(
          what + ": a later version brings it; remove it from the request");
    }
  }
}
