package dev.quiver.lucene;

import dev.quiver.index.HnswGraph;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter.MergedVectorValues;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DocIDMerger;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/** Copies the live vectors of a merge's segments, in the merged order, in the stored form. */
final class VectorMerge {

  /** Vectors copied between two looks at whether the merge was aborted. */
  private static final int ABORT_CHECK_INTERVAL = 1024;

  /** With fewer nodes left than this share, repairing a graph saves little and costs recall. */
  private static final double LIVE_SHARE_MIN = 0.3;

  private final MergeState mergeState;
  private final FieldOptions options;
  private final List<Source> sources;
  private final int countMax;
  private final @Nullable Base base;

  /**
   * The segment whose graph the merged one continues.
   *
   * @param newOrdinals for each of the segment's ordinals the merged one, or -1 if it was deleted;
   *     filled while the vectors are written
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier that is never compared or hashed
  record Base(HnswGraph graph, int[] newOrdinals) {}

  private VectorMerge(
      MergeState mergeState,
      FieldOptions options,
      List<Source> sources,
      int countMax,
      @Nullable Base base) {
    this.mergeState = mergeState;
    this.options = options;
    this.sources = sources;
    this.countMax = countMax;
    this.base = base;
  }

  static VectorMerge of(FieldInfo field, FieldOptions options, MergeState mergeState)
      throws IOException {
    List<Source> sources = new ArrayList<>();
    Source largest = null;
    HnswGraph largestGraph = null;
    int mostLive = 0;
    int countMax = 0;
    for (int i = 0; i < mergeState.knnVectorsReaders.length; i++) {
      if (!MergedVectorValues.hasVectorValues(mergeState.fieldInfos[i], field.name)) {
        continue;
      }
      KnnVectorsReader reader = fieldReader(mergeState.knnVectorsReaders[i], field.name);
      Source source = reader == null ? null : source(reader, field, options, mergeState.docMaps[i]);
      if (source == null) {
        continue;
      }
      sources.add(source);
      StoredVectors stored =
          reader instanceof QuiverVectorsReader own ? own.stored(field.name) : null;
      if (stored == null) {
        countMax += (int) source.iterator.cost();
        continue;
      }
      int live = liveCount(stored, mergeState.liveDocs[i]);
      countMax += live;
      HnswGraph graph = stored.graph();
      if (graph != null
          && live > mostLive
          && live >= LIVE_SHARE_MIN * stored.size()
          && linksAlike(stored.options(), options)) {
        mostLive = live;
        largest = source;
        largestGraph = graph;
      }
    }
    Base base =
        largest == null || largestGraph == null
            ? null
            : new Base(largestGraph, largest.recordOrdinals(largestGraph.size()));
    return new VectorMerge(mergeState, options, sources, countMax, base);
  }

  private static int liveCount(StoredVectors stored, @Nullable Bits liveDocs) {
    if (liveDocs == null) {
      return stored.size();
    }
    int live = 0;
    for (int ordinal = 0; ordinal < stored.size(); ordinal++) {
      live += liveDocs.get(stored.docOf(ordinal)) ? 1 : 0;
    }
    return live;
  }

  /** Whether two graphs link vectors by the same distance, of the same form, as often. */
  private static boolean linksAlike(FieldOptions a, FieldOptions b) {
    return a.distance() == b.distance()
        && a.element() == b.element()
        && a.normalizes() == b.normalizes()
        && a.m() == b.m();
  }

  /** The merged vectors: exact for segments of this format, with deleted ones for others. */
  int countMax() {
    return countMax;
  }

  /** The segment whose graph is continued; null if a new one must be built. */
  @Nullable Base base() {
    return base;
  }

