package dev.quiver.testkit;

import java.util.Arrays;
import java.util.Random;

/**
 * The content of one file of a {@link SimulatedDisk}: what a process reads, and what a loss of
 * power leaves of it. Not thread-safe: the disk's lock is held.
 */
final class SimulatedFile {
  private static final int[] SECTORS = {1, 16, 512, 4096};

  private byte[] data = new byte[0];
  private int length;

  /** As of the last sync; shared with {@link #data} until that changes below its length. */
  private byte[] durable = data;

  private int durableLength;

  /** Where the first byte was written since the last sync. */
  private int dirtyFrom = Integer.MAX_VALUE;

  /** Bytes that a failed sync gave up: clean to the system, yet not on the disk. */
  private int lostFrom;

  private int lostTo;

  int length() {
    return length;
  }

  /** The bytes that a process reads; the caller must not change them. */
  byte[] data() {
    return data;
  }

  /** Writes at a place up to the end. */
  @SuppressWarnings("ReferenceEquality") // One array may stand for both.
  void write(int at, byte[] bytes, int offset, int count) {
    int end = Math.max(length, at + count);
    if (end > data.length || (data == durable && at < durableLength)) {
      data = Arrays.copyOf(data, Math.max(end, length * 2));
    }
    System.arraycopy(bytes, offset, data, at, count);
    length = end;
    dirtyFrom = Math.min(dirtyFrom, at);
  }

  void truncate(int size) {
    if (size > length) {
      throw new IllegalArgumentException("size: " + size + " (expected: at most " + length + ")");
    }
    length = size;
    lostFrom = Math.min(lostFrom, size);
    lostTo = Math.min(lostTo, size);
  }

  void sync() {
    durable = data;
    durableLength = length;
    dirtyFrom = Integer.MAX_VALUE;
    if (lostTo > lostFrom) {
      durable = Arrays.copyOf(data, length);
      Arrays.fill(durable, lostFrom, lostTo, (byte) 0);
    }
  }

  /**
   * A sync that failed: as on Linux, what it could not write counts as clean from now on, and no
   * later sync writes it.
   */
  void failSync(Random random) {
    if (random.nextBoolean()) {
      int from = Math.min(dirtyFrom, Math.min(durableLength, length));
      lostFrom = lostTo > lostFrom ? Math.min(lostFrom, from) : from;
      lostTo = length;
    }
  }

  @SuppressWarnings("ReferenceEquality") // One array may stand for both.
  void flip(long bit) {
    data[(int) (bit >>> 3)] ^= (byte) (1 << (bit & 7));
    if (data != durable && bit >>> 3 < durableLength) {
      durable[(int) (bit >>> 3)] ^= (byte) (1 << (bit & 7));
    }
  }

  /** What is on the disk after the power failed now. */
  SimulatedFile survivor(Random random) {
    SimulatedFile after = new SimulatedFile();
    byte[] kept = surviving(random);
    after.data = kept;
    after.length = kept.length;
    after.durable = kept;
    after.durableLength = kept.length;
    return after;
  }

  private byte[] surviving(Random random) {
    byte[] written = Arrays.copyOf(data, length);
    if (lostTo > lostFrom) {
      Arrays.fill(written, lostFrom, lostTo, (byte) 0);
    }
    byte[] synced = Arrays.copyOf(durable, durableLength);
    int mode = random.nextInt(4);
    if (mode == 0 || Arrays.equals(written, synced)) {
      return synced;
    }
    if (mode == 1) {
      return written;
    }
    int shorter = Math.min(written.length, synced.length);
    int size = shorter + random.nextInt(Math.max(written.length, synced.length) - shorter + 1);
    if (mode == 2 && written.length >= synced.length) {
      // A tear at any byte, as the pages of a growing file reach the disk in order, or those
      // that are written over synced ones.
      return dirtyFrom < synced.length && random.nextBoolean()
          ? tornOver(synced, written, random)
          : Arrays.copyOf(written, size);
    }
    if (random.nextBoolean()) {
      // The new size reached the disk, not all that it counts.
      size = Math.max(written.length, synced.length);
    }
    byte[] mixed = new byte[size];
    int sector = SECTORS[random.nextInt(SECTORS.length)];
    for (int from = 0; from < size; from += sector) {
      byte[] source = random.nextBoolean() ? written : synced;
      int to = Math.min(Math.min(from + sector, size), source.length);
      if (to > from) {
        System.arraycopy(source, from, mixed, from, to - from);
      }
    }
    return mixed;
  }

  /** What was written since the last sync reached the disk up to some byte; the rest did not. */
  private byte[] tornOver(byte[] synced, byte[] written, Random random) {
    int tear = dirtyFrom + random.nextInt(synced.length - dirtyFrom + 1);
    System.arraycopy(written, 0, synced, 0, tear);
    return synced;
  }
}
