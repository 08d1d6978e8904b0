package dev.quiver.engine.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.DiskSpace;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The embedded {@link OpLog}: {@link Segment} files in one folder.
 *
 * <p><b>Group commit.</b> There is no writer thread. Of the callers that await, the first becomes
 * the leader: it takes everything queued so far, writes it, syncs once and wakes those whose
 * records these are, and one of those that queued meanwhile, as the next leader. So the more
 * callers, the more records share a sync ({@link Gathering}), and an idle log owns nothing but its
 * open file. No file exists before the first append.
 *
 * <p><b>Errors.</b> When a write fails (disk full), the file is cut back to what was synced, the
 * records are refused and their offsets used again: the log stays usable. When that cut or a sync
 * fails, nobody knows what the disk holds; the log then refuses every append until it is opened
 * anew.
 *
 * <p><b>Opening.</b> The last segment is read through, and its last group commit written again to a
 * new file, since nobody knows whether its sync was done. A torn end is cut off; a damaged record
 * with a later group commit behind it is refused, since cutting there would lose acknowledged
 * records. Earlier segments were complete before their successor was made; they are checked when
 * replayed.
 */
public final class WriteAheadLog implements OpLog {
  /** A covered segment below this size is appended to rather than deleted and begun anew. */
  private static final long WORTH_DROPPING_BYTES = 1L << 20;

  private final SegmentFiles segments;
  private final LogReplay reading;
  private final long segmentBytes;
  private final LogClock clock;
  private final Listener listener;

  private final ReentrantLock lock = new ReentrantLock();

  /** Nobody is at work. */
  private final Condition quiet = lock.newCondition();

  /** As many calls as the leader waits for are there. */
  private final Condition complete = lock.newCondition();

  /** What is queued. */
  @GuardedBy("lock")
  private Group collecting = new Group();

  /** Calls that the leader waits for before it begins; 0: it does not. */
  @GuardedBy("lock")
  private int wanted;

  @GuardedBy("lock")
  private final Gathering gathering = new Gathering();

  @GuardedBy("lock")
  private long nextOffset;

  /** Behind the last durable record. */
  @GuardedBy("lock")
  private long durableOffset;

  /** Whether a leader, or a change of the segments, is at work; it owns {@link #active}. */
  @GuardedBy("lock")
  private boolean busy;

  @GuardedBy("lock")
  private boolean closed;

  @GuardedBy("lock")
  private @Nullable Throwable failure;

  private @Nullable ActiveSegment active;

  private WriteAheadLog(
      SegmentFiles segments,
      LogRecovery.Recovered recovered,
      long segmentBytes,
      LogClock clock,
      Listener listener) {
    this.segments = segments;
    this.reading = new LogReplay(segments);
    this.segmentBytes = segmentBytes;
    this.clock = clock;
    this.listener = listener;
    this.nextOffset = recovered.nextOffset();
    this.durableOffset = nextOffset;
    this.active = recovered.active();
  }

  /**
   * Opens the log in a folder, which need not exist.
   *
   * @param segmentBytes size at which the next segment is begun
   * @param coveredOffset records before it are covered elsewhere; offsets are never given again
   *     below it
   * @throws QuiverException {@link ErrorCode#CORRUPT} naming file and position when records that
   *     had been synced are damaged
   */
  public static WriteAheadLog open(
      Path directory, FileOps files, long segmentBytes, long coveredOffset, Listener listener) {
    return open(directory, files, segmentBytes, coveredOffset, LogClock.system(), listener);
  }

