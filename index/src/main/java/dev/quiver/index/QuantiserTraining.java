package dev.quiver.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Learns a {@link Quantiser} from a sample of vectors, and measures on it how far the codes can be
 * trusted. Takes O(sample * dimension), well under a second; deterministic.
 */
public final class QuantiserTraining {
  /** Rows that intervals are learnt from. */
  private static final int SAMPLE = 8192;

  /** Rows that errors are measured on, and how many of them are queries. */
  private static final int MEASURED = 2048;

  private static final int QUERIES = 128;
  private static final int NEAR = 10;

  /**
   * Intervals tried: the mean and so many standard deviations on both sides, cut off where the
   * sample ends. Narrow ones round the many values better, wide ones clip fewer.
   */
  private static final double[] WIDTHS_INT4 = {2.2, 2.6, 3, 3.6, 4.4, 6, 1e6};

  private static final double[] WIDTHS_INT8 = {4, 5, 6.5, 9, 1e6};

  /** The share of nearest neighbours that must be among twice as many by their codes. */
  private static final double KEPT_MIN = 0.98;

  private QuantiserTraining() {}

  /** Whether vectors can be compared by codes under this distance. */
  public static boolean supports(Distance distance) {
    return distance != Distance.MANHATTAN;
  }

  /** Memory that learning takes at its peak: the sample, on the heap and off it. */
  static long memoryBytes(int dimension) {
    return Float.BYTES * (long) dimension * (SAMPLE + MEASURED);
  }

  /**
   * Learns from the store's rows.
   *
   * @throws IllegalArgumentException for MANHATTAN, or for an empty store
   */
  public static Quantiser train(VectorStore store, Distance distance, CodeType type) {
    return new Sample(store, distance).train(type);
  }

  /**
   * Learns the smallest codes that keep neighbours apart in the sample; null if none do, as for
   * vectors whose components differ by many orders of magnitude.
   */
  public static @Nullable Quantiser choose(VectorStore store, Distance distance) {
    if (!supports(distance) || store.size() == 0) {
      return null;
    }
    Sample sample = new Sample(store, distance);
    for (CodeType type : new CodeType[] {CodeType.INT4, CodeType.INT8}) {
      Quantiser quantiser = sample.train(type);
      if (sample.kept >= KEPT_MIN) {
        return quantiser;
      }
    }
    return null;
  }

  /** Evenly spread rows of a store, normalised where the distance wants that. */
  private static final class Sample {
    private final Distance distance;
    private final int dimension;
    private final float[][] rows;
    private final double[] mean;
    private final double[] deviation;
    private final float[] least;
    private final float[] greatest;
    private double kept;

    Sample(VectorStore store, Distance distance) {
      if (!supports(distance)) {
        throw new IllegalArgumentException(
            "distance: " + distance + " (expected: DOT, COSINE or EUCLIDEAN; it has no codes)");
      }
      if (store.size() == 0) {
        throw new IllegalArgumentException("store: empty (expected: vectors to learn from)");
      }
      this.distance = distance;
      this.dimension = store.dimension();
      this.rows = new float[Math.min(store.size(), SAMPLE)][dimension];
      this.mean = new double[dimension];
      this.deviation = new double[dimension];
      this.least = new float[dimension];
      this.greatest = new float[dimension];
      Arrays.fill(least, Float.MAX_VALUE);
      Arrays.fill(greatest, -Float.MAX_VALUE);
      for (int i = 0; i < rows.length; i++) {
        store.read((int) ((long) i * store.size() / rows.length), rows[i]);
        if (distance == Distance.COSINE) {
          UnitVectors.normalise(rows[i]);
        }
      }
      describe();
    }

    private void describe() {
      for (float[] row : rows) {
        for (int i = 0; i < dimension; i++) {
          mean[i] += row[i] / (double) rows.length;
          least[i] = Math.min(least[i], row[i]);
          greatest[i] = Math.max(greatest[i], row[i]);
        }
      }
      for (float[] row : rows) {
        for (int i = 0; i < dimension; i++) {
          double difference = row[i] - mean[i];
          deviation[i] += difference * difference / rows.length;
        }
      }
      for (int i = 0; i < dimension; i++) {
        deviation[i] = Math.sqrt(deviation[i]);
      }
    }

    Quantiser train(CodeType type) {
      if (type == CodeType.BIT1) {
        float[] centre = new float[dimension];
        for (int i = 0; i < dimension; i++) {
          centre[i] = (float) mean[i];
        }
        return measured(new BitQuantiser(distance, centre, BitQuantiser.SEED, 0, 0, 0));
      }
      double[] widths = type == CodeType.INT4 ? WIDTHS_INT4 : WIDTHS_INT8;
      float[] base = new float[dimension];
      float[] step = new float[dimension];
      double leastError = Double.POSITIVE_INFINITY;
      for (double width : widths) {
        float[] triedBase = new float[dimension];
        float[] triedStep = new float[dimension];
        double error = tryWidth(type, width, triedBase, triedStep);
        if (error < leastError) {
          leastError = error;
          base = triedBase;
          step = triedStep;
        }
      }
      return measured(new LevelQuantiser(type, distance, base, step, 0, 0, 0));
    }

