package dev.quiver.engine.audit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only list of who changed what.
 *
 * <pre>
 * audit-00000001.jsonl, audit-00000002.jsonl, ...   one record a line, see {@link AuditLine}:
 *   {"seq": n, "timestamp": RFC 3339, ...{@link AuditEvent}..., "prev": hash, "hash": hash}
 * </pre>
 *
 * <p>{@code seq} counts from 1 without gaps; {@code prev} is the hash of the record before, in the
 * file before where need be. So a record cannot be changed, taken out, put in or moved without that
 * the chain shows it. Only the newest records can be cut off unseen, unless their hash was noted
 * somewhere else ({@link AuditReport#head}).
 *
 * <p>A record is synced before {@link #append} returns; what {@link #appendLazily} adds, by the
 * next one. After a failed sync nothing more is taken: what the disk then holds is only known when
 * the log is opened again. A torn last line is cut off on opening, and a record keeps what it said.
 * A file that is full is followed by a new one; a file all of whose records are older than the
 * retention is deleted, and a record says so too. Thread-safe.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  /** Its name in a data folder. */
  public static final String FOLDER = "audit";

  private static final long FILE_BYTES = 16L << 20;

  /** So much of what is cut off is kept. */
  private static final int KEPT_BYTES = 4096;

  private final AuditFiles files;
  private final Duration retention;
  private final InstantSource clock;
  private final long fileBytes;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private FileOps.@Nullable Appender appender;

  @GuardedBy("lock")
  private int number;

  @GuardedBy("lock")
  private long nextSeq = 1;

  @GuardedBy("lock")
  private String head = AuditLine.BEGINNING;

  @GuardedBy("lock")
  private @Nullable IOException failure;

  AuditLog(AuditFiles files, Duration retention, InstantSource clock, long fileBytes) {
    this.files = files;
    this.retention = retention;
    this.clock = clock;
    this.fileBytes = fileBytes;
  }

  /**
   * Opens the log in a folder; the folder is made with the first record.
   *
   * @param retention zero: for ever
   * @param clock gives records their times
   */
  public static AuditLog open(Path folder, FileOps files, Duration retention, InstantSource clock)
      throws IOException {
    AuditLog log = new AuditLog(new AuditFiles(folder, files), retention, clock, FILE_BYTES);
    log.recover();
    return log;
  }

  /** Finds the end of the chain. */
  void recover() throws IOException {
    lock.lock();
    try {
      List<Integer> numbers = files.numbers();
      if (numbers.isEmpty()) {
        return;
      }
      number = numbers.getLast();
      long end = follow(files.read(number));
      for (int i = numbers.size() - 2; i >= 0 && nextSeq == 1; i--) {
        // Not even the first record of the last file was whole.
        follow(files.read(numbers.get(i)));
      }
      FileOps.Appender opened = files.files().append(files.file(number));
      appender = opened;
      if (opened.size() > end) {
        cutOff(opened, end);
      }
      prune();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Cuts off what stands behind the last whole record: a write that did not end, or a record that
   * was damaged since. The disk does not say which, so the record of it keeps what there was.
   */
  @GuardedBy("lock")
  private void cutOff(FileOps.Appender opened, long end) throws IOException {
    long bytes = opened.size() - end;
    ObjectNode detail = JsonNodeFactory.instance.objectNode();
    detail.put("bytes_cut", bytes);
    detail.put("text", files.rest(number, end, KEPT_BYTES));
    LOG.warn("{}: {} bytes behind the last whole record are cut off", files.file(number), bytes);
    opened.truncate(end);
    opened.sync();
    append(system("audit_repaired", detail));
  }

  /** Takes the last whole record for the chain's end; returns where it ends in its file. */
  @GuardedBy("lock")
  private long follow(List<AuditFiles.Line> lines) {
    for (AuditFiles.Line line : lines.reversed()) {
      AuditLine last = AuditLine.read(line.text());
      if (last != null) {
        nextSeq = last.seq() + 1;
        head = last.hash();
        return line.end();
      }
    }
    return 0;
  }

  private static AuditEvent system(String method, ObjectNode detail) {
    return new AuditEvent(method, AuditEvent.Actor.SYSTEM, null, AuditEvent.OK, null, null, detail);
  }

  /**
   * Adds a record; durable on return.
   *
   * @return its number
   * @throws QuiverException {@link ErrorCode#INSUFFICIENT_STORAGE} or {@link ErrorCode#INTERNAL}
   *     when it could not be written: then whatever it was to be about must not be done
   */
  public long append(AuditEvent event) {
    return append(event, true);
  }

  /**
   * Adds a record that is durable with the next one, or when the log is closed: for how a change
   * ended that another record has announced.
   */
  public long appendLazily(AuditEvent event) {
    return append(event, false);
  }

  /**
   * Makes a change between the record that announces it, durable before it begins, and that of how
   * it ended. That it was done is seen in the store itself: its record need not be on the disk yet.
   */
  public <T> T audited(AuditEvent event, Supplier<T> change) {
    long seq = append(event);
    T result;
    try {
      result = change.get();
    } catch (RuntimeException e) {
      append(event.ended(seq, String.valueOf(e.getMessage())));
      throw e;
    }
    appendLazily(event.ended(seq, null));
    return result;
  }

  private long append(AuditEvent event, boolean durable) {
    lock.lock();
    try {
      IOException before = failure;
      if (before != null) {
        throw new QuiverException(
            ErrorCode.UNAVAILABLE,
            "the audit log takes no records since it could not be written ("
                + before.getMessage()
                + "); free the disk and restart",
            before);
      }
      return write(event, durable);
    } catch (IOException e) {
      failure = e;
      throw new QuiverException(
          String.valueOf(e.getMessage()).contains("No space left")
              ? ErrorCode.INSUFFICIENT_STORAGE
              : ErrorCode.INTERNAL,
          "the audit log cannot be written: " + e.getMessage(),
          e);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private long write(AuditEvent event, boolean durable) throws IOException {
    FileOps.Appender target = appender;
    if (target == null || target.size() >= fileBytes) {
      target = nextFile();
    }
    long seq = nextSeq;
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("seq", seq);
    json.put("timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    json.setAll(event.json());
    byte[] line = AuditLine.write(json, head);
    byte[] bytes = Arrays.copyOf(line, line.length + 1);
    bytes[line.length] = '\n';
    target.write(bytes, 0, bytes.length);
    if (durable) {
      target.sync();
    }
    AuditLine written = AuditLine.read(new String(line, StandardCharsets.UTF_8));
    head = Objects.requireNonNull(written).hash();
    nextSeq = seq + 1;
    return seq;
  }

  @GuardedBy("lock")
  private FileOps.Appender nextFile() throws IOException {
    boolean first = number == 0;
    FileOps.Appender full = appender;
    appender = null;
    if (full != null) {
      try (full) {
        full.sync();
      }
    }
    files.files().createDirectories(files.folder());
    number++;
    FileOps.Appender opened = files.files().create(files.file(number));
    appender = opened;
    files.files().syncDirectory(files.folder());
    if (first) {
      Path parent = files.folder().getParent();
      if (parent != null) {
        files.files().syncDirectory(parent);
      }
    }
    return opened;
  }

  /** Deletes files all of whose records are too old. */
  private void prune() throws IOException {
    if (retention.isZero()) {
      return;
    }
    Instant limit = clock.instant().minus(retention);
    List<Integer> numbers = files.numbers();
    for (int i = 0; i + 1 < numbers.size(); i++) {
      List<AuditFiles.Line> next = files.read(numbers.get(i + 1));
      AuditLine first = next.isEmpty() ? null : AuditLine.read(next.getFirst().text());
      if (first == null || !AuditQuery.time(first.json()).isBefore(limit)) {
        return;
      }
      ObjectNode detail = JsonNodeFactory.instance.objectNode();
      detail.put("file", String.valueOf(files.file(numbers.get(i)).getFileName()));
      detail.put("older_than", limit.toString());
      append(system("audit_pruned", detail));
      files.files().delete(files.file(numbers.get(i)));
      files.files().syncDirectory(files.folder());
    }
  }

  /** The newest records that match, the newest first. */
  public List<ObjectNode> query(AuditQuery query) {
    try {
      List<ObjectNode> found = new ArrayList<>();
      List<Integer> numbers = files.numbers();
      for (int i = numbers.size() - 1; i >= 0 && found.size() < query.limit(); i--) {
        List<AuditFiles.Line> lines = files.read(numbers.get(i));
        for (int j = lines.size() - 1; j >= 0 && found.size() < query.limit(); j--) {
          AuditLine line = AuditLine.read(lines.get(j).text());
          if (line != null && query.matches(line.json())) {
            found.add(line.json());
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL, "the audit log cannot be read: " + e.getMessage(), e);
    }
  }

  /** Checks every record and the chain, as of now. */
  public AuditReport verify() {
    lock.lock();
    try {
      return verify(files.folder(), files.files());
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.INTERNAL, "the audit log cannot be read: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Checks every record and the chain of a log that nobody has open, or as far as it goes of one
   * that somebody appends to meanwhile.
   */
  public static AuditReport verify(Path folder, FileOps ops) throws IOException {
    AuditFiles files = new AuditFiles(folder, ops);
    List<AuditProblem> problems = new ArrayList<>();
    AuditChain chain = new AuditChain();
    List<Integer> numbers = files.numbers();
    for (int number : numbers) {
      String name = String.valueOf(files.file(number).getFileName());
      int at = 0;
      for (AuditFiles.Line line : files.read(number)) {
        at++;
        String problem = chain.next(AuditLine.read(line.text()));
        if (problem != null) {
          problems.add(new AuditProblem(name, at, line.offset(), line.length(), problem));
        }
      }
    }
    return new AuditReport(chain.records(), numbers.size(), chain.head(), problems);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      FileOps.Appender open = appender;
      appender = null;
      if (open != null) {
        try (open) {
          if (failure == null) {
            open.sync();
          }
        }
      }
      failure = new IOException("the log is closed");
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "the audit log cannot be closed", e);
    } finally {
      lock.unlock();
    }
  }
}
