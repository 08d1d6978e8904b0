package dev.quiver.index;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The adjacency of a Hierarchical Navigable Small World graph, off-heap: for each node (the ordinal
 * of a vector) and each of its levels a list of neighbours. It knows nothing of vectors.
 *
 * <p>Memory, in three areas of fixed-stride blocks of little-endian ints:
 *
 * <pre>
 * level 0      one block per node:       count, neighbours[2 * m]
 * upper start  one int per node:         0, or 1 + index of its first upper block
 * upper        one block per node and upper level, a node's levels in a row from level 1:
 *              the node's top level, count, neighbours[m]
 * </pre>
 *
 * <p>A graph that was read from a file may hold its nodes in an order of their own ({@link
 * NodeOrder}). Public methods speak of ordinals in any case; what walks use speaks of nodes, the
 * places of the blocks, which are the ordinals where there is no such order.
 *
 * <p>Reading is safe from any thread, also while a {@link GrowableHnswGraph} inserts. A graph that
 * was built owns its memory and must be closed when no search uses it any more; one opened over a
 * segment owns nothing, and closing it does nothing.
 */
public final class HnswGraph implements AutoCloseable {
  private static final long NO_ENTRY = -1;

  private final int m;
  private final Blocks base;
  private final Blocks upperStart;
  private final Blocks upper;
  private final @Nullable Arena arena;
  private final @Nullable NodeMap map;
  private final AtomicInteger upperBlocks;
  private volatile int size;

  /** Level in the high half, node in the low one: read together, changed together. */
  private volatile long entry;

  /** Of the vectors that the graph was built over; searches end by it. */
  private volatile DistanceGrowth growth = DistanceGrowth.UNKNOWN;

  private HnswGraph(
      int m,
      Blocks base,
      Blocks upperStart,
      Blocks upper,
      @Nullable Arena arena,
      @Nullable NodeMap map,
      int upperBlockCount,
      int size,
      long entry) {
    this.m = m;
    this.base = base;
    this.upperStart = upperStart;
    this.upper = upper;
    this.arena = arena;
    this.map = map;
    this.upperBlocks = new AtomicInteger(upperBlockCount);
    this.size = size;
    this.entry = entry;
  }

  /** An empty graph that owns its memory. */
  static HnswGraph growable(int m) {
    Arena arena = Arena.ofShared();
    return new HnswGraph(
        m,
        Blocks.growable(baseSlots(m), arena),
        Blocks.growable(1, arena),
        Blocks.growable(upperSlots(m), arena),
        arena,
        null,
        0,
        0,
        NO_ENTRY);
  }

  /**
   * A graph over areas that somebody else owns.
   *
   * @param map where the nodes stand in an order of their own
   * @param entryNode the node where searches start
   */
  static HnswGraph over(
      int m,
      Blocks base,
      Blocks upperStart,
      Blocks upper,
      @Nullable NodeMap map,
      int upperBlockCount,
      int size,
      int entryNode,
      int maxLevel) {
    long entry = size == 0 ? NO_ENTRY : packEntry(maxLevel, entryNode);
    return new HnswGraph(m, base, upperStart, upper, null, map, upperBlockCount, size, entry);
  }

  static int baseSlots(int m) {
    return 1 + 2 * m;
  }

  static int upperSlots(int m) {
    return 2 + m;
  }

  /** Number of nodes, and the ordinals: 0 to size - 1. */
  public int size() {
    return size;
  }

  /** Links per node on upper levels; twice as many on level 0. */
  public int m() {
    return m;
  }

  /** Most neighbours that a node can have on a level: the room that {@link #neighbours} needs. */
  public int neighbourCountMax(int level) {
    return level == 0 ? 2 * m : m;
  }

  /** The ordinal where searches start, or -1 in an empty graph. */
  public int entryPoint() {
    int node = entryNode(entry);
    return map == null || node < 0 ? node : map.ordinal(node);
  }

  /** The level of the entry point, or -1 in an empty graph. */
  public int maxLevel() {
    return (int) (entry >> 32);
  }

  /** The highest level of a node: 0 for most. */
  public int levelOf(int ordinal) {
    int start = readStart(map == null ? ordinal : map.node(ordinal));
    return start == 0 ? 0 : upper.get(start - 1, 0);
  }

  /**
   * Copies the neighbours of a node on one of its levels.
   *
   * @param out at least {@code neighbourCountMax(level)} long
   * @return how many there are
   */
  public int neighbours(int level, int ordinal, int[] out) {
    if (map == null) {
      return links(level, ordinal, out, 0);
    }
    int count = links(level, map.node(ordinal), out, 0);
    for (int i = 0; i < count; i++) {
      out[i] = map.ordinal(out[i]);
    }
    return count;
  }

