package dev.quiver.index;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * What the parts of a file that can be opened on their own have in common: a header of 64 bytes
 * with magic (byte 0), version (8), bytes of the whole (32) and a CRC32C of what is before it (60);
 * a body; and a footer of 8 bytes, the body's CRC32C and the header's again, so that an end that
 * doesn't belong to its beginning is seen without reading what is between.
 *
 * @param name how errors call the section
 * @param version the version that is written, and the newest that is read
 */
record Section(String name, long magic, int version) {
  static final int HEADER_BYTES = 64;
  static final int FOOTER_BYTES = 8;

  static final int VERSION_AT = 8;
  private static final int TOTAL_BYTES_AT = 32;
  private static final int CHECKSUM_AT = 60;

  /** Writes the body of a section. */
  @FunctionalInterface
  interface Body {
    void write(ChecksumWriter out) throws IOException;
  }

  /** A header to be filled; its fields are the section's own but for the ones named above. */
  ByteBuffer newHeader(long totalBytes) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(0, magic);
    header.putInt(VERSION_AT, version);
    header.putLong(TOTAL_BYTES_AT, totalBytes);
    return header;
  }

  /** Writes header, body and footer. */
  void write(ByteBuffer header, Body body, WritableByteChannel out) throws IOException {
    int headerChecksum =
        ChecksumWriter.checksumOf(MemorySegment.ofBuffer(header.slice(0, CHECKSUM_AT)));
    header.putInt(CHECKSUM_AT, headerChecksum);
    new ChecksumWriter(out).write(header);
    ChecksumWriter bodyOut = new ChecksumWriter(out);
    body.write(bodyOut);
    ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    footer.putInt(bodyOut.checksum()).putInt(headerChecksum).flip();
    new ChecksumWriter(out).write(footer);
  }

  /** Checks header, length, and the footer's link to the header: O(1). */
  void checkHeader(MemorySegment bytes, String file) throws IndexFileException {
    long available = bytes.byteSize();
    if (available < HEADER_BYTES + FOOTER_BYTES) {
      throw new IndexFileException.Truncated(file, version, available, HEADER_BYTES + FOOTER_BYTES);
    }
    if (bytes.get(ElementType.LONG_LE, 0) != magic) {
      throw corrupt(file, "no " + name + " begins here (wrong magic)");
    }
    int found = readInt(bytes, VERSION_AT);
    if (found > version) {
      throw new IndexFileException.TooNew(file, found, version);
    }
    int checksum = ChecksumWriter.checksumOf(bytes.asSlice(0, CHECKSUM_AT));
    if (found < 1 || checksum != readInt(bytes, CHECKSUM_AT)) {
      throw corrupt(file, name + " header checksum or version " + found + " is wrong");
    }
    long totalBytes = totalBytes(bytes);
    if (available < totalBytes) {
      throw new IndexFileException.Truncated(file, found, available, totalBytes);
    }
    if (totalBytes < HEADER_BYTES + FOOTER_BYTES) {
      throw corrupt(file, name + " header fields contradict each other");
    }
    if (readInt(bytes, totalBytes - 4) != checksum) {
      throw corrupt(file, name + " footer doesn't belong to its header");
    }
  }

  /** Reads everything and compares the checksum: O(bytes). */
  void verify(MemorySegment bytes, String file) throws IndexFileException {
    checkHeader(bytes, file);
    long footerAt = totalBytes(bytes) - FOOTER_BYTES;
    int expected = readInt(bytes, footerAt);
    int actual = ChecksumWriter.checksumOf(bytes.asSlice(HEADER_BYTES, footerAt - HEADER_BYTES));
    if (actual != expected) {
      throw corrupt(
          file,
          name
              + " checksum "
              + Integer.toHexString(actual)
              + " (expected: "
              + Integer.toHexString(expected)
              + ")");
    }
  }

  static long totalBytes(MemorySegment bytes) {
    return bytes.get(ElementType.LONG_LE, TOTAL_BYTES_AT);
  }

  IndexFileException corrupt(String file, String problem) {
    return new IndexFileException.Corrupt(file, version, problem);
  }

  static int readInt(MemorySegment bytes, long offset) {
    return bytes.get(ElementType.INT_LE, offset);
  }
}
