package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with a request: values outside their range are collected and reported together
 * (422), a value of a wrong type ends the check at once (400). The texts are Qdrant's.
 *
 * <p>Not thread-safe: one per request.
 */
final class Problems {
  static final String JSON_BODY = "JSON body";
  static final String QUERY = "query parameters";
  static final String PATH = "path parameters";

  /** More than these are not told: a batch of thousands of bad points repeats itself. */
  private static final int REPORTED_MAX = 20;

  private final String where;
  private final List<String> outOfRange = new ArrayList<>();
  private int count;

  Problems(String where) {
    this.where = where;
  }

  /** A body or parameter that cannot be read as its type. */
  static QuiverException format(String where, String path, String text) {
    String label = where.equals(JSON_BODY) ? "Format error in " : "Deserialize error in ";
    return new QuiverException(
        ErrorCode.FORMAT, label + where + ": " + (path.isEmpty() ? "" : path + ": ") + text);
  }

  QuiverException format(String path, String text) {
    return format(where, path, text);
  }

  static QuiverException validation(String where, String path, String text) {
    Problems problems = new Problems(where);
    problems.invalid(path, text);
    return problems.exception();
  }

  /** Notes a value outside its range. */
  void invalid(String path, String text) {
    count++;
    if (outOfRange.size() < REPORTED_MAX) {
      outOfRange.add(path + ": " + text);
    }
  }

  void checkRange(String path, long value, long min) {
    if (value < min) {
      invalid(path, "value " + value + " invalid, must be " + min + " or larger");
    }
  }

  /** Throws what was collected, if anything was. */
  void throwIfAny() {
    if (count > 0) {
      throw exception();
    }
  }

  private QuiverException exception() {
    String more = count > outOfRange.size() ? "; and " + (count - outOfRange.size()) + " more" : "";
    return new QuiverException(
        ErrorCode.VALIDATION,
        "Validation error in " + where + ": [" + String.join("; ", outOfRange) + more + "]");
  }
}
