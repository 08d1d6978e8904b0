package dev.quiver.bench;

import dev.quiver.cli.WordNetGloss;
import dev.quiver.cli.WordNetGlosses;
import dev.quiver.embed.Embedder;
import dev.quiver.embed.Embedders;
import dev.quiver.index.Distance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Vectors to search, queries, and what the right answers are.
 *
 * @param truth row numbers of the exact answers per query, best first
 */
public record DataSet(
    String name, Distance distance, float[][] base, float[][] queries, int[][] truth) {

  static final int TRUTH_DEPTH = 100;

  /**
   * A set from the shared data folder. {@code maxBase} below its size cuts it, and the truth is
   * computed anew.
   */
  static DataSet shared(Path folder, String name, String queries, int maxBase, int maxQueries) {
    Path set = folder.resolve(name);
    Npy base = Npy.open(set.resolve("base.npy"));
    Npy asked = Npy.open(set.resolve(queries + ".npy"));
    Distance distance = name.startsWith("sift") ? Distance.EUCLIDEAN : Distance.COSINE;
    int rows = Math.min(maxBase, base.rows());
    int count = Math.min(maxQueries, asked.rows());
    float[][] vectors =
        IntStream.range(0, rows).parallel().mapToObj(base::row).toArray(float[][]::new);
    float[][] questions = IntStream.range(0, count).mapToObj(asked::row).toArray(float[][]::new);
    int[][] truth;
    if (rows == base.rows()) {
      Npy exact = Npy.open(set.resolve(queries + "_truth.npy"));
      truth = IntStream.range(0, count).mapToObj(exact::intRow).toArray(int[][]::new);
    } else {
      truth = exact(vectors, questions, distance, TRUTH_DEPTH, null);
    }
    return new DataSet(
        name + (queries.equals("queries") ? "" : " " + queries),
        distance,
        vectors,
        questions,
        truth);
  }

  static boolean available(Path folder) {
    return Files.isReadable(folder.resolve("minilm-en-384/base.npy"))
        && Files.isReadable(folder.resolve("sift-real-128/base.npy"));
  }

  /**
   * The quickstart's data: definitions of WordNet as the server embeds them; the next ones in line
   * ask.
   */
  static DataSet wordNet(int rows, int queries) {
    List<String> texts = new ArrayList<>();
    for (WordNetGloss gloss : WordNetGlosses.sample(rows + queries)) {
      texts.add(gloss.definition());
    }
    float[][] vectors = new float[texts.size()][];
    try (Embedders embedders = Embedders.open()) {
      Embedder embedder = embedders.defaultEmbedder();
      int batch = 1000;
      for (int from = 0; from < vectors.length; from += batch) {
        int to = Math.min(vectors.length, from + batch);
        float[][] part = embedder.embed(texts.subList(from, to));
        System.arraycopy(part, 0, vectors, from, part.length);
      }
    }
    float[][] base = Arrays.copyOf(vectors, rows);
    float[][] asked = Arrays.copyOfRange(vectors, rows, vectors.length);
    return new DataSet(
        "quickstart (WordNet) " + rows,
        Distance.COSINE,
        base,
        asked,
        exact(base, asked, Distance.COSINE, TRUTH_DEPTH, null));
  }

  /** What a run without the shared data uses: clustered vectors from a fixed seed. */
  public static DataSet synthetic(int rows, int dimension, int queries) {
    Random random = new Random(42);
    float[][] centres = gaussian(random, 200, dimension, null, 1f);
    float[][] base = gaussian(random, rows, dimension, centres, 0.6f);
    float[][] asked = gaussian(random, queries, dimension, centres, 0.6f);
    return new DataSet(
        String.format(Locale.ROOT, "synthetic %d x %d", rows, dimension),
        Distance.COSINE,
        base,
        asked,
        exact(base, asked, Distance.COSINE, TRUTH_DEPTH, null));
  }

  private static float[][] gaussian(
      Random random,
      int rows,
      int dimension,
      float @org.jspecify.annotations.Nullable [][] centres,
      float spread) {
    float[][] result = new float[rows][dimension];
    for (float[] row : result) {
      float[] centre = centres == null ? null : centres[random.nextInt(centres.length)];
      for (int i = 0; i < dimension; i++) {
        row[i] = (float) random.nextGaussian() * spread + (centre == null ? 0 : centre[i]);
      }
    }
    return result;
  }

  /** Exact answers by comparing everything, on all cores; {@code accepted} limits the rows. */
  static int[][] exact(
      float[][] base,
      float[][] queries,
      Distance distance,
      int depth,
      java.util.@org.jspecify.annotations.Nullable BitSet accepted) {
    return IntStream.range(0, queries.length)
        .parallel()
        .mapToObj(q -> Exact.nearest(base, queries[q], distance, depth, accepted))
        .toArray(int[][]::new);
  }
}
