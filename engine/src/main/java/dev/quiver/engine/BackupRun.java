package dev.quiver.engine;

import dev.quiver.engine.blob.BlobContent;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.Sha256;
import dev.quiver.engine.wal.LogClock;
import dev.quiver.engine.wal.OpLog;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.CorruptIndexException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one backup, while everybody goes on writing.
 *
 * <p>Collection after collection: its last commit is held, the files that the repository lacks are
 * put, and its log is kept from that commit on. Then a moment is taken for the whole store, and
 * what the logs have between the commits and the moment is archived. So all collections are as they
 * were at one moment, although their files were read at different ones. At last the manifest is
 * published.
 */
final class BackupRun {
  private static final Logger LOG = LoggerFactory.getLogger(BackupRun.class);

  /** Collections that are made while a backup runs are included, so often. */
  private static final int ROUNDS = 5;

  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final Engine engine;
  private final BackupRepository repository;
  private final BackupJob job;
  private final @Nullable String only;
  private final Map<String, Held> held = new LinkedHashMap<>();
  private final Map<String, String> missing = new HashMap<>();
  private @Nullable BackupManifest previous;
  private long newBytes;

  private record Held(Slot slot, long base, List<BackupManifest.File> files, Slot.Retained log) {}

  BackupRun(Engine engine, BackupRepository repository, BackupJob job) {
    this(engine, repository, job, null);
  }

  /**
   * @param only the collection, or an alias of it, that is backed up alone; null: all
   */
  BackupRun(Engine engine, BackupRepository repository, BackupJob job, @Nullable String only) {
    this.engine = engine;
    this.repository = repository;
    this.job = job;
    this.only = only;
  }

  private List<Slot> slots() {
    return only == null ? engine.slots() : List.of(engine.catalog().find(only));
  }

  /** A moment, with only what is backed up in it. */
  private Catalog.Moment moment() {
    Catalog.Moment moment = engine.moment();
    if (only == null) {
      return moment;
    }
    StoreState state = moment.state();
    String name = state.aliases().getOrDefault(only, only);
    StoreState.Entry entry = state.collections().get(name);
    if (entry == null) {
      throw CollectionNames.missing(only);
    }
    // The journal tells of other collections too: it stays out.
    return new Catalog.Moment(moment.micros(), new StoreState(Map.of(name, entry), Map.of()), 0);
  }

  /** Makes it and lists it; what fails leaves the repository as it was, files apart. */
  BackupInfo run() throws IOException {
    String storeId = engine.journal().storeId();
    try (BackupRepository.Lease lease =
        repository.lease(storeId, storeId + "/" + engine.background().randomId(), true)) {
      if (lease.wasDirty()) {
        // Whoever left that is dead: this store's data folder is ours.
        repository.store().removeLeftovers(engine.background().now());
      }
      previous = repository.newest();
      BackupInfo info = run(storeId, lease);
      if (lease.wasDirty()) {
        repository.sweep(lease);
      }
      return info;
    } finally {
      held.values().forEach(each -> each.log().close());
    }
  }

  private BackupInfo run(String storeId, BackupRepository.Lease lease) throws IOException {
    Catalog.Moment moment = holdAll(lease);
    List<BackupManifest.Entry> entries = entries(moment, lease);
    for (int round = 0; entries == null; round++) {
      if (round == ROUNDS) {
        throw new QuiverException(
            ErrorCode.UNAVAILABLE,
            "collections are dropped faster than they are backed up; try again");
      }
      moment = holdAll(lease);
      entries = entries(moment, lease);
    }
    if (only == null) {
      LogArchiver.archiveJournal(engine.journal(), repository.store(), moment.journalOffset());
    }
    entries.sort((a, b) -> a.name().compareTo(b.name()));
    List<BackupManifest.Missing> reasons = new ArrayList<>();
    missing.forEach((name, reason) -> reasons.add(new BackupManifest.Missing(name, reason)));
    String id = ID.format(LogClock.instant(moment.micros()));
    BackupManifest manifest =
        new BackupManifest(
            id, storeId, moment.micros(), moment.state(), moment.journalOffset(), entries, reasons);
    BackupInfo info =
        new BackupInfo(
            id,
            LogClock.instant(moment.micros()),
            entries.size(),
            manifest.bytes(),
            newBytes,
            job.elapsedMillis(),
            List.copyOf(missing.keySet()),
            manifest.partial());
    job.phase("publishing", 1);
    job.check();
    lease.publish(manifest, info);
    return info;
  }

