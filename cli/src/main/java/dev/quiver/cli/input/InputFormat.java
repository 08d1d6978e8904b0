package dev.quiver.cli.input;

import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kinds of input and the file names that they go by. */
public enum InputFormat {
  JSONL(false, ".jsonl .ndjson .json"),
  CSV(false, ".csv"),
  TSV(false, ".tsv"),
  PARQUET(false, ".parquet"),
  NPY(true, ".npy"),
  FVECS(true, ".fvecs"),
  BVECS(true, ".bvecs"),
  IVECS(true, ".ivecs"),
  HDF5(true, ".hdf5 .h5");

  private static final String COMPRESSED = ".gz";

  private final boolean vectorsOnly;

  /** With blanks between. */
  private final String suffixes;

  InputFormat(boolean vectorsOnly, String suffixes) {
    this.vectorsOnly = vectorsOnly;
    this.suffixes = suffixes;
  }

  /** Whether a row is a vector without fields. */
  public boolean vectorsOnly() {
    return vectorsOnly;
  }

  /** Whether it can be read from a stream, and so from standard input and compressed files. */
  public boolean streams() {
    return this != PARQUET && this != HDF5;
  }

  /** By the file's name, {@code .gz} left aside; null when no format goes by such a name. */
  public static @Nullable InputFormat ofName(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(COMPRESSED)) {
      name = name.substring(0, name.length() - COMPRESSED.length());
    }
    for (InputFormat format : values()) {
      if (Stream.of(format.suffixes.split(" ")).anyMatch(name::endsWith)) {
        return format;
      }
    }
    return null;
  }

  static boolean isCompressed(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(COMPRESSED);
  }
}
