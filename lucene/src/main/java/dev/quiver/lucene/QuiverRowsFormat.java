package dev.quiver.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.DocValuesConsumer;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Multivectors as a Lucene doc values format: a document's binary value is its rows, each of {@code
 * dimension} components of one element type, little-endian, without gaps. The rows of all documents
 * lie behind each other in the file, so that the kernel compares a query with them where they are.
 * The field's attributes ({@link VectorAttributes#ROWS_DIMENSION}, {@link
 * VectorAttributes#ROWS_ELEMENT}, {@link VectorAttributes#ROWS_DISTANCE}) say what they are; doc
 * values of other kinds are refused.
 *
 * <p>Files of a segment, each with an index header (codec name, version, segment id, suffix) and a
 * footer with a CRC-32 of the whole; numbers are little-endian, regions start at multiples of 64
 * bytes:
 *
 * <ul>
 *   <li>{@code .qrd}: per field, the rows of all documents in document order; then {@code count +
 *       1} ascending row numbers of 4 bytes, where each document's rows begin and the last one's
 *       end; then, unless every document has rows, {@code count} ascending document ids of 4 bytes.
 *   <li>{@code .qrm}: per field: field number (int), element, distance (1 byte each), dimension,
 *       count, rows (vInt), then offsets of rows, row numbers and document ids (vLong each); a
 *       field number of -1 ends the list.
 * </ul>
 *
 * <p>Thread-safe; holds no resource.
 */
public final class QuiverRowsFormat extends DocValuesFormat {

  /** The name under which segments remember this format. */
  public static final String NAME = "Quiver101Rows";

  static final String META_EXTENSION = "qrm";
  static final String DATA_EXTENSION = "qrd";
  static final String META_CODEC = "Quiver101RowsMeta";
  static final String DATA_CODEC = "Quiver101RowsData";
  static final int VERSION = 0;

  private final OffHeapBudget budget;

  /** Creates the format with the budget of {@link VectorsConfig#defaults}; for Lucene, by name. */
  public QuiverRowsFormat() {
    this(VectorsConfig.defaults());
  }

  /** Creates the format with the budget for copies of files that cannot be mapped. */
  public QuiverRowsFormat(VectorsConfig config) {
    super(NAME);
    this.budget = config.budget();
  }

  @Override
  public DocValuesConsumer fieldsConsumer(SegmentWriteState state) throws IOException {
    return new RowsWriter(state);
  }

  @Override
  public DocValuesProducer fieldsProducer(SegmentReadState state) throws IOException {
    return RowsReader.open(state, budget);
  }
}
