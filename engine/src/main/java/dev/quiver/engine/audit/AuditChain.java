package dev.quiver.engine.audit;

import org.jspecify.annotations.Nullable;

/** Follows the records of a log from its first to its last and tells where they do not fit. */
final class AuditChain {
  /** Hash of the record before; null: that one is damaged, or there is none yet. */
  private @Nullable String prev;

  private long seq;
  private long records;
  private boolean begun;

  /**
   * @param line null: no record of ours
   * @return what is wrong with it; null: nothing
   */
  @Nullable String next(@Nullable AuditLine line) {
    // The first one that there is may follow on files that were deleted for their age.
    boolean first = !begun;
    begun = true;
    if (line == null) {
      prev = null;
      return "the record is not what was written";
    }
    String problem = first ? ofFirst(line) : ofLater(line);
    records++;
    prev = line.hash();
    seq = line.seq();
    return problem;
  }

  private static @Nullable String ofFirst(AuditLine line) {
    return line.seq() == 1 && !line.prev().equals(AuditLine.BEGINNING)
        ? "the first record follows on another one"
        : null;
  }

  private @Nullable String ofLater(AuditLine line) {
    if (prev != null && !line.prev().equals(prev)) {
      return "the record does not follow on the one before it";
    }
    if (line.seq() <= seq) {
      return "seq " + line.seq() + " follows on " + seq;
    }
    // One number is missing anyway: that of the damaged record, which has been told.
    return prev == null && records > 0 && line.seq() > seq + 2
        ? "records " + (seq + 1) + " to " + (line.seq() - 1) + " are gone"
        : null;
  }

  long records() {
    return records;
  }

  String head() {
    return prev == null ? AuditLine.BEGINNING : prev;
  }
}
