package dev.quiver.lucene;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;

/** Reads the rows of one segment, where they lie. Thread-safe. */
final class RowsReader extends DocValuesProducer {
  private final IndexInput data;
  private final MappedFile file;
  private final Map<Integer, StoredRows> fields;

  private RowsReader(IndexInput data, MappedFile file, Map<Integer, StoredRows> fields) {
    this.data = data;
    this.file = file;
    this.fields = fields;
  }

  static RowsReader open(SegmentReadState state, OffHeapBudget budget) throws IOException {
    Map<Integer, RowsEntry> entries = readMeta(state);
    IndexInput data =
        state.directory.openInput(
            IndexFileNames.segmentFileName(
                state.segmentInfo.name, state.segmentSuffix, QuiverRowsFormat.DATA_EXTENSION),
            state.context.withHints(
                FileTypeHint.DATA, FileDataHint.KNN_VECTORS, DataAccessHint.RANDOM));
    MappedFile file = new MappedFile(data, budget);
    boolean success = false;
    try {
      CodecUtil.checkIndexHeader(
          data,
          QuiverRowsFormat.DATA_CODEC,
          QuiverRowsFormat.VERSION,
          QuiverRowsFormat.VERSION,
          state.segmentInfo.getId(),
          state.segmentSuffix);
      CodecUtil.retrieveChecksum(data);
      Map<Integer, StoredRows> fields = new HashMap<>();
      for (Map.Entry<Integer, RowsEntry> entry : entries.entrySet()) {
        fields.put(
            entry.getKey(),
            StoredRows.open(entry.getValue(), state.segmentInfo.maxDoc(), file, data));
      }
      RowsReader reader = new RowsReader(data, file, fields);
      success = true;
      return reader;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(file, data);
      }
    }
  }

  private static Map<Integer, RowsEntry> readMeta(SegmentReadState state) throws IOException {
    Map<Integer, RowsEntry> entries = new HashMap<>();
    String name =
        IndexFileNames.segmentFileName(
            state.segmentInfo.name, state.segmentSuffix, QuiverRowsFormat.META_EXTENSION);
    try (ChecksumIndexInput meta = state.directory.openChecksumInput(name)) {
      Throwable failure = null;
      try {
        CodecUtil.checkIndexHeader(
            meta,
            QuiverRowsFormat.META_CODEC,
            QuiverRowsFormat.VERSION,
            QuiverRowsFormat.VERSION,
            state.segmentInfo.getId(),
            state.segmentSuffix);
        for (int number = meta.readInt(); number != -1; number = meta.readInt()) {
          entries.put(number, RowsEntry.read(meta, state.fieldInfos.fieldInfo(number)));
        }
      } catch (Throwable e) {
        failure = e;
      } finally {
        CodecUtil.checkFooter(meta, failure);
      }
    }
    return entries;
  }

  @Override
  public BinaryDocValues getBinary(FieldInfo field) throws IOException {
    StoredRows rows = fields.get(field.number);
    if (rows == null) {
      throw new CorruptIndexException("no rows of field \"" + field.name + "\"", data);
    }
    return new RowValues(rows);
  }

  @Override
  public NumericDocValues getNumeric(FieldInfo field) {
    throw other(field);
  }

  @Override
  public SortedDocValues getSorted(FieldInfo field) {
    throw other(field);
  }

  @Override
  public SortedNumericDocValues getSortedNumeric(FieldInfo field) {
    throw other(field);
  }

  @Override
  public SortedSetDocValues getSortedSet(FieldInfo field) {
    throw other(field);
  }

  @Override
  public DocValuesSkipper getSkipper(FieldInfo field) {
    throw other(field);
  }

  private static IllegalStateException other(FieldInfo field) {
    return new IllegalStateException("field \"" + field.name + "\" has rows only");
  }

  @Override
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(data);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(file, data);
  }
}
