package dev.quiver.engine;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;

/**
 * A Lucene file that is read through, and its checksum on the way: of all bytes but the last eight,
 * in which Lucene wrote what it is to be. One thread at a time.
 */
final class LuceneSum extends FilterInputStream {
  private final CRC32 crc = new CRC32();
  private long left;

  /**
   * @param size of the whole file, in bytes
   */
  LuceneSum(InputStream in, long size) {
    super(in);
    this.left = size - Long.BYTES;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    if (value >= 0 && left > 0) {
      crc.update(value);
      left--;
    }
    return value;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = super.read(target, offset, length);
    int counted = Math.clamp(left, 0, Math.max(0, count));
    crc.update(target, offset, counted);
    left -= counted;
    return count;
  }

  /** The checksum, once everything was read. */
  long value() {
    return crc.getValue();
  }
}