  /**
   * Archives the logs up to a moment; null when a collection was dropped before that was done, so
   * that another moment is needed.
   */
  private @Nullable List<BackupManifest.Entry> entries(
      Catalog.Moment moment, BackupRepository.Lease lease) throws IOException {
    job.phase("archiving logs", moment.state().collections().size());
    List<BackupManifest.Entry> entries = new ArrayList<>();
    for (Map.Entry<String, StoreState.Entry> each : moment.state().collections().entrySet()) {
      job.check();
      lease.renew();
      Held one = held.get(each.getValue().id());
      if (one != null) {
        try {
          long cut = archive(one, moment.micros());
          entries.add(
              new BackupManifest.Entry(
                  each.getKey(),
                  each.getValue().id(),
                  one.base(),
                  cut,
                  one.files(),
                  BackupLoss.of(one.slot().damages())));
        } catch (QuiverException e) {
          if (one.slot().dropped()) {
            LOG.debug("collection {} was dropped while it was backed up", each.getKey(), e);
            return null;
          }
          throw e;
        }
      }
      job.itemDone();
    }
    return entries;
  }

  /** Holds every collection that there is at the moment returned. */
  private Catalog.Moment holdAll(BackupRepository.Lease lease) throws IOException {
    List<Slot> slots = slots();
    for (int round = 0; round < ROUNDS; round++) {
      job.phase("copying files", slots.size());
      for (Slot slot : slots) {
        job.check();
        lease.renew();
        hold(slot, lease);
        job.itemDone();
      }
      Catalog.Moment moment = moment();
      slots =
          slots().stream()
              .filter(
                  slot ->
                      !held.containsKey(slot.folder().id()) && !missing.containsKey(slot.name()))
              .toList();
      boolean all =
          moment.state().collections().entrySet().stream()
              .allMatch(
                  each ->
                      held.containsKey(each.getValue().id()) || missing.containsKey(each.getKey()));
      if (all) {
        return moment;
      }
    }
    throw new QuiverException(
        ErrorCode.UNAVAILABLE, "collections are made faster than they are backed up; try again");
  }

  private void hold(Slot slot, BackupRepository.Lease lease) throws IOException {
    try {
      Held one = unchanged(slot);
      if (one == null) {
        one = copy(slot, lease);
      }
      held.put(slot.folder().id(), one);
    } catch (QuiverException e) {
      if (slot.dropped() || e.code() == ErrorCode.NOT_FOUND) {
        LOG.debug("collection {} was dropped while it was backed up", slot.name(), e);
      } else if (e.code() == ErrorCode.CORRUPT || e.code() == ErrorCode.INTERNAL) {
        LOG.error("collection {} is not in the backup", slot.name(), e);
        missing.put(slot.name(), String.valueOf(e.getMessage()));
      } else {
        throw e;
      }
    }
  }

  /** What the last backup has of a collection that is closed and has not changed since, or null. */
  private @Nullable Held unchanged(Slot slot) {
    BackupManifest.Entry before = previous == null ? null : previous.byId(slot.folder().id());
    if (before == null) {
      return null;
    }
    Slot.Retained log = slot.retainLog(before.baseOffset());
    if (slot.closedAt(
        before.baseOffset(), before.files().stream().map(BackupManifest.File::name).toList())) {
      return new Held(slot, before.baseOffset(), before.files(), log);
    }
    log.close();
    return null;
  }

