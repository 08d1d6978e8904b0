package dev.quiver.index;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/** Writes all of what it is given to a channel and keeps a CRC32C of it. */
final class ChecksumWriter {
  /** Pieces of this size keep temporary copies small where a channel makes some. */
  private static final long PIECE_BYTES = 1L << 20;

  private final WritableByteChannel channel;
  private final CRC32C checksum = new CRC32C();
  private long written;

  ChecksumWriter(WritableByteChannel channel) {
    this.channel = channel;
  }

  void write(MemorySegment bytes) throws IOException {
    for (long at = 0; at < bytes.byteSize(); at += PIECE_BYTES) {
      long count = Math.min(PIECE_BYTES, bytes.byteSize() - at);
      write(bytes.asSlice(at, count).asByteBuffer());
    }
  }

  void write(ByteBuffer bytes) throws IOException {
    checksum.update(bytes.duplicate());
    written += bytes.remaining();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  long written() {
    return written;
  }

  /** CRC32C of everything written so far. */
  int checksum() {
    return (int) checksum.getValue();
  }

  /** CRC32C of a segment's bytes. */
  static int checksumOf(MemorySegment bytes) {
    CRC32C checksum = new CRC32C();
    for (long at = 0; at < bytes.byteSize(); at += PIECE_BYTES) {
      long count = Math.min(PIECE_BYTES, bytes.byteSize() - at);
      checksum.update(bytes.asSlice(at, count).asByteBuffer());
    }
    return (int) checksum.getValue();
  }
}