  /**
   * As {@link #neighbours}, of a node by nodes, from {@code out[at]} on; returns where they end.
   */
  int links(int level, int node, int[] out, int at) {
    boolean written = arena != null;
    if (level == 0) {
      return written ? base.readListAcquire(node, 0, out, at) : base.readList(node, 0, out, at);
    }
    int block = upperBlock(level, node);
    return written ? upper.readListAcquire(block, 1, out, at) : upper.readList(block, 1, out, at);
  }

  /** Starts loading the level 0 lists of several nodes, so that reading them waits only once. */
  void touch(int[] nodes, int count) {
    touch(nodes, 0, count);
  }

  /** As above, of {@code nodes[from..to)}. */
  void touch(int[] nodes, int from, int to) {
    long touched = 0;
    for (int i = from; i < to; i++) {
      touched += base.touch(nodes[i]);
    }
    if (touched == Long.MAX_VALUE) {
      // Never so, but it keeps the loads from being dropped as unused.
      throw new AssertionError("touched: " + touched);
    }
  }

  /** Off-heap bytes of the graph (for an opened one, the bytes that it reads). */
  public long memoryBytes() {
    long mapBytes = map == null ? 0 : map.ordinals().byteSize() + map.nodes().byteSize();
    return base.bytes() + upperStart.bytes() + upper.bytes() + mapBytes;
  }

  /**
   * Off-heap bytes that a graph of {@code size} nodes takes; the number of upper levels is a matter
   * of chance, so this allows for 10 % more of them than expected.
   */
  public static long estimateBytes(int size, int m) {
    double upperExpected = size / (m - 1.0);
    long upperCount = (long) Math.ceil(upperExpected * 1.1 + 4 * Math.sqrt(upperExpected));
    return Blocks.estimateBytes(baseSlots(m), size)
        + Blocks.estimateBytes(1, size)
        + Blocks.estimateBytes(upperSlots(m), size == 0 ? 0 : upperCount);
  }

  @Override
  public void close() {
    if (arena != null && arena.scope().isAlive()) {
      arena.close();
    }
  }

  // What follows is for builders and the file format.

  long entry() {
    return entry;
  }

  static int entryLevel(long entry) {
    return (int) (entry >> 32);
  }

  static int entryNode(long entry) {
    return (int) entry;
  }

  /** Whether somebody may write meanwhile: a list may then hold a neighbour twice. */
  boolean changes() {
    return arena != null;
  }

  /** Which vectors the nodes belong to; null if nodes are ordinals. */
  @Nullable NodeMap map() {
    return map;
  }

  DistanceGrowth growth() {
    return growth;
  }

  void setGrowth(DistanceGrowth measured) {
    growth = measured;
  }

  void setEntry(int level, int ordinal) {
    entry = packEntry(level, ordinal);
  }

  /** Room for nodes 0 to {@code size - 1}; what isn't linked isn't reached. */
  void ensureSize(int newSize) {
    base.ensure(newSize);
    upperStart.ensure(newSize);
    synchronized (upperBlocks) {
      if (newSize > size) {
        size = newSize;
      }
    }
  }

  /** Gives a node its upper levels, with empty lists; before anything links to it. */
  void createNode(int ordinal, int level) {
    if (level == 0) {
      return;
    }
    int first = upperBlocks.getAndAdd(level);
    upper.ensure(first + level);
    for (int i = 0; i < level; i++) {
      upper.set(first + i, 0, level);
    }
    upperStart.setRelease(ordinal, 0, first + 1);
  }

  /** Replaces a list; the caller holds the node's lock. */
  void setNeighbours(int level, int ordinal, int[] neighbours, int count) {
    if (level == 0) {
      base.writeListRelease(ordinal, 0, neighbours, count);
    } else {
      upper.writeListRelease(upperBlock(level, ordinal), 1, neighbours, count);
    }
  }

  /** Adds one to a list that has room; the caller holds the node's lock. */
  void appendNeighbour(int level, int ordinal, int count, int neighbour) {
    Blocks blocks = level == 0 ? base : upper;
    int block = level == 0 ? ordinal : upperBlock(level, ordinal);
    int countSlot = level == 0 ? 0 : 1;
    blocks.setRelease(block, countSlot + 1 + count, neighbour);
    blocks.setRelease(block, countSlot, count + 1);
  }

  Blocks base() {
    return base;
  }

  Blocks upperStart() {
    return upperStart;
  }

  Blocks upper() {
    return upper;
  }

  int upperBlockCount() {
    return upperBlocks.get();
  }

  private int upperBlock(int level, int node) {
    return readStart(node) - 1 + level - 1;
  }

  private int readStart(int node) {
    return arena == null ? upperStart.get(node, 0) : upperStart.getAcquire(node, 0);
  }

  private static long packEntry(int level, int node) {
    return ((long) level << 32) | node;
  }
}
