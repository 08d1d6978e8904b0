package dev.quiver.engine;

import org.jspecify.annotations.Nullable;

/** The space on the disk that a shard's next commit will need. Thread-safe. */
final class IndexSpace implements AutoCloseable {
  /** The log's own bytes, then a segment's files and their copy in one compound file. */
  private static final int INDEX_FACTOR = 3;

  private static final int COMPOUND_FACTOR = 2;

  private final DiskReserve.Share disk;
  private final OnDemandWriter writer;
  private final SpillingDirectory directory;

  /**
   * @param disk closed with this
   */
  IndexSpace(DiskReserve.Share disk, OnDemandWriter writer, SpillingDirectory directory) {
    this.disk = disk;
    this.writer = writer;
    this.directory = directory;
  }

  /**
   * Why so many bytes of operations may not be logged now, or null when they may: what is logged
   * needs space in the index as well.
   */
  @Nullable String shortage(long recordBytes) {
    keep();
    return disk.shortage(INDEX_FACTOR * recordBytes);
  }

  /** Keeps what a commit of what is buffered now will need, in place of what was kept before. */
  void keep() {
    disk.keep(COMPOUND_FACTOR * writer.bufferedBytes() + directory.spilledBytes());
  }

  @Override
  public void close() {
    disk.close();
  }
}