  /**
   * Opens the log in a folder, which need not exist, with a clock that other logs use too.
   *
   * @param clock gives the records' times; it is set behind those that the log holds already
   */
  public static WriteAheadLog open(
      Path directory,
      FileOps files,
      long segmentBytes,
      long coveredOffset,
      LogClock clock,
      Listener listener) {
    SegmentFiles segments = new SegmentFiles(directory, files);
    try {
      return new WriteAheadLog(
          segments,
          new LogRecovery(segments, clock).recover(coveredOffset),
          segmentBytes,
          clock,
          listener);
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL, "log cannot be opened: " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Whether the log in this folder, which is not open, holds no record. */
  public static boolean sealed(Path directory, FileOps files) throws IOException {
    long bytes = 0;
    for (String name : files.list(directory)) {
      if (Segment.baseOffsetOrNull(name) != null) {
        try (FileOps.Reader reader = files.read(directory.resolve(name))) {
          bytes = Math.max(bytes, reader.size());
        }
      }
    }
    return bytes <= Segment.HEADER_BYTES;
  }

  /** Where the log in this folder, which is not open, begins; 0 when there is none. */
  public static long firstOffset(Path directory, FileOps files) throws IOException {
    // In the order of their offsets.
    for (String name : files.list(directory)) {
      Long base = Segment.baseOffsetOrNull(name);
      if (base != null) {
        return base;
      }
    }
    return 0;
  }

  @Override
  public Appended submit(List<byte[]> records) {
    for (byte[] record : records) {
      if (record.length > Segment.MAX_RECORD_BYTES) {
        throw new QuiverException(
            ErrorCode.TOO_LARGE,
            "operation of "
                + record.length
                + " bytes (expected: at most "
                + Segment.MAX_RECORD_BYTES
                + "); split it");
      }
    }
    lock.lock();
    try {
      checkUsable();
      Ticket ticket = new Ticket(this, nextOffset, clock.next(records.size()), records);
      nextOffset += records.size();
      collecting.add(ticket);
      if (collecting.size() == wanted) {
        complete.signal();
      }
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  /** Returns when the records of a ticket are durable, leading the group commit if need be. */
  void await(Ticket ticket) {
    boolean interrupted = false;
    while (ticket.status() == Status.PENDING) {
      List<Thread> sleepers = List.of();
      lock.lock();
      try {
        if (ticket.status() == Status.PENDING) {
          if (busy) {
            ticket.sleepsHere();
          } else {
            sleepers = lead();
          }
        }
      } finally {
        lock.unlock();
      }
      // Without the lock, which those that are awake now do not need, but for the next leader.
      sleepers.forEach(LockSupport::unpark);
      if (ticket.status() == Status.PENDING) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    ticket.throwIfRefused();
  }

  /**
   * Writes and syncs everything queued; the lock is held on entry and exit, not between.
   *
   * @return whom to wake, the next leader first
   */
  @GuardedBy("lock")
  private List<Thread> lead() {
    busy = true;
    gather();
    Group group = collecting;
    collecting = new Group();
    Throwable error = null;
    Error defect = null;
    boolean usable = failure == null && !closed;
    long started = System.nanoTime();
    lock.unlock();
    try {
      if (usable) {
        write(group.tickets());
      }
    } catch (IOException | RuntimeException e) {
      error = e;
    } catch (Error e) {
      // Nobody may wait for ever, nor take what is in the file for something known.
      error = e;
      defect = e;
    } finally {
      lock.lock();
      busy = false;
      if (defect != null) {
        failure = defect;
      } else if (usable && active != null && active.broken() != null) {
        failure = active.broken();
      }
      quiet.signalAll();
    }
    if (error == null && usable) {
      durableOffset = group.tickets().getLast().endOffset();
      gathering.committed(group.size() + collecting.size(), System.nanoTime() - started);
      group.settle(null);
      List<Thread> sleepers = new ArrayList<>();
      collecting.sleepers().stream().findFirst().ifPresent(sleepers::add);
      sleepers.addAll(group.sleepers());
      return sleepers;
    }
    QuiverException refusal = error == null ? unusable() : notLogged(error, failure != null);
    group.settle(refusal);
    collecting.settle(refusal);
    List<Thread> sleepers = new ArrayList<>(group.sleepers());
    sleepers.addAll(collecting.sleepers());
    collecting = new Group();
    nextOffset = durableOffset;
    return sleepers;
  }

  /** Gives those that will soon be here again the time to join. */
  @GuardedBy("lock")
  private void gather() {
    wanted = gathering.wanted(collecting.size());
    if (wanted > collecting.size()) {
      long left = gathering.mostNanos();
      try {
        while (collecting.size() < wanted && left > 0) {
          left = complete.awaitNanos(left);
        }
      } catch (InterruptedException e) {
        // What is there is written all the same.
        Thread.currentThread().interrupt();
      }
      gathering.waited(collecting.size() >= wanted);
    }
    wanted = 0;
  }

  private void write(List<Ticket> group) throws IOException {
    long bytes = 0;
    int count = 0;
    for (Ticket ticket : group) {
      for (byte[] record : ticket.records()) {
        bytes += Segment.RECORD_HEADER_BYTES + record.length;
        count++;
      }
    }
    long started = System.nanoTime();
    segmentFor(group.getFirst().firstOffset(), bytes).append(group, bytes);
    listener.synced(count, bytes, (System.nanoTime() - started) / 1000);
  }

  /** The segment that a group commit goes to, begun if need be. */
  private ActiveSegment segmentFor(long firstOffset, long bytes) throws IOException {
    ActiveSegment before = active;
    if (before != null && !before.isFull(bytes, segmentBytes)) {
      return before;
    }
    ActiveSegment next = ActiveSegment.create(segments, firstOffset);
    active = next;
    if (before != null) {
      before.close();
    }
    return next;
  }

  @Override
  public long nextOffset() {
    lock.lock();
    try {
      return nextOffset;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long firstOffset() {
    lock.lock();
    try {
      return segments.isEmpty() ? nextOffset : segments.firstBase();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long durableOffset() {
    lock.lock();
    try {
      return durableOffset;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void replay(long fromOffset, long toOffset, TimedRecordConsumer consumer) {
    List<Long> bases;
    long end;
    lock.lock();
    try {
      bases = segments.bases();
      end = Math.min(durableOffset, toOffset);
    } finally {
      lock.unlock();
    }
    reading.replay(bases, fromOffset, end, consumer);
  }

  @Override
  public void truncateBefore(long offset) {
    lock.lock();
    try {
      awaitQuiet();
      checkUsable();
      boolean deleted = segments.deleteBefore(offset);
      ActiveSegment last = active;
      if (offset >= durableOffset && last != null && last.size() >= WORTH_DROPPING_BYTES) {
        // Everything is covered: the next append begins a segment.
        dropAll();
        deleted = true;
      }
      if (deleted) {
        segments.syncDirectory();
      }
    } catch (IOException e) {
      throw cannotShorten(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void seal() {
    lock.lock();
    try {
      awaitQuiet();
      checkUsable();
      // Nothing is synced: should a crash bring files back, their records are covered.
      dropAll();
    } catch (IOException e) {
      throw cannotShorten(e);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void dropAll() throws IOException {
    closeActive();
    segments.deleteAll();
  }

  @GuardedBy("lock")
  private void closeActive() throws IOException {
    ActiveSegment last = active;
    active = null;
    if (last != null) {
      last.close();
    }
  }

  @GuardedBy("lock")
  private void awaitQuiet() {
    while (busy) {
      quiet.awaitUninterruptibly();
    }
  }

  private QuiverException cannotShorten(IOException cause) {
    return new QuiverException(
        ErrorCode.INTERNAL,
        "log cannot be shortened: " + segments.directory() + ": " + cause.getMessage(),
        cause);
  }

  @Override
  public long sizeInBytes() {
    return segments.totalBytes();
  }

  @Override
  public boolean failed() {
    lock.lock();
    try {
      return failure != null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      awaitQuiet();
      closed = true;
      closeActive();
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL,
          "log cannot be closed: " + segments.directory() + ": " + e.getMessage(),
          e);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void checkUsable() {
    if (closed || failure != null) {
      throw unusable();
    }
  }

  @GuardedBy("lock")
  private QuiverException unusable() {
    return failure == null
        ? new QuiverException(ErrorCode.UNAVAILABLE, "log is closed: " + segments.directory())
        : notLogged(failure, true);
  }

  private QuiverException notLogged(Throwable cause, boolean failedClosed) {
    String reason = String.valueOf(cause.getMessage());
    boolean full = DiskSpace.isFull(cause);
    return new QuiverException(
        full ? ErrorCode.INSUFFICIENT_STORAGE : ErrorCode.INTERNAL,
        "the operation was not logged: "
            + segments.directory()
            + ": "
            + reason
            + (failedClosed
                ? "; the log takes no more writes until it is opened anew"
                : "; free some space or check the disk, then repeat it"),
        cause);
  }
}
