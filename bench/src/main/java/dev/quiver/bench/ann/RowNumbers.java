package dev.quiver.bench.ann;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lists of row numbers in files: int32, little-endian, nothing else. */
final class RowNumbers {
  private static final String FILE = "rows.i32";

  private RowNumbers() {}

  static int[] read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int[] rows = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(rows);
    return rows;
  }

  static void write(Path file, int[] rows) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(rows.length, Integer.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(rows);
    Files.write(file, bytes.array());
  }

  /** Writes the row of every ordinal beside an index. */
  static void save(Path folder, int[] rows) throws IOException {
    write(folder.resolve(FILE), rows);
  }

  static int[] open(Path folder) throws IOException {
    return read(folder.resolve(FILE));
  }

  static int[] range(int count) {
    int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      rows[i] = i;
    }
    return rows;
  }
}
