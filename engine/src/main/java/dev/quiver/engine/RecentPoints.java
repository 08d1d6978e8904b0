package dev.quiver.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Points written since a shard's view was made, so that an operation which reads before it writes
 * sees all earlier ones without a new view for each. Bounded: a bulk load is not remembered.
 *
 * <p>The thread that applies operations (one at a time) writes and asks; whoever renews the view
 * calls {@link #removeBefore}.
 */
final class RecentPoints {
  private static final int MOST_POINTS = 4096;
  private static final long MOST_BYTES = 8L << 20;

  /** About what a deleted point's id takes. */
  private static final long DELETED_BYTES = 64;

  private final Map<PointId, Recent> byId = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  /** Whether there is everything that the view lacks; of the thread that applies. */
  private boolean complete = true;

  /**
   * What the last operation on an id left.
   *
   * @param point null for a deleted point
   */
  record Recent(long offset, @Nullable StoredPoint point, long bytes) {}

  boolean complete() {
    return complete;
  }

  /** Says that the view lacks nothing: what is written from here on is remembered. */
  void begin() {
    complete = true;
  }

  void put(StoredPoint point) {
    remember(point.id(), new Recent(point.version(), point, point.bytes()));
  }

  void delete(PointId id, long offset) {
    remember(id, new Recent(offset, null, DELETED_BYTES));
  }

  private void remember(PointId id, Recent entry) {
    if (complete) {
      Recent before = byId.put(id, entry);
      bytes.addAndGet(entry.bytes() - (before == null ? 0 : before.bytes()));
    }
  }

  /** What was written of a point, or null when the view has it. */
  @Nullable Recent find(PointId id) {
    return byId.get(id);
  }

  /** Forgets everything when it is too much; the next operation that reads makes a view instead. */
  void forgetIfMany() {
    if (byId.size() > MOST_POINTS || bytes.get() > MOST_BYTES) {
      forget();
    }
  }

  void forget() {
    complete = false;
    byId.clear();
    bytes.set(0);
  }

  /** Removes what operations before {@code offset} wrote: a view has it now. */
  void removeBefore(long offset) {
    byId.forEach(
        (id, entry) -> {
          if (entry.offset() < offset && byId.remove(id, entry)) {
            bytes.addAndGet(-entry.bytes());
          }
        });
  }
}
