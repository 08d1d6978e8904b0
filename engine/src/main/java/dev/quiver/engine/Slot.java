package dev.quiver.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.wal.WriteAheadLog;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A collection's place in the engine, there whether its shard is open or not.
 *
 * <p>States: closed, open, dropped. {@link #acquire} opens a closed one, under the slot's lock, so
 * that concurrent first users share one opening; {@link #evict} closes an open one that nobody
 * uses; {@link #drop} waits for the users and is final. A shard that failed is closed by the last
 * of its users and opened anew by the next.
 */
final class Slot {
  private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

  private final CollectionFolder folder;
  private final long number;
  private final EngineResources resources;
  private final OpenShards open;
  private final Quarantine quarantine;
  private final String name;
  private volatile CollectionConfig config;
  private volatile Strictness strictness;

  /** The vectors of the shard that the configuration was last made to follow. */
  private volatile @Nullable VectorFields followed;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition unused = lock.newCondition();

  @GuardedBy("lock")
  private @Nullable Shard shard;

  @GuardedBy("lock")
  private int users;

  private volatile boolean dropped;

  private final AtomicLong openings = new AtomicLong();

  /** The log's records from here on are not archived yet; none: nobody archives them. */
  private volatile long archivedOffset;

  /** Offsets from which records are kept for those who read them just now. */
  private final Map<Object, Long> retained = new ConcurrentHashMap<>();

  private volatile long lastUsedNanos;

  /** Points of the last commit while the shard is closed; -1 when they have not been looked up. */
  private volatile long committedPoints = -1;

  Slot(
      String name,
      CollectionFolder folder,
      long number,
      CollectionConfig config,
      EngineResources resources,
      OpenShards open)
      throws IOException {
    this.name = name;
    this.folder = folder;
    this.number = number;
    this.config = config;
    this.resources = resources;
    this.strictness = Strictness.of(config, null, resources.background()::nanoTime);
    this.lastUsedNanos = resources.background().nanoTime();
    this.open = open;
    this.quarantine = Quarantine.of(folder, resources.options().files());
    this.archivedOffset = resources.options().archiving() ? 0 : Long.MAX_VALUE;
  }

  String name() {
    return name;
  }

  /** Collections that were made later have greater numbers. */
  long number() {
    return number;
  }

  CollectionFolder folder() {
    return folder;
  }

  CollectionConfig config() {
    return config;
  }

  /** Segments that were taken out because they are damaged. */
  List<Damage> damages() {
    return quarantine.damages();
  }

  void config(CollectionConfig changed) {
    config = changed;
    strictness = Strictness.of(changed, strictness, resources.background()::nanoTime);
  }

  Strictness strictness() {
    return strictness;
  }

  @Nullable VectorFields followed() {
    return followed;
  }

  void followed(VectorFields vectors) {
    followed = vectors;
  }

  /** The offset before which the log may go, as far as backups are concerned. */
  long retainedOffset() {
    long least = archivedOffset;
    for (long offset : retained.values()) {
      least = Math.min(least, offset);
    }
    return least;
  }

  /** Keeps the log from {@code offset} on until what is returned is closed. */
  Retained retainLog(long offset) {
    Object key = new Object();
    retained.put(key, offset);
    return () -> retained.remove(key);
  }

  /** The log's records are kept while it is open. */
  interface Retained extends AutoCloseable {
    @Override
    void close();
  }

  /** Says that the log's records before {@code offset} are in the archive. */
  void archived(long offset) {
    archivedOffset = offset;
  }

  long archivedOffset() {
    return archivedOffset;
  }

  boolean dropped() {
    return dropped;
  }

  /** How often the shard was opened. */
  long openings() {
    return openings.get();
  }

  /** Whether the shard is closed and was not opened since it had been opened so often. */
  boolean closedSince(long count) {
    lock.lock();
    try {
      return shard == null && openings.get() == count;
    } finally {
      lock.unlock();
    }
  }

  /** The offset of the last commit when the shard is closed and its log empty; -1 else. */
  long committedOffsetIfSealed() {
    lock.lock();
    try {
      LastCommit.Contents commit = sealedCommit();
      return commit == null ? -1 : commit.offset();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether the shard is closed, its log empty and its last commit this one.
   *
   * @param files names of the commit's files; null: whichever
   */
  boolean closedAt(long offset, @Nullable Collection<String> files) {
    lock.lock();
    try {
      LastCommit.Contents commit = sealedCommit();
      return commit != null
          && commit.offset() == offset
          && (files == null || commit.files().equals(Set.copyOf(files)));
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private LastCommit.@Nullable Contents sealedCommit() {
    try {
      return shard == null
              && !dropped
              && WriteAheadLog.sealed(folder.log(), resources.options().files())
          ? LastCommit.contents(resources.options().files(), folder.index())
          : null;
    } catch (IOException e) {
      LOG.debug("collection {} is opened to see what it has", name, e);
      return null;
    }
  }

  long lastUsedNanos() {
    return lastUsedNanos;
  }

  /** The use of an open shard, which stays open until this is closed. */
  final class Lease implements AutoCloseable {
    private final Shard leased;

    private Lease(Shard leased) {
      this.leased = leased;
    }

    Shard shard() {
      return leased;
    }

    Slot slot() {
      return Slot.this;
    }

    CollectionConfig config() {
      return config;
    }

    @Override
    public void close() {
      release();
    }
  }

  /** Opens the shard if need be; waits while another does so. */
  Lease acquire() {
    boolean makeRoom;
    lock.lock();
    try {
      makeRoom = shard == null;
    } finally {
      lock.unlock();
    }
    if (makeRoom) {
      // Outside the lock: it closes other slots.
      open.makeRoom();
    }
    lock.lock();
    try {
      if (dropped) {
        throw CollectionNames.missing(name);
      }
      Shard current = shard;
      if (current != null && current.failed() && users == 0) {
        end(current, failed -> failed.abandon("opened anew after an error"));
        current = null;
      }
      if (current == null) {
        current = Shard.open(folder, this::config, resources, quarantine, this::retainedOffset);
        shard = current;
        openings.incrementAndGet();
        open.add(this);
        committedPoints = -1;
      }
      users++;
      lastUsedNanos = resources.background().nanoTime();
      return new Lease(current);
    } finally {
      lock.unlock();
    }
  }

  /** The use of the shard if it is open, without opening it, for upkeep; or null. */
  @Nullable Lease acquireIfOpen() {
    if (!lock.tryLock()) {
      return null;
    }
    try {
      Shard current = shard;
      if (current == null || dropped) {
        return null;
      }
      users++;
      return new Lease(current);
    } finally {
      lock.unlock();
    }
  }

  /** Points in the open shard, or in the last commit of a closed one; opens nothing. */
  long approximatePoints() {
    try (Lease lease = acquireIfOpen()) {
      if (lease != null) {
        try (IndexView view = lease.shard().view()) {
          return view.reader().numDocs();
        }
      }
    } catch (IOException | QuiverException e) {
      LOG.debug("points of collection {} are taken from its last commit", name, e);
    }
    long points = committedPoints;
    if (points < 0) {
      points = pointsOfLastCommit();
      committedPoints = points;
    }
    return points;
  }

  private long pointsOfLastCommit() {
    try (Directory directory = resources.options().files().directory(folder.index())) {
      long points = 0;
      for (SegmentCommitInfo segment : SegmentInfos.readLatestCommit(directory)) {
        points += segment.info.maxDoc() - segment.getDelCount() - segment.getSoftDelCount();
      }
      return points;
    } catch (IOException e) {
      // No commit yet, or a folder that is just being dropped.
      LOG.debug("collection {} has no commit to count the points of", name, e);
      return 0;
    }
  }

  private void release() {
    lock.lock();
    try {
      users--;
      if (users == 0) {
        // First: ending a failed shard may fail, and those who wait must not wait for ever then.
        unused.signalAll();
        Shard current = shard;
        if (current != null && current.failed() && !dropped) {
          end(current, failed -> failed.abandon("closed after an error"));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private interface Ending {
    void of(Shard shard);
  }

  /** Ends the shard's life; it counts as open until that is done. */
  @GuardedBy("lock")
  private void end(Shard current, Ending ending) {
    shard = null;
    try {
      ending.of(current);
    } finally {
      open.remove(this);
    }
  }

  /**
   * Closes the shard unless somebody uses it or has a hand on it; returns whether it was closed.
   */
  boolean evict() {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      Shard current = shard;
      if (current == null || users > 0 || !current.quiet()) {
        return false;
      }
      end(current, Shard::close);
      resources.metrics().evictions.increment();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Closes the shard, after its users are done; it may be opened again. */
  void close() {
    lock.lock();
    try {
      while (users > 0) {
        unused.awaitUninterruptibly();
      }
      Shard current = shard;
      if (current != null) {
        end(current, Shard::close);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes damaged segments of the last commit out: the shard fails, so that it saves nothing more
   * of what may come from them, and is opened anew from what is left and from its log.
   */
  void takeOut(List<Damage> damages) throws IOException {
    lock.lock();
    try {
      if (dropped) {
        return;
      }
      quarantine.add(damages);
      Shard current = shard;
      if (current != null) {
        current.damaged(damages.getFirst());
        if (users == 0) {
          end(current, damaged -> damaged.abandon("a segment is damaged"));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Closes for ever, after the users are done, without saving anything. */
  void drop() {
    lock.lock();
    try {
      dropped = true;
      while (users > 0) {
        unused.awaitUninterruptibly();
      }
      Shard current = shard;
      if (current != null) {
        end(current, gone -> gone.abandon("the collection was deleted"));
      }
    } finally {
      lock.unlock();
    }
  }
}
