package dev.quiver.cli.input;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The fvecs, bvecs and ivecs files of the TEXMEX corpora: for each row its number of dimensions
 * (int 32, little-endian), then as many elements.
 */
final class VecsRows implements RowReader {
  private static final int MAX_DIMENSIONS = 1 << 20;

  private final InputStream in;
  private final Elements element;
  private final long bytes;
  private long rows = UNKNOWN;
  private long number;

  /**
   * @param bytes of the whole file, or 0 when unknown
   */
  VecsRows(InputStream in, Elements element, long bytes) {
    this.in = in;
    this.element = element;
    this.bytes = bytes;
  }

  @Override
  public @Nullable Row next() throws IOException {
    byte[] head = in.readNBytes(Integer.BYTES);
    if (head.length == 0) {
      return null;
    }
    if (head.length < Integer.BYTES) {
      throw new EOFException("cut off in row " + (number + 1));
    }
    int dimensions = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
      throw new IOException(
          "row "
              + (number + 1)
              + " says it has "
              + dimensions
              + " numbers (expected: 1 to 1048576)");
    }
    byte[] body = in.readNBytes(dimensions * element.bytes());
    if (body.length < dimensions * element.bytes()) {
      throw new EOFException("cut off in row " + (number + 1));
    }
    if (number == 0 && bytes > 0) {
      // Rows of one file are equally long in practice; progress is all that hangs on it.
      rows = bytes / (Integer.BYTES + body.length);
    }
    float[] vector =
        element.readAll(ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN), dimensions);
    long row = number++;
    return new Row(row, row + 1, JsonNodeFactory.instance.objectNode(), vector);
  }

  @Override
  public long totalRows() {
    return rows;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
