package dev.quiver.lucene;

import static dev.quiver.lucene.QuiverVectorsFormat.ALIGNMENT_BYTES;

import java.io.IOException;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesConsumer;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/** Writes the rows of one segment. Owned by one thread at a time. */
final class RowsWriter extends DocValuesConsumer {
  private final int maxDoc;
  private final IndexOutput meta;
  private final IndexOutput data;

  RowsWriter(SegmentWriteState state) throws IOException {
    maxDoc = state.segmentInfo.maxDoc();
    meta = create(state, QuiverRowsFormat.META_EXTENSION, QuiverRowsFormat.META_CODEC, null);
    data = create(state, QuiverRowsFormat.DATA_EXTENSION, QuiverRowsFormat.DATA_CODEC, meta);
  }

  private static IndexOutput create(
      SegmentWriteState state, String extension, String codec, @Nullable IndexOutput before)
      throws IOException {
    IndexOutput output = null;
    boolean success = false;
    try {
      output =
          state.directory.createOutput(
              IndexFileNames.segmentFileName(
                  state.segmentInfo.name, state.segmentSuffix, extension),
              state.context);
      CodecUtil.writeIndexHeader(
          output, codec, QuiverRowsFormat.VERSION, state.segmentInfo.getId(), state.segmentSuffix);
      success = true;
      return output;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(output, before);
      }
    }
  }

  @Override
  public void addBinaryField(FieldInfo field, DocValuesProducer producer) throws IOException {
    RowsEntry entry = RowsEntry.of(field);
    int rowBytes = entry.rowBytes();
    int[] docs = new int[16];
    int[] starts = new int[16];
    int count = 0;
    int rows = 0;
    long rowsOffset = data.alignFilePointer(ALIGNMENT_BYTES);
    BinaryDocValues values = producer.getBinary(field);
    for (int doc = values.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = values.nextDoc()) {
      BytesRef value = values.binaryValue();
      if (value.length == 0 || value.length % rowBytes != 0) {
        throw new IllegalArgumentException(
            "rows of field \""
                + field.name
                + "\": "
                + value.length
                + " bytes (expected: a multiple of "
                + rowBytes
                + ")");
      }
      docs = ArrayUtil.grow(docs, count + 1);
      starts = ArrayUtil.grow(starts, count + 2);
      docs[count] = doc;
      starts[count++] = rows;
      rows = Math.addExact(rows, value.length / rowBytes);
      starts[count] = rows;
      data.writeBytes(value.bytes, value.offset, value.length);
    }
    long startsOffset = data.alignFilePointer(ALIGNMENT_BYTES);
    writeInts(starts, count + 1);
    long docsOffset = data.alignFilePointer(ALIGNMENT_BYTES);
    if (count != maxDoc) {
      writeInts(docs, count);
    }
    meta.writeInt(field.number);
    entry.written(count, rows, rowsOffset, startsOffset, docsOffset).write(meta);
  }

  private void writeInts(int[] values, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      data.writeInt(values[i]);
    }
  }

  @Override
  public void addNumericField(FieldInfo field, DocValuesProducer producer) {
    throw refused(field);
  }

  @Override
  public void addSortedField(FieldInfo field, DocValuesProducer producer) {
    throw refused(field);
  }

  @Override
  public void addSortedNumericField(FieldInfo field, DocValuesProducer producer) {
    throw refused(field);
  }

  @Override
  public void addSortedSetField(FieldInfo field, DocValuesProducer producer) {
    throw refused(field);
  }

  private static IllegalArgumentException refused(FieldInfo field) {
    return new IllegalArgumentException(
        "doc values of field \""
            + field.name
            + "\": "
            + field.getDocValuesType()
            + " (expected: BINARY, for rows)");
  }

  @Override
  public void close() throws IOException {
    boolean success = false;
    try {
      meta.writeInt(-1);
      CodecUtil.writeFooter(meta);
      CodecUtil.writeFooter(data);
      success = true;
    } finally {
      if (success) {
        IOUtils.close(meta, data);
      } else {
        IOUtils.closeWhileHandlingException(meta, data);
      }
    }
  }
}