  private Held copy(Slot slot, BackupRepository.Lease lease) throws IOException {
    Slot.Retained everything = slot.retainLog(0);
    try (everything;
        Slot.Lease use = slot.acquire();
        HeldCommit commit = use.shard().upkeep().hold()) {
      Slot.Retained log = slot.retainLog(commit.offset());
      try {
        List<BackupManifest.File> files = new ArrayList<>();
        for (Map.Entry<String, Long> file : commit.files().entrySet()) {
          lease.renew();
          files.add(copy(slot, commit, file.getKey(), file.getValue()));
        }
        return new Held(slot, commit.offset(), files, log);
      } catch (IOException | RuntimeException e) {
        log.close();
        throw e;
      }
    }
  }

  private BackupManifest.File copy(Slot slot, HeldCommit commit, String name, long size)
      throws IOException {
    long checksum = storedChecksum(slot, commit, name);
    BackupManifest.File before = before(slot, name);
    if (before != null && before.size() == size && before.storedChecksum() == checksum) {
      return before;
    }
    job.moreBytes(size);
    String sha256 = checkedSha256(slot, commit, name, size, checksum);
    BlobStore store = repository.store();
    String key = BackupRepository.fileKey(sha256);
    if (store.size(key) != size
        && store.putIfAbsent(key, content(slot, commit, name, size, sha256))) {
      newBytes += size;
    } else {
      job.bytes(size);
    }
    return new BackupManifest.File(name, size, sha256, checksum);
  }

  private static long storedChecksum(Slot slot, HeldCommit commit, String name) throws IOException {
    try {
      return commit.storedChecksum(name);
    } catch (CorruptIndexException e) {
      throw damaged(slot, name, String.valueOf(e.getMessage()));
    }
  }

  /**
   * A file's SHA-256, from bytes that have the checksum which Lucene wrote into them: what has
   * rotted since is not put among good copies.
   */
  private static String checkedSha256(
      Slot slot, HeldCommit commit, String name, long size, long expected) throws IOException {
    try (LuceneSum in = new LuceneSum(commit.open(name), size)) {
      String sha256 = Sha256.of(in);
      if (in.value() != expected) {
        throw damaged(
            slot,
            name,
            "its bytes have the checksum "
                + Long.toHexString(in.value())
                + " (expected: "
                + Long.toHexString(expected)
                + ")");
      }
      return sha256;
    }
  }

  private static QuiverException damaged(Slot slot, String name, String what) {
    return new QuiverException(
        ErrorCode.CORRUPT,
        slot.folder().index().resolve(name)
            + " is damaged: "
            + what
            + "; `quiver verify` takes the segment out, earlier backups have the file as it was");
  }

  private BackupManifest.@Nullable File before(Slot slot, String name) {
    BackupManifest.Entry entry = previous == null ? null : previous.byId(slot.folder().id());
    if (entry != null) {
      for (BackupManifest.File file : entry.files()) {
        if (file.name().equals(name)) {
          return file;
        }
      }
    }
    return null;
  }

  private BlobContent content(Slot slot, HeldCommit commit, String name, long size, String sha256) {
    return new BlobContent() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public String sha256() {
        return sha256;
      }

      @Override
      public InputStream open() throws IOException {
        return new FilterInputStream(commit.open(name)) {
          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            job.check();
            if (slot.dropped()) {
              throw CollectionNames.missing(slot.name());
            }
            int count = super.read(target, offset, length);
            job.bytes(Math.max(0, count));
            return count;
          }
        };
      }
    };
  }

  /** Archives a collection's log up to a moment; returns the offset where that is. */
  private long archive(Held one, long micros) throws IOException {
    Slot slot = one.slot();
    if (slot.closedAt(one.base(), null)) {
      return one.base();
    }
    try (Slot.Lease use = slot.acquire()) {
      OpLog log = use.shard().logForReading();
      long cut = LogArchiver.cut(log, one.base(), micros);
      String id = slot.folder().id();
      long have = ArchivedLog.of(repository.store(), id).contiguousEnd(one.base());
      if (have < cut) {
        ArchivedLog.put(repository.store(), id, log::replay, have, cut);
      }
      return cut;
    }
  }
}
