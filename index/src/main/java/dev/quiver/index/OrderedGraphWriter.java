package dev.quiver.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes the areas of a graph with its nodes in another order, and then the order. */
final class OrderedGraphWriter {
  private static final int BUFFER_BYTES = 1 << 16;

  private final HnswGraph graph;
  private final NodeOrder order;
  private final ChecksumWriter out;
  private final int[] list;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  OrderedGraphWriter(HnswGraph graph, NodeOrder order, ChecksumWriter out) {
    this.graph = graph;
    this.order = order;
    this.out = out;
    this.list = new int[graph.neighbourCountMax(0)];
  }

  void write() throws IOException {
    int size = graph.size();
    for (int node = 0; node < size; node++) {
      writeList(0, order.ordinal(node));
    }
    int upperBlocks = 0;
    for (int node = 0; node < size; node++) {
      int level = graph.levelOf(order.ordinal(node));
      put(level == 0 ? 0 : upperBlocks + 1);
      upperBlocks += level;
    }
    for (int node = 0; node < size; node++) {
      int ordinal = order.ordinal(node);
      int top = graph.levelOf(ordinal);
      for (int level = 1; level <= top; level++) {
        put(top);
        writeList(level, ordinal);
      }
    }
    for (int node = 0; node < size; node++) {
      put(order.ordinal(node));
    }
    for (int ordinal = 0; ordinal < size; ordinal++) {
      put(order.node(ordinal));
    }
    flush();
  }

  private void writeList(int level, int ordinal) throws IOException {
    int count = graph.neighbours(level, ordinal, list);
    put(count);
    int room = graph.neighbourCountMax(level);
    for (int i = 0; i < room; i++) {
      put(i < count ? order.node(list[i]) : 0);
    }
  }

  private void put(int value) throws IOException {
    if (!buffer.hasRemaining()) {
      flush();
    }
    buffer.putInt(value);
  }

  private void flush() throws IOException {
    out.write(buffer.flip());
    buffer.clear();
  }
}
