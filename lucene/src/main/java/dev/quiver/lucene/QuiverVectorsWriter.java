package dev.quiver.lucene;

import static dev.quiver.lucene.QuiverVectorsFormat.ALIGNMENT_BYTES;
import static dev.quiver.lucene.QuiverVectorsFormat.GRAPH_CODEC;
import static dev.quiver.lucene.QuiverVectorsFormat.GRAPH_EXTENSION;
import static dev.quiver.lucene.QuiverVectorsFormat.META_CODEC;
import static dev.quiver.lucene.QuiverVectorsFormat.META_EXTENSION;
import static dev.quiver.lucene.QuiverVectorsFormat.VECTORS_CODEC;
import static dev.quiver.lucene.QuiverVectorsFormat.VECTORS_EXTENSION;
import static dev.quiver.lucene.QuiverVectorsFormat.VERSION_CURRENT;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;
import org.jspecify.annotations.Nullable;

/**
 * Writes one segment's vectors: first every field's vectors, then, over the finished vector file,
 * the graphs, last the metadata. Owned by one thread at a time.
 */
final class QuiverVectorsWriter extends KnnVectorsWriter {
  private static final long SHALLOW_BYTES =
      RamUsageEstimator.shallowSizeOfInstance(QuiverVectorsWriter.class);

  /** What Lucene's own vector formats report under. */
  private static final String INFO_COMPONENT = "VV";

  private final SegmentWriteState state;
  private final VectorsConfig config;
  private final List<VectorBuffer<?>> buffers = new ArrayList<>();
  private final List<WrittenField> fields = new ArrayList<>();
  private final IndexOutput meta;
  private final IndexOutput vectors;
  private final IndexOutput graphs;
  private @Nullable IndexInput vectorsInput;
  private @Nullable MappedFile vectorsFile;
  private boolean finished;

  /** A field whose vectors are in the file; its graph may still be to come. */
  private static final class WrittenField {
    private final FieldInfo info;
    private FieldEntry entry;

    WrittenField(FieldInfo info, FieldEntry entry) {
      this.info = info;
      this.entry = entry;
    }
  }

