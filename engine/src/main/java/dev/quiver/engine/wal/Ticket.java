package dev.quiver.engine.wal;

import dev.quiver.engine.QuiverException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records of one call on their way into a {@link WriteAheadLog}, whose lock guards them. */
final class Ticket implements OpLog.Appended {
  private final WriteAheadLog log;
  private final long firstOffset;
  private final long firstTimeMicros;
  private final int count;
  private List<byte[]> records;
  private volatile OpLog.Status status = OpLog.Status.PENDING;
  private @Nullable QuiverException error;
  private @Nullable Thread sleeper;

  Ticket(WriteAheadLog log, long firstOffset, long firstTimeMicros, List<byte[]> records) {
    this.log = log;
    this.firstOffset = firstOffset;
    this.firstTimeMicros = firstTimeMicros;
    this.count = records.size();
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
  public OpLog.Status status() {
    return status;
  }

  @Override
  public void await() {
    log.await(this);
  }

  /** Says that this thread sleeps until the fate of the records is known, or it is to lead. */
  void sleepsHere() {
    sleeper = Thread.currentThread();
  }

  @Nullable Thread sleeper() {
    return sleeper;
  }

  /** Empty once their fate is known. */
  List<byte[]> records() {
    return records;
  }

  int count() {
    return count;
  }

  /** Behind the last record. */
  long endOffset() {
    return firstOffset + count;
  }

  /** Of the last record. */
  long lastTimeMicros() {
    return firstTimeMicros + Math.max(0, count - 1);
  }

  /** Settles what becomes of the records; null: they are durable. */
  void finish(@Nullable QuiverException refusal) {
    error = refusal;
    records = List.of();
    status = refusal == null ? OpLog.Status.DURABLE : OpLog.Status.FAILED;
  }

  void throwIfRefused() {
    if (error != null) {
      // Each waiter throws its own: an exception's trace belongs to one thread.
      throw new QuiverException(error.code(), error.reason(), error.getCause());
    }
  }
}
