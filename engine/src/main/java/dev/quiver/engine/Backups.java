package dev.quiver.engine;

import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.wal.LogClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backups of an engine's store: made and restored while it runs, its logs archived
 * continuously, and all of it on a schedule if that is wanted. One job runs at a time, archiving
 * apart. Thread-safe. Closed before the engine; the blob store stays the caller's.
 */
public final class Backups implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Backups.class);
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration RETRY = Duration.ofMinutes(1);

  private final Engine engine;
  private final BackupRepository repository;
  private final BackupCatalog catalog;
  private final BackupSettings settings;
  private final LogArchiver archiver;
  private final BackupStatus status = new BackupStatus();
  private final Thread timer;

  private final CountDownLatch stopping = new CountDownLatch(1);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile @Nullable BackupJob running;
  private volatile boolean closed;

  private Backups(Engine engine, BackupRepository repository, BackupSettings settings) {
    this.engine = engine;
    this.repository = repository;
    this.catalog = new BackupCatalog(repository);
    this.settings = settings;
    this.archiver = new LogArchiver(engine, repository);
    this.timer = Thread.ofPlatform().daemon().name("quiver-backups").unstarted(this::keepTime);
  }

  /** Begins to archive and to keep the schedule. */
  public static Backups open(Engine engine, BlobStore store, BackupSettings settings) {
    Backups backups =
        new Backups(engine, new BackupRepository(store, engine.background()), settings);
    backups.timer.start();
    return backups;
  }

  /** What can be done without the store. */
  public BackupCatalog catalog() {
    return catalog;
  }

  /** What was logged, also before the logs were cut. */
  public LogHistory history() {
    return engine.history(repository.store());
  }

  /** Where the backups are. */
  public String location() {
    return repository.store().location();
  }

  public BackupStatus.Snapshot status() {
    return status.snapshot();
  }

  /** How far the job is that runs now; null when none does. */
  public BackupJob.@Nullable Progress progress() {
    BackupJob job = running;
    return job == null ? null : job.progress();
  }

  /** Asks the job that runs to end; returns whether there is one. */
  public boolean cancel() {
    BackupJob job = running;
    if (job != null) {
      job.cancel();
    }
    return job != null;
  }

  /** Makes a backup. */
  public BackupInfo create() {
    return job(
        "backup",
        job -> {
          try {
            BackupInfo made = new BackupRun(engine, repository, job).run();
            status.backedUp(made.moment(), made.durationMillis());
            status.covered(LogClock.micros(made.moment()));
            return made;
          } catch (IOException | RuntimeException e) {
            status.backupFailed();
            throw e;
          }
        });
  }

  /** See {@link BackupCatalog#verify}. */
  public BackupCatalog.Verified verify(@Nullable String id, boolean deep) {
    return job("verify", job -> catalog.verify(id, deep, job));
  }

  /** Removes what is not to be kept. */
  public BackupCatalog.Pruned prune(BackupRetention retention) {
    String storeId = engine.journal().storeId();
    return job(
        "prune",
        job -> {
          try (BackupRepository.Lease lease =
              repository.lease(storeId, storeId + "/" + engine.background().randomId(), false)) {
            return catalog.prune(retention, lease, job);
          }
        });
  }

  /**
   * Restores a collection into this store, and makes a backup of what there is then.
   *
   * @param as its new name; null: its own, in the place of the one that there is
   */
  public BackupCatalog.Restored restoreCollection(
      String name, RestorePoint point, @Nullable String as) {
    BackupCatalog.Restored restored =
        job(
            "restore",
            job -> {
              archiveIfWanted();
              RestorePlan plan = new RestorePlanner(repository).collection(name, point);
              String to = as == null ? plan.items().getFirst().name() : as;
              return new LiveRestore(engine, repository, job).collection(plan, to, as == null);
            });
    backUpRestored();
    return restored;
  }

  /** Brings the whole store to a moment, and makes a backup of what there is then. */
  public BackupCatalog.Restored restoreStore(RestorePoint point) {
    BackupCatalog.Restored restored =
        job(
            "restore",
            job -> {
              archiveIfWanted();
              RestorePlan plan = new RestorePlanner(repository).store(point);
              return new LiveRestore(engine, repository, job).store(plan);
            });
    backUpRestored();
    return restored;
  }

  /** What was restored has a new log, for which there must be a backup to begin with. */
  private void backUpRestored() {
    if (settings.archiving()) {
      try {
        create();
      } catch (QuiverException e) {
        LOG.error("what was restored is not backed up yet; the next backup will have it", e);
      }
    }
  }

  /** Rehearses a restore. */
  public BackupDrill.Report drill() {
    return job(
        "drill",
        job -> {
          try {
            archiveIfWanted();
            BackupDrill.Report report = new BackupDrill(catalog, settings.scratch()).run(job);
            status.drilled(report);
            return report;
          } catch (IOException | RuntimeException e) {
            status.drillFailed();
            throw e;
          }
        });
  }

  /**
   * Archives what is not archived yet.
   *
   * @return the newest moment that can be restored now
   */
  public Instant archive() {
    return catalog.guarded(
        () -> {
          long micros = archiver.round();
          repository.covered(micros);
          status.covered(micros);
          return LogClock.instant(micros);
        });
  }

  private void archiveIfWanted() throws IOException {
    if (settings.archiving()) {
      archive();
    }
  }

  private interface Body<T> {
    T run(BackupJob job) throws IOException;
  }

  private <T> T job(String kind, Body<T> body) {
    BackupJob job = new BackupJob(kind, engine.background());
    lock.lock();
    try {
      BackupJob other = running;
      if (other != null || closed) {
        throw new QuiverException(
            ErrorCode.UNAVAILABLE,
            other == null
                ? "backups are closed"
                : "a " + other.progress().kind() + " is running; wait for it, or cancel it");
      }
      running = job;
    } finally {
      lock.unlock();
    }
    try {
      return catalog.guarded(() -> body.run(job));
    } finally {
      lock.lock();
      try {
        running = null;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  // The schedule.

  private void keepTime() {
    long now = System.nanoTime();
    long nextArchive = now;
    long nextBackup = firstBackup(now);
    long nextDrill = now + settings.drillInterval().toNanos();
    long loggedBytes = engine.stats().logBytes();
    while (waitFor(TICK)) {
      now = System.nanoTime();
      long logged = engine.stats().logBytes();
      if (settings.archiving()
          && (now - nextArchive >= 0 || logged - loggedBytes >= settings.archiveBytes())) {
        loggedBytes = logged;
        nextArchive = now + settings.archiveInterval().toNanos();
        attempt("archiving", this::archive);
      }
      if (settings.backupInterval().isPositive() && now - nextBackup >= 0) {
        boolean made =
            attempt("the scheduled backup", this::create)
                && attempt("removing old backups", () -> prune(settings.retention()));
        nextBackup = now + (made ? settings.backupInterval() : RETRY).toNanos();
      }
      if (settings.drillInterval().isPositive() && now - nextDrill >= 0) {
        boolean done = attempt("the scheduled drill", this::drill);
        nextDrill = now + (done ? settings.drillInterval() : RETRY).toNanos();
      }
    }
  }

  /** As long after the last backup as the schedule says; at once when there is none. */
  private long firstBackup(long now) {
    Instant last = null;
    try {
      for (BackupInfo each : repository.list()) {
        last = each.moment();
      }
    } catch (IOException | QuiverException e) {
      LOG.error("backups cannot be listed", e);
    }
    if (last == null) {
      return now;
    }
    status.backedUp(last, 0);
    Duration left = settings.backupInterval().minus(Duration.between(last, Instant.now()));
    return now + Math.max(0, left.toNanos());
  }

  private interface Attempt {
    Object run();
  }

  private boolean attempt(String what, Attempt attempt) {
    try {
      attempt.run();
      return true;
    } catch (RuntimeException e) {
      if (!closed) {
        LOG.error("{} failed and is tried again", what, e);
      }
      return false;
    }
  }

  /** Returns false when it is closed. */
  private boolean waitFor(Duration time) {
    try {
      return !stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Calls off what runs and waits for its end. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      stopping.countDown();
      cancel();
      while (running != null) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    try {
      timer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