    /** Fills base and step and returns the sum of squared errors. */
    private double tryWidth(CodeType type, double width, float[] base, float[] step) {
      int steps = type.highest() - type.lowest();
      for (int i = 0; i < dimension; i++) {
        double low = Math.max(least[i], mean[i] - width * deviation[i]);
        double high = Math.min(greatest[i], mean[i] + width * deviation[i]);
        step[i] = (float) Math.max(0, (high - low) / steps);
        base[i] = (float) (low - (double) step[i] * type.lowest());
      }
      double error = 0;
      int stride = Math.max(1, rows.length / 1024);
      for (int r = 0; r < rows.length; r += stride) {
        for (int i = 0; i < dimension; i++) {
          float scaled = step[i] > 0 ? (rows[r][i] - base[i]) / step[i] : 0;
          int code = Math.clamp(Math.round(scaled), type.lowest(), type.highest());
          double difference = base[i] + (double) step[i] * code - rows[r][i];
          error += difference * difference;
        }
      }
      return error;
    }

    /** The same quantiser, with its errors measured between near rows of the sample. */
    private Quantiser measured(Quantiser quantiser) {
      int count = Math.min(rows.length, MEASURED);
      int queries = Math.min(count, QUERIES);
      int near = Math.min(NEAR, count - 1);
      if (near < 1) {
        kept = 1;
        return quantiser;
      }
      // Not confined, though one thread uses it: loops that have seen confined memory are compiled
      // to check the thread at each load from any memory, and searches take 10 to 20 % longer.
      try (Arena arena = Arena.ofShared()) {
        MemorySegment memory = arena.allocate(4L * count * dimension, 64);
        for (int r = 0; r < count; r++) {
          ElementType.FLOAT32.encode(
              rows[(int) ((long) r * rows.length / count)], memory, 4L * r * dimension, dimension);
        }
        VectorStore store = VectorStore.over(memory, count, dimension, ElementType.FLOAT32);
        try (CodedVectors codes = CodedVectors.encode(store, quantiser, Long.MAX_VALUE)) {
          return measured(quantiser, store, codes, queries, near);
        }
      }
    }

    private Quantiser measured(
        Quantiser quantiser, VectorStore store, CodedVectors codes, int queries, int near) {
      Distance arithmetic = distance == Distance.COSINE ? Distance.DOT : distance;
      VectorScoring exact = store.scoring(arithmetic);
      int count = store.size();
      int[] ordinals = new int[count];
      Arrays.setAll(ordinals, i -> i);
      float[] exactly = new float[count];
      float[] coded = new float[count];
      long[] byExact = new long[count];
      long[] byCode = new long[count];
      boolean[] isNear = new boolean[count];
      float[] query = new float[dimension];
      double sum = 0;
      double squares = 0;
      double distances = 0;
      int hits = 0;
      for (int q = 0; q < queries; q++) {
        int self = (int) ((long) q * count / queries);
        store.read(self, query);
        exact.queryScorer(query).distances(ordinals, count, exactly);
        CodedScorer scorer = codes.queryScorer(query);
        scorer.distances(ordinals, count, coded);
        exactly[self] = Float.POSITIVE_INFINITY;
        coded[self] = Float.POSITIVE_INFINITY;
        for (int i = 0; i < count; i++) {
          byExact[i] = Scored.of(exactly[i], i);
          byCode[i] = Scored.of(coded[i], i);
        }
        Arrays.sort(byExact);
        Arrays.sort(byCode);
        Arrays.fill(isNear, false);
        for (int i = 0; i < near; i++) {
          int ordinal = Scored.ordinal(byExact[i]);
          isNear[ordinal] = true;
          distances += exactly[ordinal];
          double unit = scorer.errorUnit(exactly[ordinal], ordinal);
          double error = unit > 0 ? (coded[ordinal] - (double) exactly[ordinal]) / unit : 0;
          sum += error;
          squares += error * error;
        }
        // Where the k-th place is shared, any of those that share it will do.
        float last = Scored.distance(byExact[near - 1]);
        for (int i = 0; i < Math.min(2 * near, count); i++) {
          int ordinal = Scored.ordinal(byCode[i]);
          hits += isNear[ordinal] ? 1 : 0;
          isNear[ordinal] = false;
        }
        for (int i = 0; i < near; i++) {
          int ordinal = Scored.ordinal(byExact[i]);
          hits += isNear[ordinal] && exactly[ordinal] == last ? 1 : 0;
        }
      }
      int pairs = queries * near;
      kept = (double) hits / pairs;
      double mean = sum / pairs;
      double deviation = Math.sqrt(Math.max(0, squares / pairs - mean * mean));
      if (!Double.isFinite(deviation) || !Double.isFinite(distances)) {
        kept = 0;
        deviation = 0;
        mean = 0;
        distances = 0;
      }
      return quantiser.withErrors((float) mean, (float) deviation, (float) (distances / pairs));
    }
  }
}
