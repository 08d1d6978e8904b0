package dev.quiver.engine;

import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what an engine stores with its checksums: when somebody asks for it, and all the time,
 * slowly. It opens no collection. What it finds it mends where it can: a damaged segment is taken
 * out, a document is written again from its copy, a log's records are committed to the index, so
 * that nobody needs them. One check at a time. Thread-safe.
 */
final class Scrubber implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final Path root;
  private final Catalog catalog;
  private final EngineResources resources;
  private final FileOps files;
  private final ExecutorService thread;
  private final Background.@Nullable Ticks ticks;
  private volatile @Nullable Verification current;
  private volatile long passBegunNanos;
  private volatile boolean closed;

  Scrubber(Path root, Catalog catalog, EngineResources resources) {
    this.root = root;
    this.catalog = catalog;
    this.resources = resources;
    this.files = resources.options().files();
    this.thread = resources.background().pool("quiver-verify", 1);
    this.passBegunNanos = resources.background().nanoTime();
    this.ticks =
        resources.options().scrubBytesPerSecond() == 0
            ? null
            : resources.background().every("quiver-scrub", LOOK, this::scrubIfDue);
  }

  /** The check that runs or ran last, asked for or not; null when there was none. */
  @Nullable Verification current() {
    return current;
  }

  /**
   * Starts a check.
   *
   * @param collection its name; null: everything
   * @param bytesPerSecond how fast it may read; 0: as fast as it can
   * @throws QuiverException overloaded, when one runs that somebody asked for
   */
  synchronized Verification start(@Nullable String collection, long bytesPerSecond) {
    Verification before = current;
    if (before != null && before.progress().state() == Verification.State.RUNNING) {
      throw new QuiverException(
          ErrorCode.OVERLOADED, "a verification runs already; cancel it or wait for its end");
    }
    Verification next = begin(bytesPerSecond);
    try {
      thread.execute(() -> run(next, collection));
    } catch (RejectedExecutionException e) {
      throw new QuiverException(ErrorCode.UNAVAILABLE, "the engine is closed", e);
    }
    return next;
  }

  private Verification begin(long bytesPerSecond) {
    try {
      Verification next = new Verification(StoredFiles.sizeOf(files, root), bytesPerSecond);
      current = next;
      return next;
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL, "stored files cannot be listed: " + e.getMessage(), e);
    }
  }

  private void scrubIfDue() {
    long now = resources.background().nanoTime();
    Verification before = current;
    boolean first = before == null;
    if (closed
        || (before != null && before.progress().state() == Verification.State.RUNNING)
        || (!first && now - passBegunNanos < resources.options().scrubInterval().toNanos())) {
      return;
    }
    passBegunNanos = now;
    try {
      run(begin(resources.options().scrubBytesPerSecond()), null);
    } catch (RuntimeException e) {
      LOG.error("the scrubber could not begin", e);
    }
  }

  private void run(Verification run, @Nullable String collection) {
    try {
      StoreCheck check = new StoreCheck(root, files, new Mending(run));
      if (collection == null) {
        check.checkStore();
        checkTrash(check);
      }
      for (Slot slot : catalog.slots()) {
        if (collection == null || collection.equals(slot.name())) {
          checkCollection(check, slot);
        }
      }
      run.end(Verification.State.DONE, null);
      resources.metrics().scrubs.increment();
    } catch (CancellationException e) {
      run.end(Verification.State.CANCELLED, null);
    } catch (IOException | RuntimeException e) {
      LOG.error("verification failed", e);
      run.end(Verification.State.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private void checkCollection(StoreCheck check, Slot slot) throws IOException {
    try {
      check.checkCollection(slot.name(), slot.folder());
    } catch (IOException e) {
      if (catalog.findOrNull(slot.name()) == slot) {
        throw e;
      }
      LOG.debug("collection {} was dropped while it was checked", slot.name(), e);
    }
  }

  private void checkTrash(StoreCheck check) throws IOException {
    // From the disk: the catalog leaves out entries whose documents are damaged.
    for (CollectionFolder folder : StoredFiles.dropped(files, root)) {
      try {
        check.checkDropped(folder);
      } catch (IOException e) {
        if (files.exists(folder.droppedDocument())) {
          throw e;
        }
        LOG.debug("{} left the trash while it was checked", folder.path(), e);
      }
    }
  }

  /** Passes on what a check tells, and does something about it. */
  private final class Mending implements StoreCheck.Watch {
    private final Verification run;

    Mending(Verification run) {
      this.run = run;
    }

    @Override
    public void read(long bytes) {
      if (closed) {
        throw new CancellationException("the engine is closing");
      }
      resources.metrics().scrubbedBytes.add(bytes);
      run.read(bytes);
    }

    @Override
    public void found(List<Damage> damages) {
      run.found(damages);
      for (Damage damage : damages) {
        resources.metrics().damages.increment();
        LOG.error("damaged: {}", damage);
      }
      try {
        mend(damages);
      } catch (IOException | QuiverException e) {
        LOG.error("what is damaged could not be taken out of use", e);
      }
    }
  }

  private void mend(List<Damage> damages) throws IOException {
    Damage first = damages.getFirst();
    String collection = first.collection();
    Path file = root.resolve(first.file());
    if (collection == null) {
      // Of logs and snapshots there is no copy. What is in the trash is mended when it is used
      // again.
      if (first.section() == null && file.toString().endsWith(Documents.SUFFIX)) {
        Documents.mend(files, file);
      }
      return;
    }
    Slot slot = catalog.findOrNull(collection);
    if (slot == null) {
      return;
    }
    if (first.segment() != null) {
      slot.takeOut(
          damages.stream()
              .map(
                  each ->
                      each.in(
                          null,
                          slot.folder().path().relativize(root.resolve(each.file())).toString()))
              .toList());
    } else if (file.equals(slot.folder().document())) {
      Documents.mend(files, file);
    } else {
      try (Slot.@Nullable Lease lease = slot.acquireIfOpen()) {
        if (lease != null) {
          lease.shard().upkeep().mendCommit();
          lease.shard().upkeep().commit();
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    if (ticks != null) {
      ticks.close();
    }
    thread.shutdown();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("a verification still runs; closing without it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
