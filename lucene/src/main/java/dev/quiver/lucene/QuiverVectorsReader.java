package dev.quiver.lucene;

import static dev.quiver.lucene.QuiverVectorsFormat.GRAPH_CODEC;
import static dev.quiver.lucene.QuiverVectorsFormat.GRAPH_EXTENSION;
import static dev.quiver.lucene.QuiverVectorsFormat.META_CODEC;
import static dev.quiver.lucene.QuiverVectorsFormat.META_EXTENSION;
import static dev.quiver.lucene.QuiverVectorsFormat.VECTORS_CODEC;
import static dev.quiver.lucene.QuiverVectorsFormat.VECTORS_EXTENSION;
import static dev.quiver.lucene.QuiverVectorsFormat.VERSION_CURRENT;
import static dev.quiver.lucene.QuiverVectorsFormat.VERSION_START;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.jspecify.annotations.Nullable;

/** Reads one segment's vectors, where they lie. Thread-safe. */
final class QuiverVectorsReader extends KnnVectorsReader implements HnswGraphProvider {
  private final FieldInfos fieldInfos;
  private final int maxDoc;
  private final Map<Integer, FieldEntry> entries;
  private final IOContext dataContext;
  private final IndexInput vectorsInput;
  private final IndexInput graphInput;
  private final MappedFile vectorsFile;
  private final MappedFile graphFile;
  private final @Nullable Path vectorsPath;
  private final Map<Integer, StoredVectors> opened = new HashMap<>();

  private QuiverVectorsReader(
      FieldInfos fieldInfos,
      int maxDoc,
      Map<Integer, FieldEntry> entries,
      IOContext dataContext,
      IndexInput vectorsInput,
      IndexInput graphInput,
      @Nullable Path vectorsPath,
      OffHeapBudget budget) {
    this.fieldInfos = fieldInfos;
    this.maxDoc = maxDoc;
    this.entries = entries;
    this.dataContext = dataContext;
    this.vectorsInput = vectorsInput;
    this.graphInput = graphInput;
    this.vectorsPath = vectorsPath;
    this.vectorsFile = new MappedFile(vectorsInput, budget);
    this.graphFile = new MappedFile(graphInput, budget);
  }

