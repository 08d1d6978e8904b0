package dev.quiver.cli.input;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * NumPy's array file, versions 1 to 3: a two-dimensional array in C order, one row a vector. Magic
 * {@code \x93NUMPY}, two version bytes, the header's length (little-endian, 2 bytes in version 1,
 * else 4), the header (a Python dictionary), then the elements.
 */
final class NpyRows implements RowReader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER_BYTES = 1 << 16;
  private static final int MAX_DIMENSIONS = 1 << 20;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([<>|=])([fui])(\\d)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE =
      Pattern.compile("'shape'\\s*:\\s*\\(\\s*(\\d{1,18})\\s*,\\s*(\\d{1,9})\\s*,?\\s*\\)");

  private final InputStream in;
  private final Elements element;
  private final ByteOrder order;
  private final long rows;
  private final int dimensions;
  private long number;

  private NpyRows(InputStream in, Elements element, ByteOrder order, long rows, int dimensions) {
    this.in = in;
    this.element = element;
    this.order = order;
    this.rows = rows;
    this.dimensions = dimensions;
  }

  /** Reads the header; takes over the stream. */
  static NpyRows open(InputStream in) throws IOException {
    byte[] start = in.readNBytes(8);
    for (int i = 0; i < MAGIC.length; i++) {
      if (start.length < 8 || start[i] != MAGIC[i]) {
        throw new IOException("not a .npy file: its first bytes are not NumPy's");
      }
    }
    int lengthBytes = start[6] == 1 ? 2 : 4;
    ByteBuffer length = ByteBuffer.wrap(in.readNBytes(lengthBytes)).order(ByteOrder.LITTLE_ENDIAN);
    if (length.remaining() < lengthBytes) {
      throw new EOFException("cut off inside the header");
    }
    int headerBytes = lengthBytes == 2 ? length.getShort() & 0xFFFF : length.getInt();
    if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
      throw new IOException("header of " + headerBytes + " bytes (expected: at most 65536)");
    }
    String header = new String(in.readNBytes(headerBytes), StandardCharsets.UTF_8);
    return parse(in, header);
  }

  private static NpyRows parse(InputStream in, String header) throws IOException {
    Matcher descr = DESCR.matcher(header);
    Matcher fortran = FORTRAN.matcher(header);
    Matcher shape = SHAPE.matcher(header);
    if (!descr.find() || !fortran.find()) {
      throw new IOException(
          "element type not understood (expected: floats or integers): " + header);
    }
    if (!shape.find()) {
      throw new IOException("expected an array of two dimensions, rows and columns: " + header);
    }
    if (fortran.group(1).equals("True")) {
      throw new IOException(
          "the array is stored column by column; save it with numpy.ascontiguousarray");
    }
    int dimensions = Integer.parseInt(shape.group(2));
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
      throw new IOException("rows of " + dimensions + " numbers (expected: 1 to 1048576)");
    }
    ByteOrder order = descr.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    return new NpyRows(
        in,
        element(descr.group(2) + descr.group(3)),
        order,
        Long.parseLong(shape.group(1)),
        dimensions);
  }

  private static Elements element(String type) throws IOException {
    return switch (type) {
      case "f2" -> Elements.FLOAT16;
      case "f4" -> Elements.FLOAT32;
      case "f8" -> Elements.FLOAT64;
      case "u1" -> Elements.UINT8;
      case "i1" -> Elements.INT8;
      case "i2" -> Elements.INT16;
      case "i4" -> Elements.INT32;
      case "i8" -> Elements.INT64;
      default ->
          throw new IOException(
              "elements of type " + type + " (expected: f2, f4, f8, u1, i1, i2, i4 or i8)");
    };
  }

  @Override
  public @Nullable Row next() throws IOException {
    if (number == rows) {
      return null;
    }
    byte[] bytes = in.readNBytes(dimensions * element.bytes());
    if (bytes.length < dimensions * element.bytes()) {
      throw new EOFException(
          "cut off in row " + (number + 1) + " of the " + rows + " that the header announces");
    }
    float[] vector = element.readAll(ByteBuffer.wrap(bytes).order(order), dimensions);
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
