package dev.quiver.lucene;

import dev.quiver.index.CodedVectors;
import dev.quiver.index.CodesFormat;
import dev.quiver.index.HnswGraph;
import dev.quiver.index.HnswGraphFormat;
import dev.quiver.index.IndexFileException;
import dev.quiver.index.NodeOrder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexOutput;
import org.jspecify.annotations.Nullable;

/** The kernel's graphs inside Lucene's files. */
final class GraphFile {
  private static final int COPY_BYTES = 1 << 16;

  private GraphFile() {}

  /** Opens a field's graph where it lies. */
  static HnswGraph open(FieldEntry entry, MappedFile file) throws IOException {
    HnswGraph graph;
    try {
      graph =
          HnswGraphFormat.open(
              file.region(entry.graphOffset(), entry.graphLength()), file.toString());
    } catch (IndexFileException.Corrupt | IndexFileException.Truncated e) {
      throw new CorruptIndexException(e.getMessage(), file.toString(), e);
    }
    if (graph.size() != entry.count()) {
      throw new CorruptIndexException(
          "graph's nodes: " + graph.size() + " (expected: the vectors, " + entry.count() + ")",
          file.toString());
    }
    return graph;
  }

  /** Opens a field's codes where they lie; null if it has none. */
  static @Nullable CodedVectors openCodes(FieldEntry entry, MappedFile file) throws IOException {
    if (!entry.hasCodes()) {
      return null;
    }
    CodedVectors codes;
    try {
      codes =
          CodesFormat.open(file.region(entry.codesOffset(), entry.codesLength()), file.toString());
    } catch (IndexFileException.Corrupt | IndexFileException.Truncated e) {
      throw new CorruptIndexException(e.getMessage(), file.toString(), e);
    }
    if (codes.size() != entry.count()
        || codes.quantiser().dimension() != entry.options().dimension()
        || codes.quantiser().distance() != entry.options().distance()) {
      throw new CorruptIndexException(
          "codes of "
              + codes.size()
              + " vectors by "
              + codes.quantiser().distance()
              + " (expected: "
              + entry.count()
              + " by "
              + entry.options().distance()
              + ")",
          file.toString());
    }
    return codes;
  }

  /** Appends a graph, with its nodes in the given order, if there is one. */
  static void write(HnswGraph graph, @Nullable NodeOrder order, IndexOutput output)
      throws IOException {
    HnswGraphFormat.write(graph, order, new OutputChannel(output));
  }

  /** Appends codes in the order of their graph's nodes. */
  static void write(CodedVectors codes, NodeOrder order, IndexOutput output) throws IOException {
    CodesFormat.write(codes, order, new OutputChannel(output));
  }

  /** Lets the kernel write into a file of Lucene's; closing it does not close the file. */
  private static final class OutputChannel implements WritableByteChannel {
    private final IndexOutput output;
    private final byte[] copy = new byte[COPY_BYTES];

    OutputChannel(IndexOutput output) {
      this.output = output;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int total = source.remaining();
      while (source.hasRemaining()) {
        int length = Math.min(copy.length, source.remaining());
        source.get(copy, 0, length);
        output.writeBytes(copy, length);
      }
      return total;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