  static QuiverVectorsReader open(SegmentReadState state, VectorsConfig config) throws IOException {
    Map<Integer, FieldEntry> entries = new HashMap<>();
    int version = readMeta(state, entries);
    IOContext context =
        state.context.withHints(FileTypeHint.DATA, FileDataHint.KNN_VECTORS, DataAccessHint.RANDOM);
    IndexInput vectors = null;
    IndexInput graph = null;
    boolean success = false;
    try {
      vectors = openData(state, version, VECTORS_EXTENSION, VECTORS_CODEC, context);
      graph = openData(state, version, GRAPH_EXTENSION, GRAPH_CODEC, context);
      for (FieldEntry entry : entries.values()) {
        FieldEntry.checkRegion(vectors, "vectors", entry.vectorsOffset(), entry.vectorsLength());
        FieldEntry.checkRegion(vectors, "document map", entry.docsOffset(), entry.docsLength());
        FieldEntry.checkRegion(graph, "graph", entry.graphOffset(), entry.graphLength());
        FieldEntry.checkRegion(graph, "codes", entry.codesOffset(), entry.codesLength());
      }
      QuiverVectorsReader reader =
          new QuiverVectorsReader(
              state.fieldInfos,
              state.segmentInfo.maxDoc(),
              entries,
              context,
              vectors,
              graph,
              pathOf(state, VECTORS_EXTENSION),
              config.budget());
      success = true;
      return reader;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(vectors, graph);
      }
    }
  }

  /** Where a file lies; null in a compound file or where the directory has no files. */
  private static @Nullable Path pathOf(SegmentReadState state, String extension) {
    String name =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
    return FilterDirectory.unwrap(state.directory) instanceof FSDirectory folder
        ? folder.getDirectory().resolve(name)
        : null;
  }

  private static int readMeta(SegmentReadState state, Map<Integer, FieldEntry> entries)
      throws IOException {
    String name =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, META_EXTENSION);
    int version = -1;
    try (ChecksumIndexInput meta = state.directory.openChecksumInput(name)) {
      Throwable failure = null;
      try {
        version =
            CodecUtil.checkIndexHeader(
                meta,
                META_CODEC,
                VERSION_START,
                VERSION_CURRENT,
                state.segmentInfo.getId(),
                state.segmentSuffix);
        for (int number = meta.readInt(); number != -1; number = meta.readInt()) {
          FieldInfo field = state.fieldInfos.fieldInfo(number);
          if (field == null) {
            throw new CorruptIndexException(
                "field number: " + number + " (expected: one of the segment's fields)", meta);
          }
          entries.put(number, FieldEntry.read(meta, field, version));
        }
      } catch (Throwable e) {
        failure = e;
      } finally {
        CodecUtil.checkFooter(meta, failure);
      }
    }
    return version;
  }

  private static IndexInput openData(
      SegmentReadState state, int metaVersion, String extension, String codec, IOContext context)
      throws IOException {
    String name =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
    IndexInput in = state.directory.openInput(name, context);
    boolean success = false;
    try {
      int version =
          CodecUtil.checkIndexHeader(
              in,
              codec,
              VERSION_START,
              VERSION_CURRENT,
              state.segmentInfo.getId(),
              state.segmentSuffix);
      if (version != metaVersion) {
        throw new CorruptIndexException(
            "format version: " + version + " (expected: the metadata's, " + metaVersion + ")", in);
      }
      CodecUtil.retrieveChecksum(in);
      success = true;
      return in;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(in);
      }
    }
  }

  @Override
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(vectorsInput);
    CodecUtil.checksumEntireFile(graphInput);
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    return floatValues(storedOrThrow(field, VectorEncoding.FLOAT32));
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return byteValues(storedOrThrow(field, VectorEncoding.BYTE));
  }

  private FloatValues floatValues(StoredVectors stored) throws IOException {
    return new FloatValues(stored, slice(stored.entry()));
  }

  private ByteValues byteValues(StoredVectors stored) throws IOException {
    return new ByteValues(stored, slice(stored.entry()));
  }

  private @Nullable IndexInput slice(FieldEntry entry) throws IOException {
    return entry.count() == 0
        ? null
        : vectorsInput.slice("vectors", entry.vectorsOffset(), entry.vectorsLength());
  }

  @Nullable SegmentVectors segmentVectors(String field) throws IOException {
    StoredVectors stored = stored(field);
    return stored == null ? null : SegmentVectors.open(stored);
  }

  /** Returns the vectors of a field; null if this segment has no such vector field. */
  @Nullable StoredVectors stored(String field) throws IOException {
    FieldInfo info = fieldInfos.fieldInfo(field);
    if (info == null) {
      return null;
    }
    FieldEntry entry = entries.get(info.number);
    if (entry == null) {
      return null;
    }
    synchronized (opened) {
      StoredVectors present = opened.get(info.number);
      if (present == null) {
        present = new StoredVectors(entry, maxDoc, vectorsFile, graphFile, vectorsPath);
        opened.put(info.number, present);
      }
      return present;
    }
  }

  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    StoredVectors stored = storedOrThrow(field, VectorEncoding.FLOAT32);
    if (stored.size() > 0 && collector.k() > 0) {
      LuceneScorer scorer = LuceneScorer.of(stored, floatValues(stored), target);
      if (!LuceneSearch.searchByCodes(stored, scorer, target, collector, acceptDocs)) {
        LuceneSearch.search(stored, scorer, collector, acceptDocs);
      }
    }
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    StoredVectors stored = storedOrThrow(field, VectorEncoding.BYTE);
    if (stored.size() > 0 && collector.k() > 0) {
      float[] floats = LuceneScorer.floats(target);
      LuceneScorer scorer = LuceneScorer.of(stored, byteValues(stored), floats);
      if (!LuceneSearch.searchByCodes(stored, scorer, floats, collector, acceptDocs)) {
        LuceneSearch.search(stored, scorer, collector, acceptDocs);
      }
    }
  }

  @Override
  public HnswGraph getGraph(String field) throws IOException {
    StoredVectors stored = stored(field);
    if (stored == null) {
      throw new IllegalArgumentException("field=\"" + field + "\" not found");
    }
    dev.quiver.index.HnswGraph graph = stored.graph();
    return graph == null ? HnswGraph.EMPTY : new LuceneGraph(graph);
  }

  @Override
  public KnnVectorsReader getMergeInstance() throws IOException {
    // A merge reads every vector once, in order.
    vectorsInput.updateIOContext(dataContext.withHints(DataAccessHint.SEQUENTIAL));
    return this;
  }

  @Override
  public void finishMerge() throws IOException {
    vectorsInput.updateIOContext(dataContext);
  }

  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    FieldInfo own = fieldInfos.fieldInfo(field.name);
    FieldEntry entry = own == null ? null : entries.get(own.number);
    if (entry == null) {
      return Map.of();
    }
    return Map.of(
        VECTORS_EXTENSION,
        entry.vectorsLength() + entry.docsLength(),
        GRAPH_EXTENSION,
        entry.graphLength() + entry.codesLength());
  }

  private StoredVectors storedOrThrow(String field, VectorEncoding expected) throws IOException {
    StoredVectors stored = stored(field);
    if (stored == null) {
      throw new IllegalArgumentException("field=\"" + field + "\" not found");
    }
    if (stored.options().encoding() != expected) {
      throw new IllegalArgumentException(
          "field=\""
              + field
              + "\" is encoded as: "
              + stored.options().encoding()
              + " expected: "
              + expected);
    }
    return stored;
  }

  @Override
  public void close() throws IOException {
    List<Closeable> owned = new ArrayList<>();
    synchronized (opened) {
      owned.addAll(opened.values());
    }
    owned.addAll(List.of(vectorsFile, graphFile, vectorsInput, graphInput));
    IOUtils.close(owned);
  }
}
