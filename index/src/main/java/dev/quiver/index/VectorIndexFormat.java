package dev.quiver.index;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A {@link VectorIndex} as one file, read in place. Everything is little-endian. Version 2:
 *
 * <pre>
 * offset  type     field
 *      0  byte[8]  magic "QVRINDEX"
 *      8  int      version: 1 or 2
 *     12  int      element type, {@link ElementType#code}
 *     16  int      distance, {@link Distance#code}
 *     20  int      1 if rows have length 1, else 0
 *     24  int      dimension
 *     28  int      size: number of vectors
 *     32  long     offset of the tombstones: rows end, rounded up to 8
 *     40  long     offset of the graph
 *     48  long     bytes of the whole file
 *     56  int      since version 2: 1 if codes follow the graph, else 0
 *     60  int      CRC32C of bytes 0 to 59
 *     64  rows     as {@link VectorStore} lays them out, then zeros to a multiple of 8
 *      .  long[]   tombstones: bit {@code i & 63} of {@code [i >> 6]} is set when i is deleted
 *      .  int      CRC32C of bytes 64 to here
 *      .  int      CRC32C of the header, again
 *      .  graph    {@link HnswGraphFormat}
 *      .  codes    if there are any: zeros to a multiple of 64, {@link CodesFormat}
 * </pre>
 */
final class VectorIndexFormat {
  static final int VERSION = 2;

  private static final int HEADER_BYTES = 64;

  /** "QVRINDEX" in ASCII. */
  private static final long MAGIC = 0x5845444e49525651L;

  private static final int VERSION_AT = 8;
  private static final int ELEMENT_TYPE_AT = 12;
  private static final int DISTANCE_AT = 16;
  private static final int UNIT_AT = 20;
  private static final int DIMENSION_AT = 24;
  private static final int SIZE_AT = 28;
  private static final int TOMBSTONES_AT = 32;
  private static final int GRAPH_AT = 40;
  private static final int TOTAL_BYTES_AT = 48;
  private static final int CODES_AT = 56;
  private static final int CODES_ALIGNMENT = 64;
  private static final int HEADER_CHECKSUM_AT = 60;

  private VectorIndexFormat() {}

  /** What a file holds; rows, tombstones and graph are views of the mapping. */
  record Contents(
      VectorStore store,
      Distance distance,
      RowNorms norms,
      Tombstones tombstones,
      HnswGraph graph,
      @Nullable CodedVectors codes) {

    /** Closes the file that vectors are read from, if there is one. */
    void closeFile() {
      RowFile file = store.rowFile();
      if (file != null) {
        file.close();
      }
    }
  }

  /** Replaces {@code path} in one step: a crash leaves the old file or the new one, on disk. */
  static void save(Contents contents, Path path) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(directory, "." + path.getFileName(), ".tmp");
    try {
      try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        write(contents, out);
        out.force(true);
      }
      Files.move(
          temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
      entry.force(true);
    }
  }

  private static void write(Contents contents, FileChannel out) throws IOException {
    VectorStore store = contents.store();
    int size = store.size();
    long rowBytes = (long) size * store.strideBytes();
    long tombstonesAt = (HEADER_BYTES + rowBytes + 7) / 8 * 8;
    long graphAt = tombstonesAt + 8L * Tombstones.wordCount(size) + 8;
    CodedVectors codes = contents.codes();
    NodeOrder order = orderFor(contents);
    long graphEnd = graphAt + HnswGraphFormat.sizeBytes(contents.graph(), order);
    long end = codes == null ? graphEnd : codesStart(graphEnd) + CodesFormat.sizeBytes(codes);
    ByteBuffer header = buffer(HEADER_BYTES);
    header.putLong(0, MAGIC);
    header.putInt(VERSION_AT, VERSION);
    header.putInt(ELEMENT_TYPE_AT, store.elementType().code());
    header.putInt(DISTANCE_AT, contents.distance().code());
    header.putInt(UNIT_AT, contents.norms() == RowNorms.UNIT ? 1 : 0);
    header.putInt(DIMENSION_AT, store.dimension());
    header.putInt(SIZE_AT, size);
    header.putLong(TOMBSTONES_AT, tombstonesAt);
    header.putLong(GRAPH_AT, graphAt);
    header.putLong(TOTAL_BYTES_AT, end);
    header.putInt(CODES_AT, codes == null ? 0 : 1);
    int headerChecksum =
        ChecksumWriter.checksumOf(MemorySegment.ofBuffer(header.slice(0, HEADER_CHECKSUM_AT)));
    header.putInt(HEADER_CHECKSUM_AT, headerChecksum);
    new ChecksumWriter(out).write(header);

    ChecksumWriter body = new ChecksumWriter(out);
    long chunkRows = 1L << store.chunkShift();
    long remaining = size;
    for (MemorySegment chunk : store.chunks()) {
      long rows = Math.min(remaining, chunkRows);
      body.write(chunk.asSlice(0, rows * store.strideBytes()));
      remaining -= rows;
    }
    body.write(buffer((int) (tombstonesAt - HEADER_BYTES - rowBytes)));
    for (int i = 0; i < Tombstones.wordCount(size); i++) {
      body.write(buffer(8).putLong(0, contents.tombstones().word(i)));
    }
    new ChecksumWriter(out).write(buffer(8).putInt(0, body.checksum()).putInt(4, headerChecksum));
    HnswGraphFormat.write(contents.graph(), order, out);
    if (codes != null) {
      new ChecksumWriter(out).write(buffer((int) (codesStart(graphEnd) - graphEnd)));
      CodesFormat.write(codes, order, out);
    }
  }

  /** The order for nodes and codes that are not in one yet; without codes there is none. */
  private static @Nullable NodeOrder orderFor(Contents contents) {
    return contents.codes() == null || contents.graph().map() != null
        ? null
        : NodeOrder.of(contents.graph(), BuildListener.NONE);
  }

  private static long codesStart(long graphEnd) {
    return (graphEnd + CODES_ALIGNMENT - 1) / CODES_ALIGNMENT * CODES_ALIGNMENT;
  }

  /**
   * Maps a file into {@code arena}, which the caller closes.
   *
   * @param verify whether to read everything once and compare checksums
   * @param placement where vectors are ranked from
   */
  static Contents open(Path path, Arena arena, boolean verify, VectorPlacement placement)
      throws IOException {
    RowFile file = placement == VectorPlacement.ON_DISK ? RowFile.open(path, HEADER_BYTES) : null;
    boolean opened = false;
    try {
      Contents contents = open(path, arena, verify, file);
      opened = true;
      return contents;
    } finally {
      if (!opened && file != null) {
        file.close();
      }
    }
  }

  private static Contents open(Path path, Arena arena, boolean verify, @Nullable RowFile rowFile)
      throws IOException {
    String file = path.toString();
    MemorySegment bytes;
    try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
      bytes = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size(), arena);
    }
    checkHeader(bytes, file);
    int size = readInt(bytes, SIZE_AT);
    long tombstonesAt = readLong(bytes, TOMBSTONES_AT);
    long graphAt = readLong(bytes, GRAPH_AT);
    MemorySegment graphBytes = bytes.asSlice(graphAt);
    if (verify) {
      verify(bytes, file);
      HnswGraphFormat.verify(graphBytes, file);
    }
    MemorySegment rows = bytes.asSlice(HEADER_BYTES, tombstonesAt - HEADER_BYTES);
    if (rowFile != null && verify) {
      // They were read once and are not wanted in this process's memory.
      rows.unload();
    }
    VectorStore store =
        new SegmentVectorStore(
            rows,
            size,
            readInt(bytes, DIMENSION_AT),
            ElementType.ofCode(readInt(bytes, ELEMENT_TYPE_AT)),
            rowFile);
    HnswGraph graph = HnswGraphFormat.open(graphBytes, file);
    if (graph.size() != size) {
      throw corrupt(file, "graph of " + graph.size() + " nodes for " + size + " vectors");
    }
    long graphEnd = graphAt + HnswGraphFormat.sizeBytes(graph);
    CodedVectors codes = openCodes(bytes, graphEnd, store, file, verify);
    Tombstones tombstones = new Tombstones(size);
    for (int ordinal = 0; ordinal < size; ordinal++) {
      long word = readLong(bytes, tombstonesAt + 8L * (ordinal >> 6));
      if ((word & (1L << ordinal)) != 0) {
        tombstones.add(ordinal);
      }
    }
    return new Contents(
        store,
        Distance.ofCode(readInt(bytes, DISTANCE_AT)),
        readInt(bytes, UNIT_AT) == 1 ? RowNorms.UNIT : RowNorms.ANY,
        tombstones,
        graph,
        codes);
  }

  private static @Nullable CodedVectors openCodes(
      MemorySegment bytes, long graphEnd, VectorStore store, String file, boolean verify)
      throws IndexFileException {
    if (readInt(bytes, VERSION_AT) < 2 || readInt(bytes, CODES_AT) == 0) {
      return null;
    }
    long codesAt = codesStart(graphEnd);
    if (codesAt > bytes.byteSize()) {
      throw new IndexFileException.Truncated(file, VERSION, bytes.byteSize(), codesAt);
    }
    MemorySegment codesBytes = bytes.asSlice(codesAt);
    if (verify) {
      for (long at = graphEnd; at < codesAt; at++) {
        if (bytes.get(ValueLayout.JAVA_BYTE, at) != 0) {
          throw corrupt(file, "byte " + at + " between graph and codes isn't 0");
        }
      }
      CodesFormat.verify(codesBytes, file);
    }
    CodedVectors codes = CodesFormat.open(codesBytes, file);
    if (codes.size() != store.size() || codes.quantiser().dimension() != store.dimension()) {
      throw corrupt(
          file,
          "codes of "
              + codes.size()
              + " vectors of "
              + codes.quantiser().dimension()
              + " components (expected: "
              + store.size()
              + " of "
              + store.dimension()
              + ")");
    }
    return codes;
  }

  private static void checkHeader(MemorySegment bytes, String file) throws IndexFileException {
    if (bytes.byteSize() < HEADER_BYTES) {
      throw new IndexFileException.Truncated(file, VERSION, bytes.byteSize(), HEADER_BYTES);
    }
    if (readLong(bytes, 0) != MAGIC) {
      throw corrupt(file, "not a vector index (wrong magic)");
    }
    int version = readInt(bytes, VERSION_AT);
    if (version > VERSION) {
      throw new IndexFileException.TooNew(file, version, VERSION);
    }
    int checksum = ChecksumWriter.checksumOf(bytes.asSlice(0, HEADER_CHECKSUM_AT));
    if (version < 1 || checksum != readInt(bytes, HEADER_CHECKSUM_AT)) {
      throw corrupt(file, "header checksum or version " + version + " is wrong");
    }
    long totalBytes = readLong(bytes, TOTAL_BYTES_AT);
    if (bytes.byteSize() < totalBytes) {
      throw new IndexFileException.Truncated(file, version, bytes.byteSize(), totalBytes);
    }
    if (bytes.byteSize() > totalBytes) {
      throw corrupt(file, bytes.byteSize() + " bytes (expected: " + totalBytes + ")");
    }
  }

  private static void verify(MemorySegment bytes, String file) throws IndexFileException {
    long checksumAt = readLong(bytes, GRAPH_AT) - 8;
    int expected = readInt(bytes, checksumAt);
    int actual = ChecksumWriter.checksumOf(bytes.asSlice(HEADER_BYTES, checksumAt - HEADER_BYTES));
    if (readInt(bytes, checksumAt + 4) != readInt(bytes, HEADER_CHECKSUM_AT)) {
      throw corrupt(file, "vectors don't belong to the header");
    }
    if (actual != expected) {
      throw corrupt(
          file,
          "vectors' checksum "
              + Integer.toHexString(actual)
              + " (expected: "
              + Integer.toHexString(expected)
              + ")");
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int readInt(MemorySegment bytes, long offset) {
    return bytes.get(ElementType.INT_LE, offset);
  }

  private static long readLong(MemorySegment bytes, long offset) {
    return bytes.get(ElementType.LONG_LE, offset);
  }

  private static IndexFileException corrupt(String file, String problem) {
    return new IndexFileException.Corrupt(file, VERSION, problem);
  }
}
