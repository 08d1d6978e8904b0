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

  /** The first record's offset; {@link #nextOffset} when there is none. */
  long firstOffset();

  /** The offset that the next record gets. */
  long nextOffset();

  /** Behind the last record that is durable. */
  long durableOffset();

  /** Hands every durable record from {@code fromOffset} on to the consumer, in order. */
  default void replay(long fromOffset, RecordConsumer consumer) {
    replay(fromOffset, Long.MAX_VALUE, (offset, _, record) -> consumer.accept(offset, record));
  }

  /**
   * Hands every durable record from {@code fromOffset} on and before {@code toOffset} to the
   * consumer, in order, each with its time.
   */
  void replay(long fromOffset, long toOffset, TimedRecordConsumer consumer);

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

    /** The time of the first record, in microseconds since 1970; each further one is 1 later. */
    long firstTimeMicros();

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

  /** Receives replayed records with the time at which they were submitted. */
  @FunctionalInterface
  interface TimedRecordConsumer {
    /**
     * @param timeMicros microseconds since 1970; 0 when the log was written before it had times
     */
    void accept(long offset, long timeMicros, byte[] record);
  }

  /** Told of every group commit; must be fast. */
  interface Listener {
    Listener NONE = (records, bytes, micros) -> {};

    void synced(int records, long bytes, long micros);
  }
}
