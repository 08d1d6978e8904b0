package dev.quiver.index;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * {@link CodedVectors} with their {@link Quantiser} as bytes, read in place. Everything is
 * little-endian. Version 2, which only codes of one bit need; others are written as version 1:
 *
 * <pre>
 * offset  type     field
 *      0  byte[8]  magic "QVRCODES"
 *      8  int      version: 1 or 2
 *     12  int      code type, {@link CodeType#code}
 *     16  int      distance, {@link Distance#code}: DOT, COSINE or EUCLIDEAN
 *     20  int      dimension
 *     24  int      size: number of vectors
 *     28  int      bytes of a row
 *     32  long     bytes of the whole, header and footer included
 *     40  float    mean error of distances, {@link Quantiser#errorMean}
 *     44  float    its standard deviation
 *     48  float    mean distance of near vectors, {@link Quantiser#nearDistance}
 *     52  long     seed of the {@link Rotation}, for BIT1; else 0
 *     60  int      CRC32C of bytes 0 to 59
 *     64  float[dimension]  the value of code 0, by component; for BIT1 the centre
 *      .  float[dimension]  the difference of neighbouring codes, by component; not for BIT1
 *      .           zeros to a multiple of 64
 *      .  rows     {@link CodeRows}; for BIT1 {@link BitRows}
 *      .  float[size]       the rows' corrections; for EUCLIDEAN and not for BIT1
 *    end  int      CRC32C of bytes 64 to here
 *         int      CRC32C of the header, again
 * </pre>
 *
 * Best read from an address that is a multiple of 64; others work too.
 */
public final class CodesFormat {
  /** The version that is written, and the newest that is read. */
  public static final int VERSION = 2;

  private static final int VERSION_LEVELS = 1;

  /** The magic is "QVRCODES" in ASCII. */
  private static final Section SECTION = new Section("codes", 0x5345444f43525651L, VERSION);

  private static final int TYPE_AT = 12;
  private static final int DISTANCE_AT = 16;
  private static final int DIMENSION_AT = 20;
  private static final int SIZE_AT = 24;
  private static final int ROW_BYTES_AT = 28;
  private static final int ERROR_MEAN_AT = 40;
  private static final int ERROR_DEVIATION_AT = 44;
  private static final int NEAR_DISTANCE_AT = 48;
  private static final int SEED_AT = 52;
  private static final int ALIGNMENT_BYTES = 64;

  /** Rows that are put in order at a time. */
  private static final int PIECE_BYTES = 1 << 16;

  private CodesFormat() {}

  /** Bytes that {@link #write} writes. */
  public static long sizeBytes(CodedVectors codes) {
    return totalBytes(codes.quantiser(), codes.size());
  }

  /**
   * Writes; the caller flushes and closes.
   *
   * @param order of the graph that the codes belong to, if its nodes are written in one; null
   *     leaves the rows as they stand
   */
  public static void write(CodedVectors codes, @Nullable NodeOrder order, WritableByteChannel out)
      throws IOException {
    if (order != null && order.size() != codes.size()) {
      throw new IllegalArgumentException(
          "order of " + order.size() + " nodes (expected: " + codes.size() + ")");
    }
    Quantiser quantiser = codes.quantiser();
    ByteBuffer header = SECTION.newHeader(sizeBytes(codes));
    if (quantiser instanceof BitQuantiser bits) {
      header.putLong(SEED_AT, bits.seed());
    } else {
      header.putInt(Section.VERSION_AT, VERSION_LEVELS);
    }
    header.putInt(TYPE_AT, quantiser.type().code());
    header.putInt(DISTANCE_AT, quantiser.distance().code());
    header.putInt(DIMENSION_AT, quantiser.dimension());
    header.putInt(SIZE_AT, codes.size());
    header.putInt(ROW_BYTES_AT, quantiser.rowBytes());
    header.putFloat(ERROR_MEAN_AT, quantiser.errorMean());
    header.putFloat(ERROR_DEVIATION_AT, quantiser.errorDeviation());
    header.putFloat(NEAR_DISTANCE_AT, quantiser.nearDistance());
    SECTION.write(
        header,
        body -> {
          body.write(learnt(quantiser));
          writeRows(codes.codes(), quantiser.rowBytes(), order, body);
          MemorySegment corrections = codes.corrections();
          if (corrections != null) {
            writeRows(corrections, Float.BYTES, order, body);
          }
        },
        out);
  }

  private static void writeRows(
      MemorySegment rows, int rowBytes, @Nullable NodeOrder order, ChecksumWriter out)
      throws IOException {
    if (order == null) {
      out.write(rows);
      return;
    }
    int perPiece = Math.max(1, PIECE_BYTES / rowBytes);
    ByteBuffer buffer = ByteBuffer.allocate(perPiece * rowBytes);
    MemorySegment piece = MemorySegment.ofBuffer(buffer);
    for (int from = 0; from < order.size(); from += perPiece) {
      int count = Math.min(perPiece, order.size() - from);
      for (int i = 0; i < count; i++) {
        long at = (long) order.ordinal(from + i) * rowBytes;
        MemorySegment.copy(rows, at, piece, (long) i * rowBytes, rowBytes);
      }
      out.write(buffer.position(0).limit(count * rowBytes));
    }
  }

  private static ByteBuffer learnt(Quantiser quantiser) {
    long bytes = rowsAt(quantiser.type(), quantiser.dimension()) - Section.HEADER_BYTES;
    ByteBuffer buffer = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] values : quantiser.learnt()) {
      for (float value : values) {
        buffer.putFloat(value);
      }
    }
    return buffer.rewind();
  }

  /**
   * Codes over bytes that {@link #write} wrote, without copying them. Checks header, length and the
   * footer's link to the header, in O(dimension); {@link #verify} checks all.
   *
   * @param bytes off-heap, begins with the header; the caller keeps it open
   * @param file how errors call it
   */
  public static CodedVectors open(MemorySegment bytes, String file) throws IndexFileException {
    if (!bytes.isNative()) {
      throw new IllegalArgumentException("bytes: a heap segment (expected: mapped or off-heap)");
    }
    SECTION.checkHeader(bytes, file);
    int dimension = Section.readInt(bytes, DIMENSION_AT);
    int size = Section.readInt(bytes, SIZE_AT);
    CodeType type;
    Distance distance;
    try {
      type = CodeType.ofCode(Section.readInt(bytes, TYPE_AT));
      distance = Distance.ofCode(Section.readInt(bytes, DISTANCE_AT));
    } catch (IllegalArgumentException e) {
      throw SECTION.corrupt(file, String.valueOf(e.getMessage()));
    }
    if (dimension < 1
        || dimension > VectorStore.DIMENSION_MAX
        || size < 0
        || !QuantiserTraining.supports(distance)
        || Section.totalBytes(bytes) < rowsAt(type, dimension) + Section.FOOTER_BYTES) {
      throw SECTION.corrupt(file, "codes header fields contradict each other");
    }
    float[] first = floats(bytes, Section.HEADER_BYTES, dimension);
    float errorMean = bytes.get(ElementType.FLOAT_LE, ERROR_MEAN_AT);
    float errorDeviation = bytes.get(ElementType.FLOAT_LE, ERROR_DEVIATION_AT);
    float nearDistance = bytes.get(ElementType.FLOAT_LE, NEAR_DISTANCE_AT);
    Quantiser quantiser =
        type == CodeType.BIT1
            ? new BitQuantiser(
                distance,
                first,
                bytes.get(ElementType.LONG_LE, SEED_AT),
                errorMean,
                errorDeviation,
                nearDistance)
            : new LevelQuantiser(
                type,
                distance,
                first,
                floats(bytes, Section.HEADER_BYTES + 4L * dimension, dimension),
                errorMean,
                errorDeviation,
                nearDistance);
    if (quantiser.rowBytes() != Section.readInt(bytes, ROW_BYTES_AT)
        || totalBytes(quantiser, size) != Section.totalBytes(bytes)) {
      throw SECTION.corrupt(file, "codes header fields contradict each other");
    }
    MemorySegment rows = bytes.asReadOnly().asSlice(rowsAt(type, dimension), quantiser.bytes(size));
    return CodedVectors.over(rows, size, quantiser);
  }

  /** Reads everything and compares the checksum: O(bytes). */
  public static void verify(MemorySegment bytes, String file) throws IndexFileException {
    SECTION.verify(bytes, file);
  }

  private static float[] floats(MemorySegment bytes, long offset, int count) {
    float[] values = new float[count];
    MemorySegment.copy(bytes, ElementType.FLOAT_LE, offset, values, 0, count);
    return values;
  }

  private static long rowsAt(CodeType type, int dimension) {
    int lists = type == CodeType.BIT1 ? 1 : 2;
    long end = Section.HEADER_BYTES + 4L * lists * dimension;
    return (end + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  }

  private static long totalBytes(Quantiser quantiser, int size) {
    return rowsAt(quantiser.type(), quantiser.dimension())
        + quantiser.bytes(size)
        + Section.FOOTER_BYTES;
  }
}
