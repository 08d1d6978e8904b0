package dev.quiver.bench;

import dev.quiver.cli.WordNetGloss;
import dev.quiver.cli.WordNetGlosses;
import dev.quiver.embed.Embedder;
import dev.quiver.embed.Embedders;
import dev.quiver.index.ElementType;
import dev.quiver.index.QueryScorer;
import dev.quiver.index.VectorScoring;
import dev.quiver.index.VectorStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Multivectors made of real data.
 *
 * @param points rows of each
 * @param queries rows of each
 */
record MultiVectorData(String name, float[][][] points, float[][][] queries) {
  private static final int WINDOW_WORDS = 4;
  private static final int WINDOW_STEP = 2;

  /**
   * The definitions of the quickstart as windows of four words, two words apart, each embedded by
   * itself; the next definitions in line ask.
   */
  static MultiVectorData windows(int count, int queries) {
    List<String> windows = new ArrayList<>();
    int[] ends = new int[count + queries];
    int definitions = 0;
    for (WordNetGloss gloss : WordNetGlosses.sample(count + queries)) {
      String[] words = gloss.definition().split("\\s+");
      int from = 0;
      do {
        int to = Math.min(from + WINDOW_WORDS, words.length);
        windows.add(String.join(" ", Arrays.copyOfRange(words, from, to)));
        from += WINDOW_STEP;
      } while (from + WINDOW_STEP < words.length);
      ends[definitions++] = windows.size();
    }
    float[][] vectors = new float[windows.size()][];
    try (Embedders embedders = Embedders.open()) {
      Embedder embedder = embedders.defaultEmbedder();
      int batch = 1000;
      for (int from = 0; from < vectors.length; from += batch) {
        int to = Math.min(vectors.length, from + batch);
        float[][] part = embedder.embed(windows.subList(from, to));
        System.arraycopy(part, 0, vectors, from, part.length);
      }
    }
    float[][][] all = new float[ends.length][][];
    for (int i = 0; i < all.length; i++) {
      all[i] = Arrays.copyOfRange(vectors, i == 0 ? 0 : ends[i - 1], ends[i]);
    }
    return new MultiVectorData(
        "windows of " + count + " definitions",
        Arrays.copyOf(all, count),
        Arrays.copyOfRange(all, count, all.length));
  }

  /**
   * Each row of a set with three others of its neighbourhood, the rows that are nearest to the same
   * one of some hundreds of rows drawn at random.
   */
  static MultiVectorData neighbourhoods(DataSet set, int queries) {
    Random random = new Random(11);
    float[][] base = set.base();
    int[] centres = random.ints(Math.max(2, base.length / 200), 0, base.length).toArray();
    float[][] asked = Arrays.copyOf(set.queries(), Math.min(queries, set.queries().length));
    List<List<float[]>> members = new ArrayList<>();
    for (int i = 0; i < centres.length; i++) {
      members.add(new ArrayList<>());
    }
    int[] home = nearestCentres(set, base, centres);
    for (int row = 0; row < base.length; row++) {
      members.get(home[row]).add(base[row]);
    }
    int[] askedHome = nearestCentres(set, asked, centres);
    float[][][] points = new float[base.length][][];
    for (int row = 0; row < points.length; row++) {
      points[row] = together(base[row], members.get(home[row]), random);
    }
    float[][][] questions = new float[asked.length][][];
    for (int i = 0; i < questions.length; i++) {
      questions[i] = together(asked[i], members.get(askedHome[i]), random);
      for (int row = 1; row < questions[i].length; row++) {
        questions[i][row] = between(questions[i][row], asked[i]);
      }
    }
    return new MultiVectorData(
        String.format(Locale.ROOT, "%s, %,d points of 4 rows", set.name(), base.length),
        points,
        questions);
  }

  private static float[][] together(float[] first, List<float[]> others, Random random) {
    float[][] rows = new float[4][];
    rows[0] = first;
    for (int i = 1; i < rows.length; i++) {
      rows[i] = others.isEmpty() ? first : others.get(random.nextInt(others.size()));
    }
    return rows;
  }

  /** So that no row of a query is a row of a point. */
  private static float[] between(float[] a, float[] b) {
    float[] middle = new float[a.length];
    for (int i = 0; i < middle.length; i++) {
      middle[i] = (a[i] + b[i]) / 2;
    }
    return middle;
  }

  private static int[] nearestCentres(DataSet set, float[][] rows, int[] centres) {
    int dimension = rows[0].length;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory =
          arena.allocate((long) centres.length * dimension * Float.BYTES, Long.BYTES);
      int[] ordinals = new int[centres.length];
      for (int i = 0; i < centres.length; i++) {
        ordinals[i] = i;
        MemorySegment.copy(
            set.base()[centres[i]],
            0,
            memory,
            ValueLayout.JAVA_FLOAT,
            (long) i * dimension * Float.BYTES,
            dimension);
      }
      VectorScoring scoring =
          VectorStore.over(memory, centres.length, dimension, ElementType.FLOAT32)
              .scoring(set.distance());
      return IntStream.range(0, rows.length)
          .parallel()
          .map(row -> nearest(scoring.queryScorer(rows[row]), ordinals))
          .toArray();
    }
  }

  private static int nearest(QueryScorer scorer, int[] ordinals) {
    float[] distances = new float[ordinals.length];
    scorer.distances(ordinals, ordinals.length, distances);
    int best = 0;
    for (int i = 1; i < distances.length; i++) {
      best = distances[i] < distances[best] ? i : best;
    }
    return best;
  }
}
