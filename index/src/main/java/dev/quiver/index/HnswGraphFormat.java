package dev.quiver.index;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A graph as bytes, read in place. Everything is little-endian. Version 2, which only graphs need
 * whose nodes stand in an order of their own ({@link NodeOrder}); others are written as version 1:
 *
 * <pre>
 * offset  type     field
 *      0  byte[8]  magic "QVRGRAPH"
 *      8  int      version: 1 or 2
 *     12  int      m
 *     16  int      size: number of nodes
 *     20  int      node of the entry point, -1 when size is 0
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
 *      .  int[size]                since version 2: the ordinal of each node's vector
 *      .  int[size]                since version 2: the node of each ordinal
 *    end  int      CRC32C of bytes 64 to here
 *         int      CRC32C of the header, again: the end belongs to the beginning
 * </pre>
 *
 * Best read from an address that is a multiple of 4; others work too.
 */
public final class HnswGraphFormat {
  /** The version that is written, and the newest that is read. */
  public static final int VERSION = 2;

  private static final int VERSION_ORDINALS = 1;

  /** The magic is "QVRGRAPH" in ASCII. */
  private static final Section SECTION = new Section("graph", 0x4850415247525651L, VERSION);

  private static final int M_AT = 12;
  private static final int SIZE_AT = 16;
  private static final int ENTRY_NODE_AT = 20;
  private static final int MAX_LEVEL_AT = 24;
  private static final int UPPER_BLOCKS_AT = 28;
  private static final int GROWTH_BASE_AT = 40;
  private static final int GROWTH_EXPONENT_AT = 44;

  private HnswGraphFormat() {}

  /** Bytes that {@link #write} writes of a graph, as it stands. */
  public static long sizeBytes(HnswGraph graph) {
    return sizeBytes(graph, null);
  }

  /** As above, in the given order. */
  static long sizeBytes(HnswGraph graph, @Nullable NodeOrder order) {
    boolean ordered = order != null || graph.map() != null;
    return totalBytes(graph.m(), graph.size(), graph.upperBlockCount(), ordered);
  }

  /** As {@link #write(HnswGraph, NodeOrder, WritableByteChannel)}, with the nodes as they stand. */
  public static void write(HnswGraph graph, OutputStream out) throws IOException {
    write(graph, null, Channels.newChannel(out));
  }

  /**
   * Writes a graph that nobody changes meanwhile; the caller flushes and closes.
   *
   * @param order of the same graph, for its nodes to be written in; null leaves them as they stand
   * @throws IllegalArgumentException for an order of a graph whose nodes have one, or of another
   *     size
   */
  public static void write(HnswGraph graph, @Nullable NodeOrder order, WritableByteChannel out)
      throws IOException {
    NodeMap map = graph.map();
    if (order != null && (map != null || order.size() != graph.size())) {
      throw new IllegalArgumentException(
          "order of "
              + order.size()
              + " nodes for "
              + graph.size()
              + (map == null ? "" : " that have one")
              + " (expected: as many without)");
    }
    ByteBuffer header = SECTION.newHeader(sizeBytes(graph, order));
    if (order == null && map == null) {
      header.putInt(Section.VERSION_AT, VERSION_ORDINALS);
    }
    int entryNode = HnswGraph.entryNode(graph.entry());
    header.putInt(M_AT, graph.m());
    header.putInt(SIZE_AT, graph.size());
    header.putInt(
        ENTRY_NODE_AT, order == null || entryNode < 0 ? entryNode : order.node(entryNode));
    header.putInt(MAX_LEVEL_AT, graph.maxLevel());
    header.putInt(UPPER_BLOCKS_AT, graph.upperBlockCount());
    header.putFloat(GROWTH_BASE_AT, graph.growth().base());
    header.putFloat(GROWTH_EXPONENT_AT, graph.growth().exponent());
    SECTION.write(
        header,
        body -> {
          if (order != null) {
            new OrderedGraphWriter(graph, order, body).write();
            return;
          }
          graph.base().forEachPiece(graph.size(), body::write);
          graph.upperStart().forEachPiece(graph.size(), body::write);
          graph.upper().forEachPiece(graph.upperBlockCount(), body::write);
          if (map != null) {
            body.write(map.ordinals());
            body.write(map.nodes());
          }
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
    int entryNode = Section.readInt(bytes, ENTRY_NODE_AT);
    int maxLevel = Section.readInt(bytes, MAX_LEVEL_AT);
    long baseBytes = 4L * size * HnswGraph.baseSlots(m);
    long startBytes = 4L * size;
    long upperBytes = 4L * upperBlockCount * HnswGraph.upperSlots(m);
    MemorySegment body = bytes.asReadOnly().asSlice(Section.HEADER_BYTES);
    long upperEnd = baseBytes + startBytes + upperBytes;
    NodeMap map =
        ordered(bytes)
            ? new NodeMap(
                body.asSlice(upperEnd, startBytes), body.asSlice(upperEnd + startBytes, startBytes))
            : null;
    HnswGraph graph =
        HnswGraph.over(
            m,
            Blocks.over(HnswGraph.baseSlots(m), body.asSlice(0, baseBytes)),
            Blocks.over(1, body.asSlice(baseBytes, startBytes)),
            Blocks.over(HnswGraph.upperSlots(m), body.asSlice(baseBytes + startBytes, upperBytes)),
            map,
            upperBlockCount,
            size,
            entryNode,
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
    int entryNode = Section.readInt(bytes, ENTRY_NODE_AT);
    if (m < 2
        || m > HnswParams.M_MAX
        || size < 0
        || entryNode >= size
        || (entryNode < 0 && size > 0)
        || Section.totalBytes(bytes)
            != totalBytes(m, size, Section.readInt(bytes, UPPER_BLOCKS_AT), ordered(bytes))) {
      throw SECTION.corrupt(file, "graph header fields contradict each other");
    }
  }

  private static boolean ordered(MemorySegment bytes) {
    return Section.readInt(bytes, Section.VERSION_AT) > VERSION_ORDINALS;
  }

  private static long totalBytes(int m, int size, int upperBlockCount, boolean ordered) {
    return Section.HEADER_BYTES
        + 4L * size * HnswGraph.baseSlots(m)
        + (ordered ? 3L : 1L) * 4L * size
        + 4L * upperBlockCount * HnswGraph.upperSlots(m)
        + Section.FOOTER_BYTES;
  }
}
