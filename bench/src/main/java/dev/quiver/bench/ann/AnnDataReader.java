package dev.quiver.bench.ann;

import dev.quiver.bench.DataSet;
import dev.quiver.bench.Npy;
import dev.quiver.bench.ann.AnnData.QuerySet;
import dev.quiver.cli.input.InputFormat;
import dev.quiver.cli.input.InputSource;
import dev.quiver.cli.input.Row;
import dev.quiver.cli.input.RowReader;
import dev.quiver.index.Distance;
import dev.quiver.index.UnitVectors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds and reads data sets: a folder of {@code .npy} files, ann-benchmarks' HDF5 files, and fvecs
 * and bvecs files of the TEXMEX corpora with their queries and answers beside them.
 */
final class AnnDataReader {
  private static final Map<String, String> SHARED =
      Map.of("minilm", "minilm-en-384", "sift", "sift-real-128");

  private static final Set<InputFormat> FORMS =
      EnumSet.of(InputFormat.HDF5, InputFormat.FVECS, InputFormat.BVECS);

  private AnnDataReader() {}

  /**
   * Reads a data set.
   *
   * @param name {@code minilm}, {@code sift}, a folder's name below {@code folder}, or a path
   * @throws IllegalArgumentException as {@link #locate}
   */
  static AnnData read(Path folder, String name) throws IOException {
    Path path = locate(folder, name);
    if (Files.isDirectory(path)) {
      return ofFolder(path);
    }
    return InputFormat.ofName(path) == InputFormat.HDF5 ? ofHdf5(path) : ofVecs(path);
  }

  /**
   * Where a data set is, without reading it.
   *
   * @throws IllegalArgumentException if there is none, or it's of no form that is read
   */
  static Path locate(Path folder, String name) {
    Path path = folder.resolve(SHARED.getOrDefault(name, name));
    if (!Files.exists(path)) {
      path = Path.of(name);
    }
    if (!Files.exists(path)) {
      throw new IllegalArgumentException(
          "data set: "
              + name
              + " (expected: minilm or sift with --data FOLDER that holds them, or the path of a"
              + " folder, an .hdf5, .fvecs or .bvecs file; looked in "
              + folder
              + ")");
    }
    if (!Files.isDirectory(path) && !FORMS.contains(InputFormat.ofName(path))) {
      throw new IllegalArgumentException(
          "data set: " + path + " (expected: a folder, .hdf5, .fvecs or .bvecs)");
    }
    return path;
  }

  /** A data set that is in memory already; its vectors may be changed to length 1. */
  static AnnData of(DataSet set) {
    return whole(
        set.name(),
        set.distance(),
        set.base(),
        List.of(new QuerySet("queries", set.queries(), set.truth())));
  }

  private static AnnData ofFolder(Path folder) throws IOException {
    String name = String.valueOf(folder.getFileName());
    Distance distance = name.startsWith("sift") ? Distance.EUCLIDEAN : Distance.COSINE;
    float[][] base = rows(Npy.open(folder.resolve("base.npy")));
    List<Path> files;
    try (var listed = Files.list(folder)) {
      files = listed.sorted().toList();
    }
    List<QuerySet> sets = new ArrayList<>();
    for (Path file : files) {
      String stem = String.valueOf(file.getFileName()).replaceAll("\\.npy$", "");
      Path truth = folder.resolve(stem + "_truth.npy");
      if (Files.exists(truth)) {
        Npy exact = Npy.open(truth);
        int[][] answers =
            IntStream.range(0, exact.rows()).mapToObj(exact::intRow).toArray(int[][]::new);
        sets.add(new QuerySet(stem, rows(Npy.open(file)), answers));
      }
    }
    return whole(name, distance, base, sets);
  }

  private static AnnData ofHdf5(Path file) throws IOException {
    Loaded train = load(file, "train");
    float[][] queries = load(file, "test").rows();
    Distance distance =
        switch (train.distance() == null ? "" : train.distance()) {
          case "Cosine" -> Distance.COSINE;
          case "Euclid" -> Distance.EUCLIDEAN;
          case "Dot" -> Distance.DOT;
          default ->
              throw new IOException(
                  file + ": attribute `distance` is missing or not one of angular, euclidean, dot");
        };
    int[][] truth = whole(load(file, "neighbors").rows());
    String name = String.valueOf(file.getFileName()).replaceAll("\\.[^.]*$", "");
    return whole(name, distance, train.rows(), List.of(new QuerySet("test", queries, truth)));
  }

  private static AnnData ofVecs(Path base) throws IOException {
    String file = String.valueOf(base.getFileName());
    String stem = file.replaceAll("_(base|learn)?\\.[fb]vecs$", "").replaceAll("\\.[fb]vecs$", "");
    String suffix = file.substring(file.lastIndexOf('.'));
    float[][] queries = load(base.resolveSibling(stem + "_query" + suffix), "").rows();
    int[][] truth = whole(load(base.resolveSibling(stem + "_groundtruth.ivecs"), "").rows());
    return whole(
        stem,
        Distance.EUCLIDEAN,
        load(base, "").rows(),
        List.of(new QuerySet("query", queries, truth)));
  }

  private record Loaded(float[][] rows, @Nullable String distance) {}

  private static Loaded load(Path file, String dataset) throws IOException {
    InputSource source = InputSource.of(file, null).getFirst();
    List<float[]> rows = new ArrayList<>();
    try (RowReader reader =
        source
            .rows(InputStream.nullInputStream(), new InputSource.Options(dataset, false))
            .open(new LongAdder())) {
      for (Row row = reader.next(); row != null; row = reader.next()) {
        float[] vector = row.vector();
        if (vector == null) {
          throw new IOException(file + ": row " + row.line() + " is not a vector");
        }
        rows.add(vector);
      }
      return new Loaded(rows.toArray(float[][]::new), reader.distance());
    }
  }

  private static float[][] rows(Npy file) {
    return IntStream.range(0, file.rows()).parallel().mapToObj(file::row).toArray(float[][]::new);
  }

  private static int[][] whole(float[][] rows) {
    int[][] whole = new int[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      whole[i] = new int[rows[i].length];
      for (int j = 0; j < rows[i].length; j++) {
        whole[i][j] = (int) rows[i][j];
      }
    }
    return whole;
  }

  private static AnnData whole(
      String name, Distance distance, float[][] base, List<QuerySet> sets) {
    if (distance == Distance.COSINE) {
      Arrays.stream(base).parallel().forEach(UnitVectors::normalise);
      sets.forEach(set -> Arrays.stream(set.queries()).forEach(UnitVectors::normalise));
    }
    boolean bytes = distance == Distance.EUCLIDEAN && allBytes(base);
    return new AnnData(name, distance, base, sets, bytes);
  }

  private static boolean allBytes(float[][] base) {
    return Arrays.stream(base)
        .parallel()
        .allMatch(
            row -> {
              for (float x : row) {
                if (x != Math.rint(x) || x < 0 || x > 255) {
                  return false;
                }
              }
              return true;
            });
  }
}
