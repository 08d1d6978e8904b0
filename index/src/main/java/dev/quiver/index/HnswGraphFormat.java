package dev.quiver.index;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;

/**
 * A graph as bytes, read in place. Everything is little-endian. Version 1:
 *
 * <pre>
 * offset  type     field
 *      0  byte[8]  magic "QVRGRAPH"
 *      8  int      version: 1
 *     12  int      m
 *     16  int      size: number of nodes
 *     20  int      entry point, -1 when size is 0
 *     24  int      level of the entry point, -1 when size is 0
 *     28  int      number of upper blocks
 *     32  long     bytes of the whole, header and footer included
 *     40  float    base of the growth of distances ({@link DistanceGrowth}), 0 when unknown
 *     44  float    its exponent, 0 when unknown, as in files of before it was measured
 *     48  byte[12] reserved: zeros
 *     60  int      CRC32C of bytes 0 to 59
 *     64  int[size][1 + 2m]        level 0: neighbour count, neighbours, unused places
 *      .  int[size]                0, or 1 + index of the node's first upper block
 *      .  int[upperBlocks][2 + m]  upper levels: the node's level, neighbour count, neighbours
 *    end  int      CRC32C of bytes 64 to here
 *         int      CRC32C of the header, again: the end belongs to the beginning
 * </pre>
 *
 * Best read from an address that is a multiple of 4; others work too.
 */
public final class HnswGraphFormat {
  /** The version that is written, and the newest that is read. */
  public static final int VERSION = 1;

  /** The magic is "QVRGRAPH" in ASCII. */
  private static final Section SECTION = new Section("graph", 0x4850415247525651L, VERSION);

  private static final int M_AT = 12;
  private static final int SIZE_AT = 16;
  private static final int ENTRY_POINT_AT = 20;
  private static final int MAX_LEVEL_AT = 24;
  private static final int UPPER_BLOCKS_AT = 28;
  private static final int GROWTH_BASE_AT = 40;
  private static final int GROWTH_EXPONENT_AT = 44;

  private HnswGraphFormat() {}

  /** Bytes that {@link #write} writes. */
  public static long sizeBytes(HnswGraph graph) {
    return totalBytes(graph.m(), graph.size(), graph.upperBlockCount());
  }

  /** As {@link #write(HnswGraph, WritableByteChannel)}. */
  public static void write(HnswGraph graph, OutputStream out) throws IOException {
    write(graph, Channels.newChannel(out));
  }

  /** Writes a graph that nobody changes meanwhile; the caller flushes and closes. */
  public static void write(HnswGraph graph, WritableByteChannel out) throws IOException {
    ByteBuffer header = SECTION.newHeader(sizeBytes(graph));
    header.putInt(M_AT, graph.m());
    header.putInt(SIZE_AT, graph.size());
    header.putInt(ENTRY_POINT_AT, graph.entryPoint());
    header.putInt(MAX_LEVEL_AT, graph.maxLevel());
    header.putInt(UPPER_BLOCKS_AT, graph.upperBlockCount());
    header.putFloat(GROWTH_BASE_AT, graph.growth().base());
    header.putFloat(GROWTH_EXPONENT_AT, graph.growth().exponent());
    SECTION.write(
        header,
        body -> {
          graph.base().forEachPiece(graph.size(), body::write);
          graph.upperStart().forEachPiece(graph.size(), body::write);
          graph.upper().forEachPiece(graph.upperBlockCount(), body::write);
        },
        out);
  }

  /**
   * A graph over bytes that {@link #write} wrote, without copying them. Checks header, length and
   * the footer's link to the header, in O(1); {@link #verify} checks all.
   *
   * @param bytes off-heap, begins with the header; the caller keeps it open
   * @param file how errors call it
   */
  public static HnswGraph open(MemorySegment bytes, String file) throws IndexFileException {
    if (!bytes.isNative()) {
      throw new IllegalArgumentException("bytes: a heap segment (expected: mapped or off-heap)");
    }
    checkHeader(bytes, file);
    int m = Section.readInt(bytes, M_AT);
    int size = Section.readInt(bytes, SIZE_AT);
    int upperBlockCount = Section.readInt(bytes, UPPER_BLOCKS_AT);
    int entryPoint = Section.readInt(bytes, ENTRY_POINT_AT);
    int maxLevel = Section.readInt(bytes, MAX_LEVEL_AT);
    long baseBytes = 4L * size * HnswGraph.baseSlots(m);
    long startBytes = 4L * size;
    long upperBytes = 4L * upperBlockCount * HnswGraph.upperSlots(m);
    MemorySegment body = bytes.asReadOnly().asSlice(Section.HEADER_BYTES);
    HnswGraph graph =
        HnswGraph.over(
            m,
            Blocks.over(HnswGraph.baseSlots(m), body.asSlice(0, baseBytes)),
            Blocks.over(1, body.asSlice(baseBytes, startBytes)),
            Blocks.over(HnswGraph.upperSlots(m), body.asSlice(baseBytes + startBytes, upperBytes)),
            upperBlockCount,
            size,
            entryPoint,
            maxLevel);
    graph.setGrowth(
        DistanceGrowth.of(
            bytes.get(ElementType.FLOAT_LE, GROWTH_BASE_AT),
            bytes.get(ElementType.FLOAT_LE, GROWTH_EXPONENT_AT)));
    return graph;
  }

  /** Reads everything and compares the checksum: O(bytes). */
  public static void verify(MemorySegment bytes, String file) throws IndexFileException {
    SECTION.verify(bytes, file);
  }

  private static void checkHeader(MemorySegment bytes, String file) throws IndexFileException {
    SECTION.checkHeader(bytes, file);
    int m = Section.readInt(bytes, M_AT);
    int size = Section.readInt(bytes, SIZE_AT);
    int entryPoint = Section.readInt(bytes, ENTRY_POINT_AT);
    if (m < 2
        || m > HnswParams.M_MAX
        || size < 0
        || entryPoint >= size
        || (entryPoint < 0 && size > 0)
        || Section.totalBytes(bytes)
            != totalBytes(m, size, Section.readInt(bytes, UPPER_BLOCKS_AT))) {
      throw SECTION.corrupt(file, "graph header fields contradict each other");
    }
  }

  private static long totalBytes(int m, int size, int upperBlockCount) {
    return Section.HEADER_BYTES
        + 4L * size * HnswGraph.baseSlots(m)
        + 4L * size
        + 4L * upperBlockCount * HnswGraph.upperSlots(m)
        + Section.FOOTER_BYTES;
  }
}
