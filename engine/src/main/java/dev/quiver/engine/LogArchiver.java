package dev.quiver.engine;

import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.wal.FileOps;
import dev.quiver.engine.wal.LogReader;
import dev.quiver.engine.wal.OpLog;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives every log of a store again and again: what was logged since the last round. Afterwards
 * every moment up to the round's can be restored, and the logs may be cut as far as they are
 * archived. Thread-safe: one round at a time.
 */
final class LogArchiver {
  private static final Logger LOG = LoggerFactory.getLogger(LogArchiver.class);

  /** A group commit takes milliseconds; a disk that hangs for longer has other problems. */
  private static final Duration DURABLE_WAIT = Duration.ofSeconds(30);

  private static final Duration DURABLE_POLL = Duration.ofMillis(1);

  private final Engine engine;
  private final BackupRepository repository;

  /** Ends of what is archived, by the folder's id. */
  private final Map<String, Long> ends = new HashMap<>();

  /** How often a closed collection had been opened when there was nothing left to archive of it. */
  private final Map<Slot, Long> settled = new WeakHashMap<>();

  /** Folders in the trash whose logs are archived to their ends. */
  private final Set<CollectionFolder> finished = new HashSet<>();

  private long archivedBytes;

  LogArchiver(Engine engine, BackupRepository repository) {
    this.engine = engine;
    this.repository = repository;
  }

  /**
   * The offset behind the last record that was logged at or before a moment that has passed; all
   * before it are durable.
   *
   * @param from where to begin looking: it was logged before the moment
   * @throws QuiverException {@link ErrorCode#TIMEOUT} when they do not become durable
   */
  static long cut(OpLog log, long from, long micros) {
    awaitDurable(log);
    long end = log.durableOffset();
    long[] cut = {end};
    log.replay(
        from,
        end,
        (offset, time, _) -> {
          if (time > micros && offset < cut[0]) {
            cut[0] = offset;
          }
        });
    return cut[0];
  }

  /** Waits until everything submitted so far is durable, or was refused. */
  private static void awaitDurable(OpLog log) {
    long submitted = log.nextOffset();
    long deadline = System.nanoTime() + DURABLE_WAIT.toNanos();
    while (log.durableOffset() < Math.min(submitted, log.nextOffset())) {
      if (System.nanoTime() - deadline > 0) {
        throw new QuiverException(
            ErrorCode.TIMEOUT, "the log was not durable within " + DURABLE_WAIT.toSeconds() + " s");
      }
      LockSupport.parkNanos(DURABLE_POLL.toNanos());
    }
  }

  static void archiveJournal(StoreJournal journal, BlobStore store, long to) throws IOException {
    ArchivedLog archived = ArchivedLog.of(store, ArchivedLog.JOURNAL);
    long from = Math.max(archived.end(), journal.firstOffset());
    if (from < to) {
      ArchivedLog.put(store, ArchivedLog.JOURNAL, journal.log()::replay, from, to);
    }
  }

  /** Bytes of logs that were archived so far. */
  synchronized long archivedBytes() {
    return archivedBytes;
  }

  /**
   * Archives what is new.
   *
   * @return the moment up to which everything is archived now
   * @throws IOException or QuiverException when something is not; the rest was done
   */
  synchronized long round() throws IOException {
    Catalog.Moment moment = engine.moment();
    Catalog.Logs logs = engine.catalog().logs();
    Exception failed = null;
    for (Slot slot : logs.slots()) {
      try {
        archiveLiving(slot);
      } catch (IOException | QuiverException e) {
        LOG.error("log of collection {} could not be archived", slot.name(), e);
        failed = e;
      }
    }
    finished.retainAll(logs.trash());
    for (CollectionFolder folder : logs.trash()) {
      if (!finished.contains(folder)) {
        finish(folder);
        finished.add(folder);
      }
    }
    for (CollectionFolder folder : logs.retired()) {
      finish(folder);
      engine.archived(folder);
    }
    archiveJournal(engine.journal(), repository.store(), moment.journalOffset());
    engine.journal().retainFrom(moment.journalOffset());
    if (failed instanceof IOException e) {
      throw e;
    }
    if (failed instanceof QuiverException e) {
      throw e;
    }
    return moment.micros();
  }

  private void archiveLiving(Slot slot) throws IOException {
    try {
      archive(slot);
    } catch (IOException | QuiverException e) {
      if (!slot.dropped()) {
        throw e;
      }
      LOG.debug("collection {} was dropped while its log was archived", slot.name(), e);
      // Waits for those who still use it; nobody writes to the log after them.
      slot.drop();
      finish(slot.folder());
    }
  }

  private void archive(Slot slot) throws IOException {
    String id = slot.folder().id();
    Long openings = settled.get(slot);
    if (openings != null && slot.closedSince(openings)) {
      return;
    }
    long count = slot.openings();
    long committed = slot.committedOffsetIfSealed();
    if (committed >= 0) {
      // Closed, and its log is empty: there is nothing to archive but the knowledge of that.
      begin(slot, committed);
      settled.put(slot, count);
      return;
    }
    try (Slot.Lease use = slot.acquire()) {
      OpLog log = use.shard().logForReading();
      awaitDurable(log);
      long to = log.durableOffset();
      long from = begin(slot, Math.min(log.firstOffset(), to));
      if (from > to) {
        throw new QuiverException(
            ErrorCode.CORRUPT,
            repository.store().location()
                + ": the archive of collection `"
                + slot.name()
                + "` goes to offset "
                + from
                + ", its log to "
                + to
                + ": was the data folder copied or set back? Back up to another place");
      }
      if (from < to) {
        archivedBytes += ArchivedLog.put(repository.store(), id, log::replay, from, to);
        ends.put(id, to);
      }
      slot.archived(to);
    }
  }

  /**
   * Where to go on: behind what is archived without a gap from the log's first record on. Marks a
   * gap before that.
   */
  private long begin(Slot slot, long logBegin) throws IOException {
    String id = slot.folder().id();
    Long known = ends.get(id);
    if (known != null && known >= logBegin) {
      return known;
    }
    ArchivedLog archived = ArchivedLog.of(repository.store(), id);
    long end = archived.contiguousEnd(logBegin);
    if (end == logBegin && logBegin > 0 && !archived.reaches(logBegin)) {
      ArchivedLog.putBeginning(repository.store(), id, logBegin);
    }
    ends.put(id, end);
    slot.archived(end);
    return end;
  }

  /** Archives the rest of a log that nobody writes to. */
  private void finish(CollectionFolder folder) throws IOException {
    try {
      archiveRest(folder, engine.files());
    } catch (NoSuchFileException | FileNotFoundException e) {
      if (engine.files().exists(folder.path())) {
        throw e;
      }
      LOG.debug("{} was archived and deleted meanwhile", folder.path(), e);
    }
    ends.remove(folder.id());
  }

  private void archiveRest(CollectionFolder folder, FileOps files) throws IOException {
    long[] first = {-1};
    long end =
        LogReader.read(
            folder.log(),
            files,
            0,
            Long.MAX_VALUE,
            (offset, _, _) -> first[0] = first[0] < 0 ? offset : first[0]);
    if (first[0] >= 0) {
      long from = ArchivedLog.of(repository.store(), folder.id()).contiguousEnd(first[0]);
      if (from < end) {
        ArchivedLog.put(
            repository.store(),
            folder.id(),
            (begin, to, consumer) -> LogReader.read(folder.log(), files, begin, to, consumer),
            from,
            end);
      }
    }
  }
}