  QuiverVectorsWriter(SegmentWriteState state, VectorsConfig config) throws IOException {
    this.state = state;
    this.config = config;
    IndexOutput[] outputs = new IndexOutput[3];
    boolean success = false;
    try {
      outputs[0] = create(state, META_EXTENSION, META_CODEC);
      outputs[1] = create(state, VECTORS_EXTENSION, VECTORS_CODEC);
      outputs[2] = create(state, GRAPH_EXTENSION, GRAPH_CODEC);
      success = true;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(outputs);
      }
    }
    meta = outputs[0];
    vectors = outputs[1];
    graphs = outputs[2];
  }

  private static IndexOutput create(SegmentWriteState state, String extension, String codec)
      throws IOException {
    String name =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
    IndexOutput output = state.directory.createOutput(name, state.context);
    boolean success = false;
    try {
      CodecUtil.writeIndexHeader(
          output, codec, VERSION_CURRENT, state.segmentInfo.getId(), state.segmentSuffix);
      success = true;
      return output;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(output);
      }
    }
  }

  @Override
  public KnnFieldVectorsWriter<?> addField(FieldInfo field) {
    VectorBuffer<?> buffer =
        VectorBuffer.of(field, FieldOptions.of(field, config.fullScanThreshold()), config.budget());
    buffers.add(buffer);
    return buffer;
  }

  @Override
  public void flush(int maxDoc, Sorter.@Nullable DocMap sortMap) throws IOException {
    for (VectorBuffer<?> buffer : buffers) {
      flush(buffer, maxDoc, sortMap);
      buffer.close();
    }
    for (WrittenField field : fields) {
      if (wantsGraph(field.entry)) {
        buildGraphIfItFits(field);
      }
    }
  }

  /**
   * A flush that fails loses the documents that it holds, so one whose graph doesn't fit the budget
   * goes without: the segment is scanned until a merge gives it a graph.
   */
  private void buildGraphIfItFits(WrittenField field) throws IOException {
    try {
      buildGraph(field, null, () -> false);
    } catch (OffHeapBudgetException e) {
      message("no graph at flush: " + e.getMessage());
    }
  }

  private void message(String text) {
    if (state.infoStream.isEnabled(INFO_COMPONENT)) {
      state.infoStream.message(INFO_COMPONENT, state.segmentInfo.name + ": " + text);
    }
  }

  private void flush(VectorBuffer<?> buffer, int maxDoc, Sorter.@Nullable DocMap sortMap)
      throws IOException {
    int[] newToOld = null;
    DocsWithFieldSet docs = buffer.docs();
    if (sortMap != null) {
      newToOld = new int[buffer.count()];
      docs = new DocsWithFieldSet();
      mapOldOrdToNewOrd(buffer.docs(), sortMap, null, newToOld, docs);
    }
    long offset = vectors.alignFilePointer(ALIGNMENT_BYTES);
    byte[] scratch = new byte[buffer.options().vectorBytes()];
    for (int i = 0; i < buffer.count(); i++) {
      buffer.write(newToOld == null ? i : newToOld[i], scratch, vectors);
    }
    addWritten(buffer.field(), buffer.options(), maxDoc, docs, offset);
  }

  @Override
  public @Nullable IORunnable mergeOneField(FieldInfo field, MergeState mergeState)
      throws IOException {
    FieldOptions options = FieldOptions.of(field, config.fullScanThreshold());
    VectorMerge merge = VectorMerge.of(field, options, mergeState);
    if (wantsGraph(options, merge.countMax())) {
      checkGraphFits(field, options, merge.countMax());
    }
    long offset = vectors.alignFilePointer(ALIGNMENT_BYTES);
    DocsWithFieldSet docs = merge.write(vectors);
    WrittenField written = addWritten(field, options, state.segmentInfo.maxDoc(), docs, offset);
    if (!wantsGraph(written.entry)) {
      return null;
    }
    // Graphs come when every field's vectors are in the file, which is then finished and read.
    return () -> {
      try {
        buildGraph(written, merge.base(), () -> isAborted(mergeState));
      } catch (OffHeapBudgetException e) {
        throw abandoned(e);
      }
    };
  }

  /** Here, before the vectors are copied, a merge hears that its graph doesn't fit. */
  private void checkGraphFits(FieldInfo field, FieldOptions options, int count)
      throws MergePolicy.MergeAbortedException {
    try {
      config
          .budget()
          .checkBuild(
              GraphBuild.estimateBytes(count, options, config),
              GraphBuild.purpose(field.name, count));
    } catch (OffHeapBudgetException e) {
      throw abandoned(e);
    }
  }

  /**
   * Any other failure of a merge closes the index writer for good. An abandoned one leaves the
   * segments as they are, graphs included, and is proposed again; a forced merge throws it.
   */
  private MergePolicy.MergeAbortedException abandoned(OffHeapBudgetException refusal) {
    message("merge abandoned: " + refusal.getMessage());
    MergePolicy.MergeAbortedException aborted =
        new MergePolicy.MergeAbortedException("merge abandoned: " + refusal.getMessage());
    aborted.initCause(refusal);
    return aborted;
  }

  private static boolean isAborted(MergeState mergeState) {
    return mergeState.oneMerge != null && mergeState.oneMerge.isAborted();
  }

  private static boolean wantsGraph(FieldEntry entry) {
    return wantsGraph(entry.options(), entry.count());
  }

  private static boolean wantsGraph(FieldOptions options, int count) {
    return count > 0 && options.m() > 0 && count >= options.fullScanThreshold();
  }

  private void buildGraph(
      WrittenField field, VectorMerge.@Nullable Base base, BooleanSupplier cancelled)
      throws IOException {
    FieldEntry entry = field.entry;
    StoredVectors stored =
        new StoredVectors(entry, state.segmentInfo.maxDoc(), openVectors(), openVectors(), null);
    message(
        "graph of "
            + entry.count()
            + " vectors of \""
            + field.info.name
            + "\", "
            + (base == null ? "new" : "continuing one of " + base.graph().size()));
    field.entry = GraphBuild.write(field.info.name, stored, base, config, cancelled, graphs);
  }

  /** Finishes the vector file on the first call and opens it to build graphs over. */
  private MappedFile openVectors() throws IOException {
    if (vectorsFile == null) {
      CodecUtil.writeFooter(vectors);
      vectors.close();
      vectorsInput =
          state.directory.openInput(
              vectors.getName(),
              IOContext.DEFAULT.withHints(
                  FileTypeHint.DATA, FileDataHint.KNN_VECTORS, DataAccessHint.RANDOM));
      vectorsFile = new MappedFile(vectorsInput, config.budget());
    }
    return vectorsFile;
  }

  /** Completes a field whose vectors have just been written from {@code offset} on. */
  private WrittenField addWritten(
      FieldInfo field, FieldOptions options, int maxDoc, DocsWithFieldSet docs, long offset)
      throws IOException {
    int count = docs.cardinality();
    long length = vectors.getFilePointer() - offset;
    boolean dense = count > 0 && count == maxDoc;
    long docsOffset = vectors.alignFilePointer(ALIGNMENT_BYTES);
    if (!dense) {
      DocIdSetIterator iterator = docs.iterator();
      for (int doc = iterator.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = iterator.nextDoc()) {
        vectors.writeInt(doc);
      }
    }
    long docsLength = vectors.getFilePointer() - docsOffset;
    WrittenField written =
        new WrittenField(
            field,
            new FieldEntry(
                options, count, dense, offset, length, docsOffset, docsLength, 0, 0, 0, 0));
    fields.add(written);
    return written;
  }

  @Override
  public void finish() throws IOException {
    if (finished) {
      throw new IllegalStateException("already finished");
    }
    finished = true;
    for (WrittenField field : fields) {
      meta.writeInt(field.info.number);
      field.entry.write(meta);
    }
    meta.writeInt(-1);
    CodecUtil.writeFooter(meta);
    if (vectorsFile == null) {
      CodecUtil.writeFooter(vectors);
    }
    CodecUtil.writeFooter(graphs);
  }

  @Override
  public long ramBytesUsed() {
    long total = SHALLOW_BYTES;
    for (VectorBuffer<?> buffer : buffers) {
      total += buffer.ramBytesUsed();
    }
    return total;
  }

  @Override
  public void close() throws IOException {
    List<Closeable> owned = new ArrayList<>(buffers);
    owned.add(vectorsFile);
    owned.add(vectorsInput);
    owned.add(meta);
    owned.add(vectors);
    owned.add(graphs);
    IOUtils.close(owned);
  }
}