  /** Returns the merged segment's documents that have a vector, in the order written. */
  DocsWithFieldSet write(IndexOutput output) throws IOException {
    DocsWithFieldSet docs = new DocsWithFieldSet();
    if (sources.isEmpty()) {
      return docs;
    }
    byte[] scratch = new byte[options.vectorBytes()];
    MemorySegment scratchMemory = MemorySegment.ofArray(scratch);
    VectorEncoder encoder = new VectorEncoder(options);
    DocIDMerger<Source> merger = DocIDMerger.of(sources, mergeState.needsIndexSort);
    int count = 0;
    for (Source source = merger.next(); source != null; source = merger.next()) {
      if (count % ABORT_CHECK_INTERVAL == 0) {
        mergeState.checkAborted();
      }
      source.readStored(scratch, scratchMemory, encoder);
      output.writeBytes(scratch, scratch.length);
      source.record(count);
      docs.add(source.mappedDocID);
      count++;
    }
    return docs;
  }

  private static @Nullable Source source(
      KnnVectorsReader reader, FieldInfo field, FieldOptions options, MergeState.DocMap docMap)
      throws IOException {
    if (options.encoding() == VectorEncoding.BYTE) {
      ByteVectorValues values = reader.getByteVectorValues(field.name);
      return values == null ? null : new ByteSource(docMap, values);
    }
    FloatVectorValues values = reader.getFloatVectorValues(field.name);
    if (values == null) {
      return null;
    }
    // The stored bytes of our own segments in the same form are final; anything else is encoded.
    return values instanceof FloatValues own && own.isStoredAs(options)
        ? new StoredSource(docMap, own)
        : new FloatSource(docMap, values);
  }

  /** Looks through Lucene's per-field reader; null if the segment holds nothing of the field. */
  static @Nullable KnnVectorsReader fieldReader(@Nullable KnnVectorsReader reader, String field) {
    return reader instanceof PerFieldKnnVectorsFormat.FieldsReader perField
        ? perField.getFieldReader(field)
        : reader;
  }

  /** One segment's vectors, walked in document order. */
  abstract static class Source extends DocIDMerger.Sub {
    final DocIndexIterator iterator;
    private int @Nullable [] newOrdinals;

    Source(MergeState.DocMap docMap, DocIndexIterator iterator) {
      super(docMap);
      this.iterator = iterator;
    }

    @Override
    public int nextDoc() throws IOException {
      return iterator.nextDoc();
    }

    /** From here on remembers where each of the segment's {@code size} vectors goes. */
    int[] recordOrdinals(int size) {
      int[] recorded = new int[size];
      Arrays.fill(recorded, -1);
      newOrdinals = recorded;
      return recorded;
    }

    /** Notes that the current vector got the given place. */
    void record(int newOrdinal) {
      if (newOrdinals != null) {
        newOrdinals[iterator.index()] = newOrdinal;
      }
    }

    /** Reads the current document's vector in its stored form. */
    abstract void readStored(byte[] into, MemorySegment intoMemory, VectorEncoder encoder)
        throws IOException;
  }

  private static final class StoredSource extends Source {
    private final FloatValues values;

    StoredSource(MergeState.DocMap docMap, FloatValues values) {
      super(docMap, values.iterator());
      this.values = values;
    }

    @Override
    void readStored(byte[] into, MemorySegment intoMemory, VectorEncoder encoder)
        throws IOException {
      values.readStored(iterator.index(), into);
    }
  }

  private static final class FloatSource extends Source {
    private final FloatVectorValues values;

    FloatSource(MergeState.DocMap docMap, FloatVectorValues values) {
      super(docMap, values.iterator());
      this.values = values;
    }

    @Override
    void readStored(byte[] into, MemorySegment intoMemory, VectorEncoder encoder)
        throws IOException {
      encoder.encode(values.vectorValue(iterator.index()), intoMemory, 0);
    }
  }

  private static final class ByteSource extends Source {
    private final ByteVectorValues values;

    ByteSource(MergeState.DocMap docMap, ByteVectorValues values) {
      super(docMap, values.iterator());
      this.values = values;
    }

    @Override
    void readStored(byte[] into, MemorySegment intoMemory, VectorEncoder encoder)
        throws IOException {
      encoder.encode(values.vectorValue(iterator.index()), intoMemory, 0);
    }
  }
}
