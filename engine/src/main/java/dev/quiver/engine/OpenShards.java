package dev.quiver.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots whose shard is open, and what is done with them from time to time: commits, closing of
 * idle ones, and flushing of the largest buffers when all together take too much. One timer thread
 * for all; the work is done on the shared upkeep threads.
 */
final class OpenShards implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenShards.class);
  private static final Duration LONGEST_TICK = Duration.ofMillis(500);

  private final EngineResources resources;

  /** In the order of their folders, so that a simulated history is the same each time. */
  private final Set<Slot> slots =
      new ConcurrentSkipListSet<>(Comparator.comparing(slot -> slot.folder().path()));

  private final Set<Slot> inUpkeep = ConcurrentHashMap.newKeySet();
  private final Background.Ticks ticks;

  OpenShards(EngineResources resources) {
    this.resources = resources;
    EngineOptions options = resources.options();
    long tickMillis =
        Math.clamp(
            Math.min(options.flushInterval().toMillis(), options.idleTimeout().toMillis()) / 4,
            5,
            LONGEST_TICK.toMillis());
    ticks =
        resources.background().every("quiver-timer", Duration.ofMillis(tickMillis), this::safeTick);
  }

  void add(Slot slot) {
    slots.add(slot);
  }

  void remove(Slot slot) {
    slots.remove(slot);
  }

  int count() {
    return slots.size();
  }

  List<Slot> snapshot() {
    return new ArrayList<>(slots);
  }

  /** Closes the least recently used shards until one more may be open, as far as they are idle. */
  void makeRoom() {
    int most = resources.options().maxOpenCollections();
    if (slots.size() < most) {
      return;
    }
    // The time may change while sorting: sort by what it is now.
    record Used(Slot slot, long nanos) {}
    long now = resources.background().nanoTime();
    List<Used> byUse = new ArrayList<>();
    for (Slot slot : slots) {
      byUse.add(new Used(slot, slot.lastUsedNanos() - now));
    }
    byUse.sort(Comparator.comparingLong(Used::nanos));
    for (Used used : byUse) {
      if (slots.size() < most) {
        return;
      }
      evict(used.slot());
    }
  }

  private static void evict(Slot slot) {
    try {
      slot.evict();
    } catch (QuiverException e) {
      LOG.error("collection {} could not be closed cleanly", slot.name(), e);
    }
  }

  private void safeTick() {
    try {
      tick();
    } catch (RuntimeException e) {
      // The timer would never call again.
      LOG.error("upkeep could not be planned", e);
    }
  }

  private void tick() {
    EngineOptions options = resources.options();
    long buffered = 0;
    Slot largest = null;
    long largestBytes = 0;
    long now = resources.background().nanoTime();
    for (Slot slot : slots) {
      boolean idle = now - slot.lastUsedNanos() >= options.idleTimeout().toNanos();
      if (idle) {
        later(slot, () -> evict(slot));
        continue;
      }
      try (Slot.@Nullable Lease lease = slot.acquireIfOpen()) {
        if (lease == null) {
          continue;
        }
        ShardUpkeep upkeep = lease.shard().upkeep();
        long bytes = upkeep.bufferedBytes();
        buffered += bytes;
        if (bytes > largestBytes) {
          largest = slot;
          largestBytes = bytes;
        }
        if (upkeep.commitDue(options.flushInterval())) {
          later(slot, () -> withShard(slot, ShardUpkeep::commit));
        } else if (lease.shard().quiet() && upkeep.settleDue()) {
          later(slot, () -> withShard(slot, ShardUpkeep::settle));
        }
      }
    }
    if (buffered > options.indexingBufferBytes() && largest != null) {
      Slot flushed = largest;
      later(flushed, () -> withShard(flushed, ShardUpkeep::flush));
    }
  }

  private interface Work {
    void on(ShardUpkeep upkeep);
  }

  private static void withShard(Slot slot, Work work) {
    try (Slot.@Nullable Lease lease = slot.acquireIfOpen()) {
      if (lease != null) {
        work.on(lease.shard().upkeep());
      }
    } catch (QuiverException e) {
      LOG.error("upkeep of collection {} failed", slot.name(), e);
    }
  }

  /** One piece of upkeep per slot at a time; the next tick asks again. */
  private void later(Slot slot, Runnable work) {
    if (!inUpkeep.add(slot)) {
      return;
    }
    try {
      resources
          .upkeep()
          .execute(
              () -> {
                try {
                  work.run();
                } finally {
                  inUpkeep.remove(slot);
                }
              });
    } catch (RejectedExecutionException e) {
      // The engine is closing and does all this itself.
      inUpkeep.remove(slot);
    }
  }

  @Override
  public void close() {
    ticks.close();
  }
}
