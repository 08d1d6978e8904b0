package dev.quiver.engine;

import dev.quiver.engine.wal.WriteAheadLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens, one after the other on a thread of its own, the collections whose log holds operations
 * that their last commit lacks. A collection that cannot be opened is logged; it gives its error to
 * whoever asks for it, the others are not disturbed.
 */
final class Recovery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final List<Slot> slots;
  private final EngineResources resources;
  private final ExecutorService thread;
  private volatile RecoveryProgress progress;
  private volatile boolean stopped;

  private record Behind(Slot slot, long logModifiedMillis) {}

  Recovery(List<Slot> slots, EngineResources resources) {
    this.slots = slots;
    this.resources = resources;
    // Until the logs have been looked at, any of them may be ahead.
    this.progress = new RecoveryProgress(0, 0, slots.size());
    this.thread = resources.background().pool("quiver-recovery", 1);
  }

  void start() {
    thread.execute(this::run);
    // The thread ends when it is done.
    thread.shutdown();
  }

  RecoveryProgress progress() {
    return progress;
  }

  private void run() {
    List<Behind> behind = new ArrayList<>();
    for (Slot slot : slots) {
      try {
        if (!WriteAheadLog.sealed(slot.folder().log(), resources.options().files())) {
          behind.add(
              new Behind(slot, slot.folder().logModifiedMillis(resources.options().files())));
        }
      } catch (IOException e) {
        LOG.error("log of collection {} cannot be looked at", slot.name(), e);
      }
    }
    behind.sort(Comparator.comparingLong(Behind::logModifiedMillis));
    progress = new RecoveryProgress(0, 0, behind.size());
    int failed = 0;
    for (int i = 0; i < behind.size() && !stopped; i++) {
      Slot slot = behind.get(i).slot();
      try (Slot.Lease lease = slot.acquire()) {
        lease.shard().upkeep().commit();
      } catch (QuiverException e) {
        if (e.code() != ErrorCode.NOT_FOUND) {
          failed++;
          LOG.error("collection {} cannot be recovered", slot.name(), e);
        }
      }
      progress = new RecoveryProgress(i + 1, failed, behind.size());
      resources.options().recovery().recovered(slot.name(), i + 1, behind.size());
    }
  }

  /** Stops behind the collection that it works on, and waits for that. */
  @Override
  public void close() {
    stopped = true;
    try {
      while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.info("closing waits for the recovery of a collection");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
