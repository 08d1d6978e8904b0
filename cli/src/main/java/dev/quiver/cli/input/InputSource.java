package dev.quiver.cli.input;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file to read, or standard input.
 *
 * @param name as messages show it and as deterministic ids are made from it: the file's name
 *     relative to the folder that was given, so that moving a folder changes no id
 * @param file null for standard input
 * @param bytes the file's size, 0 for standard input
 */
public record InputSource(String name, @Nullable Path file, InputFormat format, long bytes) {
  private static final int BUFFER_BYTES = 1 << 18;

  /** What may be chosen about how files are read. */
  public record Options(String dataset, boolean csvAsText) {
    public static final String DEFAULT_DATASET = "train";
  }

  public static InputSource standardInput(InputFormat format) {
    if (!format.streams()) {
      throw new IllegalArgumentException(
          format + " cannot be read from standard input; give a file (expected: jsonl, csv, ...)");
    }
    return new InputSource("stdin", null, format, 0);
  }

  /**
   * The file itself, or every readable file below the folder, by name.
   *
   * @param forced the format of all of them; null: by their names
   * @throws IllegalArgumentException when there is nothing to read
   */
  public static List<InputSource> of(Path path, @Nullable InputFormat forced) throws IOException {
    if (!Files.exists(path)) {
      throw new IllegalArgumentException("there is no file or folder " + path);
    }
    if (!Files.isDirectory(path)) {
      InputFormat format = forced == null ? InputFormat.ofName(path) : forced;
      if (format == null) {
        throw new IllegalArgumentException(
            path + ": its name does not tell its format; say it with --format");
      }
      return List.of(
          new InputSource(path.getFileName().toString(), path, format, Files.size(path)));
    }
    List<InputSource> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        InputFormat format = InputFormat.ofName(file);
        if (format != null && (forced == null || forced == format)) {
          String name = path.relativize(file).toString().replace('\\', '/');
          found.add(new InputSource(name, file, format, Files.size(file)));
        }
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException("no readable file below the folder " + path);
    }
    return found;
  }

  /**
   * The rows of this input.
   *
   * @param standardInput read when this is standard input
   */
  public RowSource rows(InputStream standardInput, Options options) throws IOException {
    Path path = file;
    String identity =
        path == null
            ? name
            : path.toAbsolutePath()
                + " "
                + bytes
                + " "
                + Files.getLastModifiedTime(path).toMillis();
    return new RowSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String identity() {
        return identity + " " + format + " " + options;
      }

      @Override
      public boolean vectorsOnly() {
        return format.vectorsOnly();
      }

      @Override
      public long bytes() {
        return bytes;
      }

      @Override
      public RowReader open(LongAdder bytesRead) throws IOException {
        return InputSource.this.open(standardInput, options, bytesRead);
      }
    };
  }

  private RowReader open(InputStream standardInput, Options options, LongAdder bytesRead)
      throws IOException {
    if (!format.streams()) {
      Path path = file;
      if (path == null) {
        throw new IllegalArgumentException(format + " needs a file");
      }
      return format == InputFormat.PARQUET
          ? ParquetRows.open(path)
          : Hdf5Rows.open(path, options.dataset());
    }
    InputStream in = stream(standardInput, bytesRead);
    try {
      return switch (format) {
        case JSONL -> new JsonRows(in);
        case CSV -> new CsvRows(in, ',', options.csvAsText());
        case TSV -> new CsvRows(in, '\t', options.csvAsText());
        case NPY -> NpyRows.open(in);
        case FVECS -> new VecsRows(in, Elements.FLOAT32, exactBytes());
        case BVECS -> new VecsRows(in, Elements.UINT8, exactBytes());
        case IVECS -> new VecsRows(in, Elements.INT32, exactBytes());
        case PARQUET, HDF5 -> throw new IllegalStateException(format + " does not stream");
      };
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** The size of what the reader will see, or 0 when only reading tells. */
  private long exactBytes() {
    return file == null || InputFormat.isCompressed(file) ? 0 : bytes;
  }

  private InputStream stream(InputStream standardInput, LongAdder bytesRead) throws IOException {
    if (file == null) {
      return new BufferedInputStream(standardInput, BUFFER_BYTES);
    }
    InputStream raw = new CountingStream(Files.newInputStream(file), bytesRead);
    return InputFormat.isCompressed(file)
        ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER_BYTES), BUFFER_BYTES)
        : new BufferedInputStream(raw, BUFFER_BYTES);
  }
}
