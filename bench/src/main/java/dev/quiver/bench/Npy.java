package dev.quiver.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A two-dimensional NumPy array on disk (format 1.0 or 2.0, C order, little-endian), memory-mapped:
 * the data sets' form. Thread-safe for reading; the mapping lives as long as the process.
 */
public final class Npy {
  private static final Pattern HEADER =
      Pattern.compile("'descr': '([^']+)'.*'fortran_order': (\\w+).*'shape': \\((\\d+),? ?(\\d*)");
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment bytes;
  private final String type;
  private final long start;
  private final int rows;
  private final int columns;

  private Npy(MemorySegment bytes, String type, long start, int rows, int columns) {
    this.bytes = bytes;
    this.type = type;
    this.start = start;
    this.rows = rows;
    this.columns = columns;
  }

  /** Maps a file. */
  public static Npy open(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment bytes =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.global());
      int major = bytes.get(ValueLayout.JAVA_BYTE, 6);
      long headerStart = major == 1 ? 10 : 12;
      long headerLength = major == 1 ? Short.toUnsignedInt(bytes.get(SHORT, 8)) : bytes.get(INT, 8);
      String header =
          new String(
              bytes.asSlice(headerStart, headerLength).toArray(ValueLayout.JAVA_BYTE),
              StandardCharsets.US_ASCII);
      Matcher matcher = HEADER.matcher(header);
      if (!matcher.find() || !matcher.group(2).equals("False")) {
        throw new IllegalArgumentException(file + ": not a C-order .npy header: " + header);
      }
      int columns = matcher.group(4).isEmpty() ? 1 : Integer.parseInt(matcher.group(4));
      return new Npy(
          bytes,
          matcher.group(1),
          headerStart + headerLength,
          Integer.parseInt(matcher.group(3)),
          columns);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** One row as floats, owned by the caller. */
  public float[] row(int row) {
    float[] values = new float[columns];
    long at = (long) row * columns;
    for (int i = 0; i < columns; i++) {
      values[i] = floatAt(at + i);
    }
    return values;
  }

  /** One row of an int32 array, owned by the caller. */
  public int[] intRow(int row) {
    int[] values = new int[columns];
    for (int i = 0; i < columns; i++) {
      values[i] = bytes.get(INT, start + ((long) row * columns + i) * 4);
    }
    return values;
  }

  private float floatAt(long index) {
    return switch (type) {
      case "<f4" -> Float.intBitsToFloat(bytes.get(INT, start + index * 4));
      case "<f2" -> Float.float16ToFloat(bytes.get(SHORT, start + index * 2));
      case "|u1" -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, start + index));
      default ->
          throw new IllegalArgumentException("npy type: " + type + " (expected: <f4, <f2, |u1)");
    };
  }
}
