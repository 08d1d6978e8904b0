package dev.quiver.lucene;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
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
import org.jspecify.annotations.Nullable;

/** Copies the live vectors of a merge's segments, in the merged order, in the stored form. */
final class VectorMerge {

  /** Vectors copied between two looks at whether the merge was aborted. */
  private static final int ABORT_CHECK_INTERVAL = 1024;

  private VectorMerge() {}

  /** Returns the merged segment's documents that have a vector, in the order written. */
  static DocsWithFieldSet write(
      FieldInfo field, FieldOptions options, MergeState mergeState, IndexOutput output)
      throws IOException {
    DocsWithFieldSet docs = new DocsWithFieldSet();
    List<Source> sources = sources(field, options, mergeState);
    if (sources.isEmpty()) {
      return docs;
    }
    byte[] scratch = new byte[options.vectorBytes()];
    MemorySegment scratchMemory = MemorySegment.ofArray(scratch);
    VectorEncoder encoder = new VectorEncoder(options);
    DocIDMerger<Source> merger = DocIDMerger.of(sources, mergeState.needsIndexSort);
    int count = 0;
    for (Source source = merger.next(); source != null; source = merger.next()) {
      if (count++ % ABORT_CHECK_INTERVAL == 0) {
        mergeState.checkAborted();
      }
      source.readStored(scratch, scratchMemory, encoder);
      output.writeBytes(scratch, scratch.length);
      docs.add(source.mappedDocID);
    }
    return docs;
  }

  private static List<Source> sources(FieldInfo field, FieldOptions options, MergeState mergeState)
      throws IOException {
    List<Source> sources = new ArrayList<>();
    for (int i = 0; i < mergeState.knnVectorsReaders.length; i++) {
      if (!MergedVectorValues.hasVectorValues(mergeState.fieldInfos[i], field.name)) {
        continue;
      }
      KnnVectorsReader reader = fieldReader(mergeState.knnVectorsReaders[i], field.name);
      if (reader != null) {
        Source source = source(reader, field, options, mergeState.docMaps[i]);
        if (source != null) {
          sources.add(source);
        }
      }
    }
    return sources;
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

    Source(MergeState.DocMap docMap, DocIndexIterator iterator) {
      super(docMap);
      this.iterator = iterator;
    }

    @Override
    public int nextDoc() throws IOException {
      return iterator.nextDoc();
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
