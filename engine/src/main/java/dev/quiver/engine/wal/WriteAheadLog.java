package dev.quiver.engine.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.DiskSpace;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The embedded {@link OpLog}: {@link Segment} files in one folder.
 *
 * <p><b>Group commit.</b> There is no writer thread. Of the callers that await, the first becomes
 * the leader: it takes everything queued so far, writes it, syncs once and wakes the others; what
 * was queued meanwhile is the next leader's. So the more callers, the more records share a sync,
 * and an idle log owns nothing but its open file. No file exists before the first append.
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
  private static final int WRITE_CHUNK_BYTES = 1 << 18;

  /** A covered segment below this size is appended to rather than deleted and begun anew. */
  private static final long WORTH_DROPPING_BYTES = 1L << 20;

  private static final String TEMPORARY_SUFFIX = ".tmp";

  private final Path directory;
  private final FileOps files;
  private final long segmentBytes;
  private final LogClock clock;
  private final Listener listener;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition progressed = lock.newCondition();

  /** Base offsets of the segments, ascending; the last is the one appended to. */
  @GuardedBy("lock")
  private final List<Long> segments = new ArrayList<>();

  @GuardedBy("lock")
  private List<Ticket> queue = new ArrayList<>();

  @GuardedBy("lock")
  private long nextOffset;

  /** Behind the last durable record. */
  @GuardedBy("lock")
  private long durableOffset;

  /** Whether a leader, or a change of the segments, is at work; it owns the fields below. */
  @GuardedBy("lock")
  private boolean busy;

  @GuardedBy("lock")
  private boolean closed;

  @GuardedBy("lock")
  private @Nullable Throwable failure;

  private int activeVersion = Segment.VERSION;
  private FileOps.@Nullable Appender active;
  private long activeSize;

  private final AtomicLong earlierBytes = new AtomicLong();
  private volatile long activeBytes;

  private WriteAheadLog(
      Path directory, FileOps files, long segmentBytes, LogClock clock, Listener listener) {
    this.directory = directory;
    this.files = files;
    this.segmentBytes = segmentBytes;
    this.clock = clock;
    this.listener = listener;
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
    WriteAheadLog log = new WriteAheadLog(directory, files, segmentBytes, clock, listener);
    try {
      log.recover(coveredOffset);
      return log;
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

  private void recover(long coveredOffset) throws IOException {
    lock.lock();
    try {
      for (String name : files.list(directory)) {
        Long base = Segment.baseOffsetOrNull(name);
        if (base != null) {
          segments.add(base);
        } else if (name.endsWith(TEMPORARY_SUFFIX)) {
          files.delete(directory.resolve(name));
        }
      }
      long end = 0;
      while (!segments.isEmpty()) {
        long base = segments.getLast();
        long recovered = recoverLast(base);
        if (recovered >= 0) {
          end = recovered;
          break;
        }
        segments.removeLast();
      }
      nextOffset = Math.max(end, coveredOffset);
      durableOffset = nextOffset;
      for (long base : segments.subList(0, Math.max(0, segments.size() - 1))) {
        try (FileOps.Reader reader = files.read(path(base))) {
          earlierBytes.addAndGet(reader.size());
        }
      }
      if (!segments.isEmpty() && (nextOffset > end || activeVersion != Segment.VERSION)) {
        // The log lost records that a commit covers, and offsets go on behind the commit; or an
        // older version wrote the last segment, which is left as it is.
        roll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the offset behind the last whole record, or -1 when the file was never completed. */
  @GuardedBy("lock")
  private long recoverLast(long base) throws IOException {
    Path path = path(base);
    long end = base;
    long validBytes;
    boolean torn;
    @Nullable LastCommit lastCommit = null;
    try (SegmentReader reader = new SegmentReader(files, path)) {
      boolean headerValid = reader.headerValid(base);
      if (!headerValid && reader.holdsRecords(base)) {
        throw corrupt(path, 0, "its header is damaged, records stand behind it");
      }
      if (!headerValid) {
        // The header is synced before the first record is written: nothing was ever in here.
        validBytes = -1;
        torn = true;
      } else {
        activeVersion = reader.version();
        SegmentReader.Entry entry = reader.next();
        while (entry != null) {
          if (entry.batchIndex() == 0) {
            lastCommit = new LastCommit(entry.offset(), entry.start());
          }
          clock.after(entry.timeMicros());
          if (entry.offset() != end) {
            throw corrupt(
                path, reader.position(), "offset " + entry.offset() + " (expected: " + end + ")");
          }
          end++;
          entry = reader.next();
        }
        validBytes = reader.position();
        torn = !reader.atEnd();
        if (reader.markedOffset() == end) {
          // Its sync is known to have been done.
          lastCommit = null;
        }
        SegmentReader.Entry later = torn ? reader.findLaterCommit(end) : null;
        if (later != null) {
          throw corrupt(
              path,
              validBytes,
              "the record of offset "
                  + end
                  + " is damaged, offset "
                  + later.offset()
                  + " is whole");
        }
      }
    }
    if (validBytes < 0) {
      files.delete(path);
      files.syncDirectory(directory);
      return -1;
    }
    if (lastCommit != null) {
      moveLastCommit(path, lastCommit, validBytes);
      return end;
    }
    FileOps.Appender appender = files.append(path);
    active = appender;
    if (torn) {
      appender.truncate(validBytes);
    }
    setActiveSize(validBytes);
    return end;
  }

  /** Where the last group commit of a segment begins. */
  private record LastCommit(long offset, long position) {}

  /**
   * Writes the last group commit again, as the first of a segment. What a killed process wrote
   * without a sync is readable, yet not durable; and where its sync failed, the system takes it for
   * clean: syncing the file now would succeed and do nothing. All before it was synced.
   */
  @GuardedBy("lock")
  private void moveLastCommit(Path path, LastCommit last, long end) throws IOException {
    byte[] records = new byte[Math.toIntExact(end - last.position())];
    try (FileOps.Reader reader = files.read(path)) {
      if (reader.read(last.position(), records, 0, records.length) != records.length) {
        throw new IOException(path + ": its last group commit cannot be read");
      }
    }
    Path target = path(last.offset());
    Path temporary = target.resolveSibling(target.getFileName() + TEMPORARY_SUFFIX);
    try (FileOps.Appender appender = files.create(temporary)) {
      byte[] header = Segment.header(activeVersion, last.offset());
      appender.write(header, 0, header.length);
      appender.write(records, 0, records.length);
      appender.sync();
    }
    files.rename(temporary, target);
    files.syncDirectory(directory);
    if (!target.equals(path)) {
      segments.add(last.offset());
      try (FileOps.Appender before = files.append(path)) {
        before.truncate(last.position());
      }
    }
    active = files.append(target);
    setActiveSize(Segment.HEADER_BYTES + records.length);
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
      Ticket ticket = new Ticket(nextOffset, clock.next(records.size()), records);
      nextOffset += records.size();
      queue.add(ticket);
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  private final class Ticket implements Appended {
    private final long firstOffset;
    private final long firstTimeMicros;
    private List<byte[]> records;
    private volatile Status status = Status.PENDING;
    private @Nullable QuiverException error;

    Ticket(long firstOffset, long firstTimeMicros, List<byte[]> records) {
      this.firstOffset = firstOffset;
      this.firstTimeMicros = firstTimeMicros;
      this.records = records;
    }

    @Override
    public long firstOffset() {
      return firstOffset;
    }

    @Override
    public long firstTimeMicros() {
      return firstTimeMicros;
    }

    @Override
    public Status status() {
      return status;
    }

    @Override
    public void await() {
      awaitDurable(this);
    }
  }

  private void awaitDurable(Ticket ticket) {
    lock.lock();
    try {
      while (ticket.status == Status.PENDING) {
        if (busy) {
          progressed.awaitUninterruptibly();
        } else {
          lead();
        }
      }
      if (ticket.error != null) {
        // Each waiter throws its own: an exception's trace belongs to one thread.
        throw new QuiverException(
            ticket.error.code(), ticket.error.reason(), ticket.error.getCause());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes and syncs everything queued; the lock is held on entry and exit, not between. */
  @GuardedBy("lock")
  private void lead() {
    List<Ticket> batch = queue;
    queue = new ArrayList<>();
    busy = true;
    Throwable error = null;
    boolean usable = failure == null && !closed;
    lock.unlock();
    try {
      if (usable) {
        writeBatch(batch);
      }
    } catch (IOException | RuntimeException e) {
      error = e;
    } finally {
      lock.lock();
      busy = false;
      progressed.signalAll();
    }
    if (error == null && usable) {
      Ticket last = batch.getLast();
      durableOffset = last.firstOffset + last.records.size();
      for (Ticket ticket : batch) {
        finish(ticket, null);
      }
      return;
    }
    QuiverException refusal = error == null ? unusable() : appendFailed(error, failure != null);
    for (Ticket ticket : batch) {
      finish(ticket, refusal);
    }
    for (Ticket ticket : queue) {
      finish(ticket, refusal);
    }
    queue = new ArrayList<>();
    nextOffset = durableOffset;
  }

  private static void finish(Ticket ticket, @Nullable QuiverException error) {
    ticket.error = error;
    ticket.records = List.of();
    ticket.status = error == null ? Status.DURABLE : Status.FAILED;
  }

  private void writeBatch(List<Ticket> batch) throws IOException {
    long bytes = 0;
    int count = 0;
    for (Ticket ticket : batch) {
      for (byte[] record : ticket.records) {
        bytes += Segment.RECORD_HEADER_BYTES + record.length;
        count++;
      }
    }
    long started = System.nanoTime();
    FileOps.Appender appender = active;
    if (appender == null
        || (activeSize > Segment.HEADER_BYTES && activeSize + bytes > segmentBytes)) {
      appender = rollTo(batch.getFirst().firstOffset);
    }
    try {
      new BatchWriter(appender, (int) Math.min(bytes, WRITE_CHUNK_BYTES)).write(batch);
    } catch (IOException | RuntimeException e) {
      cutBack(appender, e);
      throw e;
    }
    try {
      appender.sync();
    } catch (IOException | RuntimeException e) {
      fail(e);
      cutBack(appender, e);
      throw e;
    }
    setActiveSize(activeSize + bytes);
    mark(appender, batch.getLast());
    listener.synced(count, bytes, (System.nanoTime() - started) / 1000);
  }

  /** Writes the mark behind a group commit that ends with a ticket. */
  private void mark(FileOps.Appender appender, Ticket last) {
    int count = last.records.size();
    byte[] mark =
        Segment.mark(last.firstOffset + count, last.firstTimeMicros + Math.max(0, count - 1));
    try {
      appender.write(mark, 0, mark.length);
      setActiveSize(activeSize + mark.length);
    } catch (IOException | RuntimeException e) {
      // The records are durable without it.
      cutBack(appender, e);
    }
  }

  /** Takes out what a failed group commit may have left, so that the next one begins there. */
  private void cutBack(FileOps.Appender appender, Exception cause) {
    try {
      appender.truncate(activeSize);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
      fail(cause);
    }
  }

  private void fail(Throwable cause) {
    lock.lock();
    try {
      failure = cause;
    } finally {
      lock.unlock();
    }
  }

  /** Begins a segment at {@link #nextOffset}; the caller owns {@link #active}. */
  private void roll() throws IOException {
    long base;
    lock.lock();
    try {
      base = nextOffset;
    } finally {
      lock.unlock();
    }
    rollTo(base);
  }

  private FileOps.Appender rollTo(long base) throws IOException {
    files.createDirectories(directory);
    Path path = path(base);
    FileOps.Appender appender = files.create(path);
    try {
      byte[] header = Segment.header(base);
      appender.write(header, 0, header.length);
      appender.sync();
      files.syncDirectory(directory);
    } catch (IOException | RuntimeException e) {
      discard(appender, path, e);
      throw e;
    }
    FileOps.Appender before = active;
    long beforeBytes = activeSize;
    active = appender;
    activeVersion = Segment.VERSION;
    setActiveSize(Segment.HEADER_BYTES);
    lock.lock();
    try {
      if (segments.isEmpty() || segments.getLast() != base) {
        segments.add(base);
        earlierBytes.addAndGet(beforeBytes);
      }
    } finally {
      lock.unlock();
    }
    if (before != null) {
      before.close();
    }
    return appender;
  }

  private void discard(FileOps.Appender appender, Path path, Exception cause) {
    try {
      appender.close();
      files.delete(path);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
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
      return segments.isEmpty() ? nextOffset : segments.getFirst();
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
      bases = List.copyOf(segments);
      end = Math.min(durableOffset, toOffset);
    } finally {
      lock.unlock();
    }
    long expected = fromOffset;
    try {
      for (int i = 0; i < bases.size() && expected < end; i++) {
        boolean last = i + 1 == bases.size();
        if (!last && bases.get(i + 1) <= expected) {
          continue;
        }
        long base = bases.get(i);
        if (base > expected) {
          throw corrupt(path(base), 0, "the records from offset " + expected + " on are missing");
        }
        long segmentEnd = last ? end : Math.min(end, bases.get(i + 1));
        expected = replaySegment(base, expected, segmentEnd, consumer);
      }
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL, "log cannot be read: " + directory + ": " + e.getMessage(), e);
    }
    if (expected < end) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          directory + ": the records of offsets " + expected + " to " + (end - 1) + " are missing");
    }
  }

  private long replaySegment(long base, long from, long end, TimedRecordConsumer consumer)
      throws IOException {
    Path path = path(base);
    long expected = from;
    try (SegmentReader reader = new SegmentReader(files, path)) {
      if (!reader.headerValid(base)) {
        throw corrupt(path, 0, "its header is damaged");
      }
      for (long offset = base; offset < end; offset++) {
        long position = reader.position();
        SegmentReader.Entry entry = reader.next();
        if (entry == null || entry.offset() != offset) {
          throw corrupt(path, position, "the record of offset " + offset + " is damaged");
        }
        if (offset == expected) {
          consumer.accept(offset, entry.timeMicros(), entry.body());
          expected++;
        }
      }
    }
    return expected;
  }

  @Override
  public void truncateBefore(long offset) {
    lock.lock();
    try {
      awaitQuiet();
      checkUsable();
      boolean deleted = false;
      while (segments.size() > 1 && segments.get(1) <= offset) {
        deleteFirst();
        deleted = true;
      }
      if (offset >= durableOffset && activeSize >= WORTH_DROPPING_BYTES) {
        // Everything is covered: the next append begins a segment.
        dropAll();
        deleted = true;
      }
      if (deleted) {
        files.syncDirectory(directory);
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
    FileOps.Appender appender = active;
    active = null;
    setActiveSize(0);
    if (appender != null) {
      appender.close();
    }
    while (!segments.isEmpty()) {
      deleteFirst();
    }
  }

  @GuardedBy("lock")
  private void awaitQuiet() {
    while (busy) {
      progressed.awaitUninterruptibly();
    }
  }

  @GuardedBy("lock")
  private void deleteFirst() throws IOException {
    boolean last = segments.size() == 1;
    Path path = path(segments.getFirst());
    long bytes = 0;
    if (!last) {
      try (FileOps.Reader reader = files.read(path)) {
        bytes = reader.size();
      }
    }
    files.delete(path);
    segments.removeFirst();
    earlierBytes.addAndGet(-bytes);
  }

  private QuiverException cannotShorten(IOException cause) {
    return new QuiverException(
        ErrorCode.INTERNAL,
        "log cannot be shortened: " + directory + ": " + cause.getMessage(),
        cause);
  }

  @Override
  public long sizeInBytes() {
    return earlierBytes.get() + activeBytes;
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
      FileOps.Appender appender = active;
      active = null;
      if (appender != null) {
        appender.close();
      }
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL, "log cannot be closed: " + directory + ": " + e.getMessage(), e);
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
        ? new QuiverException(ErrorCode.UNAVAILABLE, "log is closed: " + directory)
        : appendFailed(failure, true);
  }

  private QuiverException appendFailed(Throwable cause, boolean failedClosed) {
    String reason = String.valueOf(cause.getMessage());
    boolean full = DiskSpace.isFull(cause);
    return new QuiverException(
        full ? ErrorCode.INSUFFICIENT_STORAGE : ErrorCode.INTERNAL,
        "the operation was not logged: "
            + directory
            + ": "
            + reason
            + (failedClosed
                ? "; the log takes no more writes until it is opened anew"
                : "; free some space or check the disk, then repeat it"),
        cause);
  }

  private static QuiverException corrupt(Path path, long position, String what) {
    return new QuiverException(
        ErrorCode.CORRUPT,
        path + " is damaged at byte " + position + ": " + what + "; restore it from a backup");
  }

  private void setActiveSize(long bytes) {
    activeSize = bytes;
    activeBytes = bytes;
  }

  private Path path(long base) {
    return directory.resolve(Segment.fileName(base));
  }

  /** Gathers the records of a group commit into few writes. */
  private static final class BatchWriter {
    private final FileOps.Appender appender;
    private final ByteBuffer chunk;

    BatchWriter(FileOps.Appender appender, int chunkBytes) {
      this.appender = appender;
      this.chunk =
          ByteBuffer.allocate(Math.max(chunkBytes, Segment.RECORD_HEADER_BYTES))
              .order(ByteOrder.LITTLE_ENDIAN);
    }

    void write(List<Ticket> batch) throws IOException {
      int index = 0;
      for (Ticket ticket : batch) {
        long offset = ticket.firstOffset;
        long time = ticket.firstTimeMicros;
        for (byte[] record : ticket.records) {
          if (chunk.remaining() < Segment.RECORD_HEADER_BYTES) {
            flush();
          }
          Segment.putRecordHeader(chunk, offset++, index++, time++, record);
          put(record);
        }
      }
      flush();
    }

    private void put(byte[] record) throws IOException {
      int from = 0;
      while (from < record.length) {
        if (!chunk.hasRemaining()) {
          flush();
        }
        int part = Math.min(chunk.remaining(), record.length - from);
        chunk.put(record, from, part);
        from += part;
      }
    }

    private void flush() throws IOException {
      appender.write(chunk.array(), 0, chunk.position());
      chunk.clear();
    }
  }
}
