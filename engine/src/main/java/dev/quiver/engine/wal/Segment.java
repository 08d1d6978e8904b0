package dev.quiver.engine.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a log segment. The file's name is its first record's offset in 20 digits, then
 * {@code .wal}; all numbers are little-endian.
 *
 * <pre>
 * header   4  magic          "QWAL"
 *          4  version        2
 *          8  base offset    of the first record
 *          4  CRC-32C        of the 16 bytes before
 * record   4  length         of the body, 0..2^28
 *          4  CRC-32C        of the 20 bytes behind it and of the body
 *          8  offset
 *          4  batch index    records of the same group commit before this one
 *          8  time           when it was submitted, in microseconds since 1970; see {@link LogClock}
 *          n  body
 * </pre>
 *
 * <p>Behind a group commit that was synced stands a mark: a record without a body, whose offset is
 * the next record's, whose batch index is -1 and whose time is the last record's. It is written
 * without a sync of its own, so that it costs next to nothing; it is there after any kill, and
 * after a loss of power unless that came within moments. With it, damage in the last group commit
 * is told from a torn write.
 *
 * <p>Version 1 has no time, its checksum covers the 12 bytes behind it and the body. It is read,
 * not written, but for a last group commit that is written again as it was: the first record behind
 * one begins a new segment.
 *
 * <p>A group commit is written and synced as a whole before the next begins. So a damaged record
 * behind which only records of its own group commit are readable is the torn end of a write that
 * nobody was told of; one behind which a later group commit or a mark is readable was damaged after
 * it had been synced. The batch index tells the two apart.
 */
final class Segment {
  static final int MAGIC = 0x4C415751;
  static final int VERSION = 2;
  static final int OLDEST_VERSION = 1;
  static final int HEADER_BYTES = 20;
  static final int RECORD_HEADER_BYTES = 28;
  static final int MAX_RECORD_BYTES = 1 << 28;
  static final String SUFFIX = ".wal";

  /** The batch index of a mark. */
  static final int MARK = -1;

  private static final int NAME_DIGITS = 20;

  private Segment() {}

  static String fileName(long baseOffset) {
    return String.format(Locale.ROOT, "%0" + NAME_DIGITS + "d%s", baseOffset, SUFFIX);
  }

  /** Returns the base offset that a file's name says, or null when it is no segment's name. */
  static @Nullable Long baseOffsetOrNull(String fileName) {
    if (fileName.length() != NAME_DIGITS + SUFFIX.length() || !fileName.endsWith(SUFFIX)) {
      return null;
    }
    long base = 0;
    for (int i = 0; i < NAME_DIGITS; i++) {
      char digit = fileName.charAt(i);
      if (digit < '0' || digit > '9') {
        return null;
      }
      base = base * 10 + (digit - '0');
    }
    return base;
  }

  static byte[] header(long baseOffset) {
    return header(VERSION, baseOffset);
  }

  /** The header of a segment whose records are those of an older one. */
  static byte[] header(int version, long baseOffset) {
    ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(MAGIC).putInt(version).putLong(baseOffset);
    buffer.putInt(crc(buffer.array(), 0, HEADER_BYTES - 4));
    return buffer.array();
  }

  /** Writes a record's header to {@code target}, which has room for it. */
  static void putRecordHeader(
      ByteBuffer target, long offset, int batchIndex, long timeMicros, byte[] body) {
    int start = target.position();
    target.putInt(body.length).putInt(0).putLong(offset).putInt(batchIndex).putLong(timeMicros);
    CRC32C crc = new CRC32C();
    crc.update(target.slice(start + 8, RECORD_HEADER_BYTES - 8));
    crc.update(body);
    target.putInt(start + 4, (int) crc.getValue());
  }

  /**
   * Says that all records before {@code offset} were synced.
   *
   * @param timeMicros of the last of them
   */
  static byte[] mark(long offset, long timeMicros) {
    ByteBuffer buffer = ByteBuffer.allocate(RECORD_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    putRecordHeader(buffer, offset, MARK, timeMicros, new byte[0]);
    return buffer.array();
  }

  /** Bytes of a record before its body, in segments of a version. */
  static int recordHeaderBytes(int version) {
    return version == 1 ? RECORD_HEADER_BYTES - Long.BYTES : RECORD_HEADER_BYTES;
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
