package dev.quiver.engine;

import dev.quiver.engine.blob.BlobContent;
import dev.quiver.engine.blob.BlobInfo;
import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.wal.LogChunk;
import dev.quiver.engine.wal.OpLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The part of one log that a repository holds: blobs {@code log/<id>/<first>-<end>-<micros>.wal},
 * each a {@link LogChunk} of the records from first to before end, the last of which was logged at
 * that time. Chunks may overlap: equal offsets are equal records. One without records marks that
 * the log began anew there. Immutable.
 */
final class ArchivedLog {
  static final String PREFIX = "log/";

  /** The journal's place beside the collections' folders. */
  static final String JOURNAL = "journal";

  private static final int CHUNK_BYTES = 8 << 20;
  private static final int DIGITS = 20;
  private static final String SUFFIX = ".wal";

  private final BlobStore store;
  private final List<Chunk> chunks;

  record Chunk(String key, long first, long end, long lastMicros, long size) {}

  private ArchivedLog(BlobStore store, List<Chunk> chunks) {
    this.store = store;
    this.chunks = chunks;
  }

  static ArchivedLog of(BlobStore store, String id) throws IOException {
    List<Chunk> chunks = new ArrayList<>();
    for (BlobInfo blob : store.list(PREFIX + id + "/")) {
      chunks.add(parse(blob));
    }
    chunks.sort(Comparator.comparingLong(Chunk::first).thenComparingLong(Chunk::end));
    return new ArchivedLog(store, List.copyOf(chunks));
  }

  /**
   * @throws QuiverException {@link ErrorCode#CORRUPT} for a name that is none
   */
  static Chunk parse(BlobInfo blob) {
    String name = blob.key().substring(blob.key().lastIndexOf('/') + 1);
    String[] parts = name.replace(SUFFIX, "").split("-", -1);
    try {
      return new Chunk(
          blob.key(),
          Long.parseLong(parts[0]),
          Long.parseLong(parts[1]),
          Long.parseLong(parts[2]),
          blob.size());
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new QuiverException(
          ErrorCode.CORRUPT, blob.key() + " is no archived log's name; remove it", e);
    }
  }

  /** The log's name within the repository that a chunk's key says. */
  static String idOf(String key) {
    return key.substring(PREFIX.length(), key.lastIndexOf('/'));
  }

  List<Chunk> chunks() {
    return chunks;
  }

  /** Behind the last record that is archived; -1 when nothing is. */
  long end() {
    return chunks.stream().mapToLong(Chunk::end).max().orElse(-1);
  }

  /** Behind the last record that can be read without a gap from {@code from} on. */
  long contiguousEnd(long from) {
    long end = from;
    for (Chunk chunk : chunks) {
      if (chunk.first() <= end) {
        end = Math.max(end, chunk.end());
      }
    }
    return end;
  }

  /** Whether a chunk ends at this offset or behind it, and begins before it or there. */
  boolean reaches(long offset) {
    return chunks.stream().anyMatch(chunk -> chunk.first() <= offset && chunk.end() >= offset);
  }

  /** Whether the record of this offset is archived. */
  boolean has(long offset) {
    return chunks.stream().anyMatch(chunk -> chunk.first() <= offset && chunk.end() > offset);
  }

  /** Whether records behind {@code offset} are archived, or known to be lost. */
  boolean goesOnBehind(long offset) {
    return chunks.stream().anyMatch(chunk -> chunk.first() > offset);
  }

  /**
   * The first offset from {@code from} on that was logged after a moment, as far as the log goes.
   */
  long offsetAfter(long from, long micros) throws IOException {
    long end = contiguousEnd(from);
    long[] found = {end};
    long expected = from;
    for (Chunk chunk : chunks) {
      if (chunk.end() <= expected || chunk.first() > expected) {
        continue;
      }
      if (chunk.lastMicros() > micros) {
        read(
            chunk,
            (offset, time, _) -> {
              if (time > micros && offset >= from && offset < found[0]) {
                found[0] = offset;
              }
            });
        return found[0];
      }
      expected = chunk.end();
    }
    return found[0];
  }

