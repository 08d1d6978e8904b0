package dev.quiver.lucene;

import dev.quiver.index.CodedVectors;
import dev.quiver.index.HnswGraph;
import dev.quiver.index.RowFile;
import dev.quiver.index.VectorPlacement;
import dev.quiver.index.VectorScoring;
import dev.quiver.index.VectorStore;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One field's vectors in one segment: stored bytes by ordinal, the map between ordinals (0 ..
 * size-1, in document order) and documents, and the graph if there is one. Thread-safe; valid until
 * the reader that made it closes.
 *
 * <p>Vectors and graph are opened when they are first asked for: a reader that only counts or
 * copies vectors then makes no copies of files that can't be mapped.
 */
final class StoredVectors implements Closeable {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final FieldEntry entry;
  private final int maxDoc;
  private final MappedFile vectorsFile;
  private final MappedFile graphFile;
  private final @Nullable Path vectorsPath;
  private final MemorySegment docs;
  private volatile @Nullable Opened opened;
  private volatile @Nullable Walkable walkable;

  private record Opened(VectorStore store, VectorScoring scoring, @Nullable RowFile file) {}

  private record Walkable(HnswGraph graph, @Nullable CodedVectors codes) {}

  /**
   * @param vectorsPath of the vector file, to read rows from that aren't to become resident; null
   *     if it isn't a file of its own
   */
  StoredVectors(
      FieldEntry entry,
      int maxDoc,
      MappedFile vectorsFile,
      MappedFile graphFile,
      @Nullable Path vectorsPath)
      throws IOException {
    this.entry = entry;
    this.maxDoc = maxDoc;
    this.vectorsFile = vectorsFile;
    this.graphFile = graphFile;
    this.vectorsPath = vectorsPath;
    this.docs = vectorsFile.region(entry.docsOffset(), entry.docsLength());
  }

  FieldEntry entry() {
    return entry;
  }

  FieldOptions options() {
    return entry.options();
  }

  int size() {
    return entry.count();
  }

  /** Returns the number of documents in the segment, with or without a vector. */
  int maxDoc() {
    return maxDoc;
  }

  /** Whether the files are still there to be read. */
  boolean isOpen() {
    return vectorsFile.isOpen();
  }

  /** How the kernel compares these vectors. */
  VectorScoring scoring() throws IOException {
    return opened().scoring();
  }

  /** The vectors as the kernel reads them. */
  VectorStore store() throws IOException {
    return opened().store();
  }

  private Opened opened() throws IOException {
    Opened present = opened;
    return present == null ? open() : present;
  }

  private synchronized Opened open() throws IOException {
    Opened present = opened;
    if (present == null) {
      FieldOptions options = entry.options();
      MemorySegment rows = vectorsFile.region(entry.vectorsOffset(), entry.vectorsLength());
      RowFile file = rowFile();
      int size = entry.count();
      VectorStore store =
          file == null
              ? VectorStore.over(rows, size, options.dimension(), options.element())
              : VectorStore.over(rows, size, options.dimension(), options.element(), file);
      present = new Opened(store, store.scoring(options.distance(), options.norms()), file);
      opened = present;
    }
    return present;
  }

  private @Nullable RowFile rowFile() throws IOException {
    Path path = vectorsPath;
    if (path == null
        || !entry.hasCodes()
        || entry.options().placement() != VectorPlacement.ON_DISK) {
      return null;
    }
    try {
      return RowFile.open(path, entry.vectorsOffset());
    } catch (NoSuchFileException e) {
      // A reader may outlive its file's name; the mapping is still there.
      return null;
    }
  }

  /** Closes the file that rows are read from; the mapped ones belong to the reader. */
  @Override
  public synchronized void close() {
    Opened present = opened;
    if (present != null && present.file() != null) {
      present.file().close();
    }
  }

  /** Returns the graph over the ordinals; null if the segment is scanned. */
  @Nullable HnswGraph graph() throws IOException {
    Walkable present = walkable();
    return present == null ? null : present.graph();
  }

  /** Returns the codes that the graph is walked by; null if it is walked by the vectors. */
  @Nullable CodedVectors codes() throws IOException {
    Walkable present = walkable();
    return present == null ? null : present.codes();
  }

  private @Nullable Walkable walkable() throws IOException {
    Walkable present = walkable;
    if (present == null && entry.hasGraph()) {
      present =
          new Walkable(GraphFile.open(entry, graphFile), GraphFile.openCodes(entry, graphFile));
      walkable = present;
    }
    return present;
  }

  int docOf(int ordinal) {
    return entry.dense() ? ordinal : docs.get(INT, (long) ordinal * Integer.BYTES);
  }

  /** Returns the ordinal of {@code doc}, or -1 if it has no vector. O(log size). */
  int ordinalOf(int doc) {
    int ordinal = firstOrdinalFrom(0, doc);
    return ordinal < size() && docOf(ordinal) == doc ? ordinal : -1;
  }

  /** Returns the least ordinal, at least {@code from}, whose document is {@code doc} or later. */
  int firstOrdinalFrom(int from, int doc) {
    if (entry.dense()) {
      return Math.clamp(doc, from, size());
    }
    int low = from;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (docOf(middle) < doc) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
