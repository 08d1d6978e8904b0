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

  @SuppressWarnings("ReferenceEquality") // One array may stand for both.
  void append(byte[] bytes, int offset, int count) {
    if (length + count > data.length || (data == durable && length < durableLength)) {
      data = Arrays.copyOf(data, Math.max(length + count, length * 2));
    }
    System.arraycopy(bytes, offset, data, length, count);
    length += count;
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
      int from = Math.min(durableLength, length);
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
      // A tear at any byte, as the pages of a growing file reach the disk in order.
      return Arrays.copyOf(written, size);
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
}