  /**
   * Hands the records from {@code from} on and before {@code to} to the consumer, in order.
   *
   * @throws QuiverException {@link ErrorCode#CORRUPT} when one is missing or damaged
   */
  void read(long from, long to, OpLog.TimedRecordConsumer consumer) throws IOException {
    long[] expected = {from};
    for (Chunk chunk : chunks) {
      if (expected[0] >= to) {
        return;
      }
      if (chunk.end() <= expected[0] || chunk.first() > expected[0]) {
        continue;
      }
      read(
          chunk,
          (offset, time, record) -> {
            if (offset == expected[0] && offset < to) {
              consumer.accept(offset, time, record);
              expected[0]++;
            }
          });
    }
    if (expected[0] < to) {
      throw new QuiverException(
          ErrorCode.CORRUPT,
          store.location()
              + ": the archived log lacks the records from offset "
              + expected[0]
              + " to "
              + (to - 1));
    }
  }

  /** Reads one chunk and checks every byte of it. */
  void read(Chunk chunk, OpLog.TimedRecordConsumer consumer) throws IOException {
    byte[] bytes;
    try (InputStream in = store.read(chunk.key())) {
      bytes = in.readAllBytes();
    }
    LogChunk.read(bytes, chunk.key(), chunk.first(), consumer);
  }

  /** Reads every byte of every chunk, and tells which are damaged or lack records. */
  void verify(BackupJob job, List<String> problems) throws IOException {
    for (Chunk chunk : chunks) {
      job.check();
      long[] end = {chunk.first()};
      try {
        read(chunk, (offset, _, _) -> end[0] = offset + 1);
        if (end[0] != chunk.end()) {
          problems.add(
              chunk.key() + " ends at offset " + end[0] + " (expected: " + chunk.end() + ")");
        }
      } catch (QuiverException e) {
        problems.add(e.getMessage());
      }
    }
  }

  /** Reads some log's records. */
  interface Source {
    void read(long from, long to, OpLog.TimedRecordConsumer consumer) throws IOException;
  }

  /**
   * Archives the records from {@code from} on and before {@code to}, in chunks of bounded size.
   *
   * @return bytes that were put
   */
  static long put(BlobStore store, String id, Source log, long from, long to) throws IOException {
    long[] bytes = {0};
    LogChunk[] chunk = {new LogChunk(from)};
    try {
      log.read(
          from,
          to,
          (offset, micros, record) -> {
            chunk[0].add(offset, micros, record);
            if (chunk[0].size() >= CHUNK_BYTES) {
              bytes[0] += putUnchecked(store, id, chunk[0]);
              chunk[0] = new LogChunk(offset + 1);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (chunk[0].endOffset() != to) {
      throw new QuiverException(
          ErrorCode.INTERNAL,
          "log " + id + " was read to offset " + chunk[0].endOffset() + " (expected: " + to + ")");
    }
    return bytes[0] + (chunk[0].isEmpty() ? 0 : put(store, id, chunk[0]));
  }

  /** Marks that the log begins anew at an offset: what was before it is not archived. */
  static void putBeginning(BlobStore store, String id, long offset) throws IOException {
    put(store, id, new LogChunk(offset));
  }

  private static long putUnchecked(BlobStore store, String id, LogChunk chunk) {
    try {
      return put(store, id, chunk);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long put(BlobStore store, String id, LogChunk chunk) throws IOException {
    byte[] bytes = chunk.toByteArray();
    String key =
        PREFIX
            + id
            + "/"
            + digits(chunk.firstOffset())
            + "-"
            + digits(chunk.endOffset())
            + "-"
            + digits(chunk.lastMicros())
            + SUFFIX;
    return store.putIfAbsent(key, BlobContent.of(bytes)) ? bytes.length : 0;
  }

  private static String digits(long number) {
    return String.format(Locale.ROOT, "%0" + DIGITS + "d", number);
  }
}
