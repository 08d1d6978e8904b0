package dev.quiver.lucene;

import dev.quiver.index.Distance;
import dev.quiver.index.ElementType;
import java.io.IOException;
import java.util.Locale;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.store.IndexInput;
import org.jspecify.annotations.Nullable;

/**
 * What the metadata says of one field of rows; {@link QuiverRowsFormat} documents the bytes.
 *
 * @param count documents that have rows
 * @param rows of all documents
 */
record RowsEntry(
    ElementType element,
    Distance distance,
    int dimension,
    int count,
    int rows,
    long rowsOffset,
    long startsOffset,
    long docsOffset) {

  /** What a field's attributes say, with nothing written yet. */
  static RowsEntry of(FieldInfo field) {
    int dimension;
    try {
      dimension = Integer.parseInt(attribute(field, VectorAttributes.ROWS_DIMENSION));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "attribute \"" + VectorAttributes.ROWS_DIMENSION + "\" of field \"" + field.name + "\"",
          e);
    }
    return new RowsEntry(
        ElementType.valueOf(
            attribute(field, VectorAttributes.ROWS_ELEMENT).toUpperCase(Locale.ROOT)),
        Distance.valueOf(attribute(field, VectorAttributes.ROWS_DISTANCE).toUpperCase(Locale.ROOT)),
        dimension,
        0,
        0,
        0,
        0,
        0);
  }

  private static String attribute(FieldInfo field, String name) {
    String value = field.getAttribute(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "field \"" + field.name + "\" has no attribute \"" + name + "\"");
    }
    return value;
  }

  RowsEntry written(int docs, int all, long rowsAt, long startsAt, long docsAt) {
    return new RowsEntry(element, distance, dimension, docs, all, rowsAt, startsAt, docsAt);
  }

  int rowBytes() {
    return dimension * element.bytes();
  }

  void write(DataOutput meta) throws IOException {
    meta.writeByte((byte) element.code());
    meta.writeByte((byte) distance.code());
    meta.writeVInt(dimension);
    meta.writeVInt(count);
    meta.writeVInt(rows);
    meta.writeVLong(rowsOffset);
    meta.writeVLong(startsOffset);
    meta.writeVLong(docsOffset);
  }

  static RowsEntry read(IndexInput meta, @Nullable FieldInfo field) throws IOException {
    if (field == null) {
      throw new CorruptIndexException("a field number that the segment does not have", meta);
    }
    try {
      return new RowsEntry(
          ElementType.ofCode(meta.readByte()),
          Distance.ofCode(meta.readByte()),
          meta.readVInt(),
          meta.readVInt(),
          meta.readVInt(),
          meta.readVLong(),
          meta.readVLong(),
          meta.readVLong());
    } catch (IllegalArgumentException e) {
      throw new CorruptIndexException("field \"" + field.name + "\"", meta, e);
    }
  }
}
