package dev.quiver.engine.wal;

import java.util.List;

/**
 * An ordered, durable sequence of opaque records, numbered by consecutive offsets from 0. It is the
 * truth of a shard: everything else can be rebuilt from it.
 *
 * <p>Thread-safe. Errors are {@link dev.quiver.engine.QuiverException}.
 */
public interface OpLog extends AutoCloseable {

  /**
   * Queues records behind all earlier ones and gives them their offsets. They are durable only when
   * {@link Appended#await()} has returned; whoever submits must await. The arrays belong to the log
   * from here on.
   */
  Appended submit(List<byte[]> records);

  /** The offset that the next record gets. */
  long nextOffset();

  /** Hands every record from {@code fromOffset} on to the consumer, in order. */
  void replay(long fromOffset, RecordConsumer consumer);

  /** Says that records before {@code offset} are no longer needed; some may be kept. */
  void truncateBefore(long offset);

  /**
   * Drops every record, as all of them are covered elsewhere; nothing may be in flight. A sealed
   * log tells from outside that it holds nothing.
   */
  void seal();

  /** Bytes that the log occupies. */
  long sizeInBytes();

  /** Whether an error closed the log to further appends; opening it anew is the way out. */
  boolean failed();

  @Override
  void close();

  /** Records on their way to durability. */
  interface Appended {
    long firstOffset();

    /** How far they are; never blocks. Records become durable, or fail, in the log's order. */
    Status status();

    /**
     * Returns when the records are durable.
     *
     * @throws dev.quiver.engine.QuiverException when they could not be made durable; they may or
     *     may not turn up after a restart
     */
    void await();
  }

  /** Where records are on their way. */
  enum Status {
    PENDING,
    DURABLE,
    FAILED
  }

  /** Receives replayed records. */
  @FunctionalInterface
  interface RecordConsumer {
    void accept(long offset, byte[] record);
  }

  /** Told of every group commit; must be fast. */
  interface Listener {
    Listener NONE = (records, bytes, micros) -> {};

    void synced(int records, long bytes, long micros);
  }
}
