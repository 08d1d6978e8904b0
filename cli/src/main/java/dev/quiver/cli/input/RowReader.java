package dev.quiver.cli.input;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads an input row by row. For one thread; whoever opened it closes it. */
public interface RowReader extends Closeable {
  /** What {@link #totalRows} answers when only reading to the end would tell. */
  long UNKNOWN = -1;

  /**
   * The next row, or null behind the last one.
   *
   * @throws BadRowException for a row that cannot be read; the next call goes on behind it
   * @throws IOException when nothing more can be read
   */
  @Nullable Row next() throws IOException;

  /** Rows of the whole input, or {@link #UNKNOWN}. */
  default long totalRows() {
    return UNKNOWN;
  }

  /** The distance that the input itself says its vectors are made for, or null. */
  default @Nullable String distance() {
    return null;
  }
}
