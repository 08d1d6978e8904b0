package dev.quiver.lucene;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A limit on off-heap bytes that several owners share, and the account of what they hold. Flush
 * buffers, graph builds and copies of files that can't be mapped reserve here before they allocate,
 * and give back what they reserved when they free it, on success and failure alike.
 *
 * <p>Thread-safe; every operation is one atomic step or a short retry.
 */
public final class OffHeapBudget {
  private final long limitBytes;
  private final long buildLimitBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();

  /**
   * Creates a budget with nothing in use.
   *
   * @param limitBytes the most that may be reserved at once, at least 1
   */
  public OffHeapBudget(long limitBytes) {
    this(limitBytes, limitBytes);
  }

  /**
   * Creates a budget of which a part is kept free of graph builds, so that documents can be added
   * while graphs are built.
   *
   * @param limitBytes the most that may be reserved at once, at least 1
   * @param buildLimitBytes a graph build must leave the use at or below this, from 0 to {@code
   *     limitBytes}
   */
  public OffHeapBudget(long limitBytes, long buildLimitBytes) {
    if (limitBytes < 1) {
      throw new IllegalArgumentException("limitBytes: " + limitBytes + " (expected: >= 1)");
    }
    if (buildLimitBytes < 0 || buildLimitBytes > limitBytes) {
      throw new IllegalArgumentException(
          "buildLimitBytes: " + buildLimitBytes + " (expected: 0 to " + limitBytes + ")");
    }
    this.limitBytes = limitBytes;
    this.buildLimitBytes = buildLimitBytes;
  }

  /** Returns a budget that only counts. */
  public static OffHeapBudget unlimited() {
    return new OffHeapBudget(Long.MAX_VALUE);
  }

  /** Returns the most that may be reserved at once, in bytes. */
  public long limitBytes() {
    return limitBytes;
  }

  /** Returns what is reserved now, in bytes. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /**
   * Returns how often something didn't fit: a vector that was refused, a flush that went without
   * its graph, a merge that was put off. If it rises, the budget is too small.
   */
  public long refusals() {
    return refusals.get();
  }

  /**
   * Takes {@code bytes} from the budget.
   *
   * @param purpose what they are for, named in the error
   * @throws OffHeapBudgetException if they don't fit; nothing is taken then
   */
  void reserve(long bytes, String purpose) throws OffHeapBudgetException {
    reserve(bytes, limitBytes, purpose);
  }

  /** Takes {@code bytes} for a graph build, of the part that builds may use. */
  void reserveForBuild(long bytes, String purpose) throws OffHeapBudgetException {
    reserve(bytes, buildLimitBytes, purpose);
  }

  private void reserve(long bytes, long limit, String purpose) throws OffHeapBudgetException {
    long used = usedBytes.get();
    while (true) {
      checkRoom(bytes, used, limit, purpose);
      long witness = usedBytes.compareAndExchange(used, used + bytes);
      if (witness == used) {
        return;
      }
      used = witness;
    }
  }

  /** Throws what {@link #reserveForBuild} would throw now, and takes nothing. */
  void checkBuild(long bytes, String purpose) throws OffHeapBudgetException {
    checkRoom(bytes, usedBytes.get(), buildLimitBytes, purpose);
  }

  private void checkRoom(long bytes, long used, long limit, String purpose)
      throws OffHeapBudgetException {
    if (bytes > limit - used) {
      refusals.incrementAndGet();
      throw new OffHeapBudgetException(
          purpose
              + ": "
              + bytes
              + " off-heap bytes asked for, "
              + used
              + " of "
              + limit
              + " in use (expected: at most "
              + Math.max(0, limit - used)
              + "); raise the budget or flush and merge smaller segments");
    }
  }

  /** Gives back bytes that {@link #reserve} took. */
  void release(long bytes) {
    long left = usedBytes.addAndGet(-bytes);
    assert left >= 0 : "released " + bytes + ", left " + left;
  }
}
