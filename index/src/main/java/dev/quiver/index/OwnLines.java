package dev.quiver.index;

/**
 * What one thread writes in every step of a search, kept out of cache lines that others read. Two
 * cores can't write to a line at once, nor can one read it while the other writes; and where
 * objects come to lie is up to the collector, which may put one thread's counters beside another's,
 * or beside what all threads read. Without this, two threads were in one process of eight 1.5 times
 * as fast as one, with it about 1.8 times in each (docs/performance.md).
 *
 * <p>Fields of subclasses lie behind 128 bytes that nobody uses: two lines, since processors fetch
 * them in pairs. Arrays are used from {@link #INTS} or {@link #LONGS} on and end with as much
 * unused room, where they are short or their ends are written to.
 */
@SuppressWarnings("unused") // that is what these fields are for
abstract class OwnLines {
  /** Unused {@code int}s at either end of an array. */
  static final int INTS = 128 / Integer.BYTES;

  /** Unused {@code long}s at either end of an array. */
  static final int LONGS = 128 / Long.BYTES;

  // A JVM puts a short field of a subclass into the gap before the first long one if there is any.
  private int gap;
  private long unused0;
  private long unused1;
  private long unused2;
  private long unused3;
  private long unused4;
  private long unused5;
  private long unused6;
  private long unused7;
  private long unused8;
  private long unused9;
  private long unused10;
  private long unused11;
  private long unused12;
  private long unused13;
  private long unused14;
  private long unused15;
}
