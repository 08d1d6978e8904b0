package dev.quiver.cli.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** A Parquet file, row group by row group; lists, maps and nested groups become JSON. */
final class ParquetRows implements RowReader {
  private final ParquetFileReader file;
  private final MessageType schema;
  private final MessageColumnIO columns;
  private @Nullable RecordReader<Group> records;
  private long leftInRowGroup;
  private long number;

  private ParquetRows(ParquetFileReader file) {
    this.file = file;
    this.schema = file.getFooter().getFileMetaData().getSchema();
    this.columns = new ColumnIOFactory().getColumnIO(schema);
  }

  static ParquetRows open(Path path) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .build();
    try {
      return new ParquetRows(ParquetFileReader.open(new LocalInputFile(path), options));
    } catch (RuntimeException e) {
      throw new IOException("not a readable Parquet file: " + e.getMessage(), e);
    }
  }

  @Override
  public @Nullable Row next() throws IOException {
    while (leftInRowGroup == 0) {
      PageReadStore pages = readRowGroup();
      if (pages == null) {
        return null;
      }
      leftInRowGroup = pages.getRowCount();
      records = columns.getRecordReader(pages, new GroupRecordConverter(schema));
    }
    leftInRowGroup--;
    long row = number++;
    try {
      RecordReader<Group> reader = records;
      if (reader == null) {
        throw new IOException("row group without records");
      }
      ObjectNode fields = ParquetJson.object(reader.read());
      return new Row(row, row + 1, fields, null);
    } catch (ParquetDecodingException e) {
      throw new IOException("row " + (row + 1) + " cannot be read: " + e.getMessage(), e);
    }
  }

  private @Nullable PageReadStore readRowGroup() throws IOException {
    try {
      return file.readNextRowGroup();
    } catch (UnsupportedOperationException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public long totalRows() {
    return file.getRecordCount();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
