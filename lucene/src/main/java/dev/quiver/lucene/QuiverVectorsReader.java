package dev.quiver.lucene;

import static dev.quiver.lucene.QuiverVectorsFormat.GRAPH_CODEC;
import static dev.quiver.lucene.QuiverVectorsFormat.GRAPH_EXTENSION;
import static dev.quiver.lucene.QuiverVectorsFormat.META_CODEC;
import static dev.quiver.lucene.QuiverVectorsFormat.META_EXTENSION;
import static dev.quiver.lucene.QuiverVectorsFormat.VECTORS_CODEC;
import static dev.quiver.lucene.QuiverVectorsFormat.VECTORS_EXTENSION;
import static dev.quiver.lucene.QuiverVectorsFormat.VERSION_CURRENT;
import static dev.quiver.lucene.QuiverVectorsFormat.VERSION_START;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsReader;
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
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/** Reads one segment's vectors, where they lie. Thread-safe. */
final class QuiverVectorsReader extends KnnVectorsReader {
  private final FieldInfos fieldInfos;
  private final int maxDoc;
  private final Map<Integer, FieldEntry> entries;
  private final IOContext dataContext;
  private final IndexInput vectorsInput;
  private final IndexInput graphInput;
  private final MappedFile vectorsFile;
  private final MappedFile graphFile;

  private QuiverVectorsReader(
      FieldInfos fieldInfos,
      int maxDoc,
      Map<Integer, FieldEntry> entries,
      IOContext dataContext,
      IndexInput vectorsInput,
      IndexInput graphInput,
      OffHeapBudget budget) {
    this.fieldInfos = fieldInfos;
    this.maxDoc = maxDoc;
    this.entries = entries;
    this.dataContext = dataContext;
    this.vectorsInput = vectorsInput;
    this.graphInput = graphInput;
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
      }
      QuiverVectorsReader reader =
          new QuiverVectorsReader(
              state.fieldInfos,
              state.segmentInfo.maxDoc(),
              entries,
              context,
              vectors,
              graph,
              config.budget());
      success = true;
      return reader;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(vectors, graph);
      }
    }
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
          entries.put(number, FieldEntry.read(meta, field));
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
    FieldEntry entry = entryOrThrow(field, VectorEncoding.FLOAT32);
    return new FloatValues(stored(entry), slice(entry));
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    FieldEntry entry = entryOrThrow(field, VectorEncoding.BYTE);
    return new ByteValues(stored(entry), slice(entry));
  }

  private @Nullable IndexInput slice(FieldEntry entry) throws IOException {
    return entry.count() == 0
        ? null
        : vectorsInput.slice("vectors", entry.vectorsOffset(), entry.vectorsLength());
  }

  private StoredVectors stored(FieldEntry entry) throws IOException {
    return StoredVectors.open(entry, maxDoc, vectorsFile);
  }

  @Nullable SegmentVectors segmentVectors(String field) throws IOException {
    FieldEntry entry = entry(field);
    return entry == null ? null : new SegmentVectors(stored(entry));
  }

  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    FieldEntry entry = entryOrThrow(field, VectorEncoding.FLOAT32);
    if (entry.count() > 0 && collector.k() > 0) {
      StoredVectors stored = stored(entry);
      LuceneSearch.search(
          LuceneScorer.of(stored, new FloatValues(stored, slice(entry)), target),
          collector,
          acceptDocs);
    }
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    FieldEntry entry = entryOrThrow(field, VectorEncoding.BYTE);
    if (entry.count() > 0 && collector.k() > 0) {
      StoredVectors stored = stored(entry);
      LuceneSearch.search(
          LuceneScorer.of(stored, new ByteValues(stored, slice(entry)), target),
          collector,
          acceptDocs);
    }
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
    FieldEntry entry = entry(field.name);
    if (entry == null) {
      return Map.of();
    }
    return Map.of(
        VECTORS_EXTENSION,
        entry.vectorsLength() + entry.docsLength(),
        GRAPH_EXTENSION,
        entry.graphLength());
  }

  private @Nullable FieldEntry entry(String field) {
    FieldInfo info = fieldInfos.fieldInfo(field);
    return info == null ? null : entries.get(info.number);
  }

  private FieldEntry entryOrThrow(String field, VectorEncoding expected) {
    FieldEntry entry = entry(field);
    if (entry == null) {
      throw new IllegalArgumentException("field=\"" + field + "\" not found");
    }
    if (entry.options().encoding() != expected) {
      throw new IllegalArgumentException(
          "field=\""
              + field
              + "\" is encoded as: "
              + entry.options().encoding()
              + " expected: "
              + expected);
    }
    return entry;
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(vectorsFile, graphFile, vectorsInput, graphInput);
  }
}
