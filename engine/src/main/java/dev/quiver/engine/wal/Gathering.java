package dev.quiver.engine.wal;

/**
 * How long the leader of a group commit waits for others to join it. Writers whose records just
 * became durable are often back with the next ones within a moment; a sync that begins before costs
 * them a whole one more. So the leader waits for as many as were there last time, at most half as
 * long as a sync takes; where they do not come, it soon stops to wait. A lone writer never waits.
 *
 * <p>Not thread-safe: the log's lock guards it.
 */
final class Gathering {
  /** Waiting longer than this is felt, however slow the disk is. */
  static final long MOST_NANOS = 5_000_000;

  private static final int MOST_SKIPPED = 64;

  private long meanNanos;
  private int expected;

  /** Group commits that are still begun at once, for waiting was in vain. */
  private int skips;

  /** How many are after the next wait in vain. */
  private int nextSkips = 1;

  /**
   * Told of every group commit.
   *
   * @param inFlight calls in it, and those that were queued behind it meanwhile
   * @param nanos it took
   */
  void committed(int inFlight, long nanos) {
    expected = inFlight;
    meanNanos = meanNanos == 0 ? nanos : meanNanos + (nanos - meanNanos) / 8;
  }

  /** Calls that the next group commit should have; no more than are there when not to wait. */
  int wanted(int there) {
    if (there >= expected) {
      return there;
    }
    if (skips > 0) {
      skips--;
      return there;
    }
    return expected;
  }

  long mostNanos() {
    return Math.min(MOST_NANOS, meanNanos / 2);
  }

  /** Told how a wait ended. */
  void waited(boolean complete) {
    if (complete) {
      nextSkips = 1;
    } else {
      skips = nextSkips;
      nextSkips = Math.min(MOST_SKIPPED, nextSkips * 2);
    }
  }
}
