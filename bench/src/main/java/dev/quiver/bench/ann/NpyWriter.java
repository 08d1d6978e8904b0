package dev.quiver.bench.ann;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Writes float32 vectors as NumPy's format 1.0. */
final class NpyWriter {
  private static final int ALIGNMENT = 64;

  private NpyWriter() {}

  /**
   * Writes the file.
   *
   * @return the CRC32C of its vectors
   */
  static long write(Path file, float[][] rows) throws IOException {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows.length + ", " + columns + ")}";
    int magic = 10;
    int padding = ALIGNMENT - (magic + header.length() + 1) % ALIGNMENT;
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    CRC32C checksum = new CRC32C();
    try (OutputStream out = Files.newOutputStream(file)) {
      ByteBuffer start = ByteBuffer.allocate(magic).order(ByteOrder.LITTLE_ENDIAN);
      start.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
      start.put((byte) 1).put((byte) 0).putShort((short) text.length);
      out.write(start.array());
      out.write(text);
      ByteBuffer row = ByteBuffer.allocate(columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (float[] values : rows) {
        row.asFloatBuffer().put(values);
        out.write(row.array());
        checksum.update(row.array());
      }
    }
    return checksum.getValue();
  }
}
