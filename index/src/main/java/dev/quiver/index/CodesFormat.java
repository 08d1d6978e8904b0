package dev.quiver.index;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * {@link CodedVectors} with their {@link Quantiser} as bytes, read in place. Everything is
 * little-endian. Version 1:
 *
 * <pre>
 * offset  type     field
 *      0  byte[8]  magic "QVRCODES"
 *      8  int      version: 1
 *     12  int      code type, {@link CodeType#code}
 *     16  int      distance, {@link Distance#code}: DOT, COSINE or EUCLIDEAN
 *     20  int      dimension
 *     24  int      size: number of vectors
 *     28  int      bytes of a row
 *     32  long     bytes of the whole, header and footer included
 *     40  float    mean error of distances, {@link Quantiser#errorMean}
 *     44  float    its standard deviation
 *     48  float    mean distance of near vectors, {@link Quantiser#nearDistance}
 *     52  byte[8]  reserved: zeros
 *     60  int      CRC32C of bytes 0 to 59
 *     64  float[dimension]  the value of code 0, by component
 *      .  float[dimension]  the difference of neighbouring codes, by component
 *      .           zeros to a multiple of 64
 *      .  rows     {@link CodeRows}
 *      .  float[size]       the rows' corrections; for EUCLIDEAN only
 *    end  int      CRC32C of bytes 64 to here
 *         int      CRC32C of the header, again
 * </pre>
 *
 * Best read from an address that is a multiple of 64; others work too.
 */
public final class CodesFormat {
  /** The version that is written, and the newest that is read. */
  public static final int VERSION = 1;

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
  private static final int ALIGNMENT_BYTES = 64;

  private CodesFormat() {}

  /** Bytes that {@link #write} writes. */
  public static long sizeBytes(CodedVectors codes) {
    return totalBytes(codes.quantiser(), codes.size());
  }

  /** Writes; the caller flushes and closes. */
  public static void write(CodedVectors codes, WritableByteChannel out) throws IOException {
    Quantiser quantiser = codes.quantiser();
    ByteBuffer header = SECTION.newHeader(sizeBytes(codes));
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
          body.write(intervals(quantiser));
          body.write(codes.codes());
          MemorySegment corrections = codes.corrections();
          if (corrections != null) {
            body.write(corrections);
          }
        },
        out);
  }

  private static ByteBuffer intervals(Quantiser quantiser) {
    int bytes = (int) rowsAt(quantiser.dimension()) - Section.HEADER_BYTES;
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : quantiser.base()) {
      buffer.putFloat(value);
    }
    for (float value : quantiser.step()) {
      buffer.putFloat(value);
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
        || Section.totalBytes(bytes) < rowsAt(dimension) + Section.FOOTER_BYTES) {
      throw SECTION.corrupt(file, "codes header fields contradict each other");
    }
    float[] base = new float[dimension];
    float[] step = new float[dimension];
    long stepsAt = Section.HEADER_BYTES + 4L * dimension;
    MemorySegment.copy(bytes, ElementType.FLOAT_LE, Section.HEADER_BYTES, base, 0, dimension);
    MemorySegment.copy(bytes, ElementType.FLOAT_LE, stepsAt, step, 0, dimension);
    Quantiser quantiser =
        new Quantiser(
            type,
            distance,
            base,
            step,
            bytes.get(ElementType.FLOAT_LE, ERROR_MEAN_AT),
            bytes.get(ElementType.FLOAT_LE, ERROR_DEVIATION_AT),
            bytes.get(ElementType.FLOAT_LE, NEAR_DISTANCE_AT));
    if (quantiser.rowBytes() != Section.readInt(bytes, ROW_BYTES_AT)
        || totalBytes(quantiser, size) != Section.totalBytes(bytes)) {
      throw SECTION.corrupt(file, "codes header fields contradict each other");
    }
    MemorySegment rows = bytes.asReadOnly().asSlice(rowsAt(dimension), quantiser.bytes(size));
    return CodedVectors.over(rows, size, quantiser);
  }

  /** Reads everything and compares the checksum: O(bytes). */
  public static void verify(MemorySegment bytes, String file) throws IndexFileException {
    SECTION.verify(bytes, file);
  }

  private static long rowsAt(int dimension) {
    long end = Section.HEADER_BYTES + 8L * dimension;
    return (end + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  }

  private static long totalBytes(Quantiser quantiser, int size) {
    return rowsAt(quantiser.dimension()) + quantiser.bytes(size) + Section.FOOTER_BYTES;
  }
}
