package dev.quiver.bench;

import dev.quiver.index.Distance;
import java.util.BitSet;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Plain brute force, obviously correct, in doubles: what recall is measured against. */
public final class Exact {
  private record Candidate(int row, double cost) {}

  private Exact() {}

  /** The {@code depth} closest accepted rows (null: of all), closest first, ties by row. */
  public static int[] nearest(
      float[][] base, float[] query, Distance distance, int depth, @Nullable BitSet accepted) {
    Comparator<Candidate> order =
        Comparator.comparingDouble(Candidate::cost).thenComparingInt(Candidate::row);
    PriorityQueue<Candidate> worstFirst = new PriorityQueue<>(order.reversed());
    for (int row = 0; row < base.length; row++) {
      if (accepted != null && !accepted.get(row)) {
        continue;
      }
      double cost = cost(base[row], query, distance);
      Candidate worst = worstFirst.peek();
      if (worstFirst.size() < depth) {
        worstFirst.add(new Candidate(row, cost));
      } else if (worst != null && cost < worst.cost()) {
        worstFirst.poll();
        worstFirst.add(new Candidate(row, cost));
      }
    }
    int[] rows = new int[worstFirst.size()];
    for (int i = rows.length - 1; i >= 0; i--) {
      Candidate candidate = worstFirst.poll();
      if (candidate != null) {
        rows[i] = candidate.row();
      }
    }
    return rows;
  }

  /** Smaller is closer, for every distance. */
  public static double cost(float[] a, float[] b, Distance distance) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    double l2 = 0;
    double l1 = 0;
    for (int i = 0; i < a.length; i++) {
      double x = a[i];
      double y = b[i];
      dot += x * y;
      aa += x * x;
      bb += y * y;
      l2 += (x - y) * (x - y);
      l1 += Math.abs(x - y);
    }
    return switch (distance) {
      case DOT -> -dot;
      case COSINE -> aa == 0 || bb == 0 ? 0 : -dot / Math.sqrt(aa * bb);
      case EUCLIDEAN -> l2;
      case MANHATTAN -> l1;
    };
  }

  /**
   * recall@k: the share of the k returned rows that are among the first k exact ones; a row as
   * close as the k-th exact one counts. A row that is returned twice counts once.
   */
  public static double recall(
      float[][] base, float[] query, Distance distance, int[] truth, int[] found, int k) {
    int depth = Math.min(k, truth.length);
    if (depth == 0) {
      return 1;
    }
    double limit = cost(base[truth[depth - 1]], query, distance);
    double tolerance = Math.abs(limit) * 1e-6 + 1e-9;
    int hits = 0;
    for (int i = 0; i < Math.min(depth, found.length); i++) {
      if (!occursBefore(found, i) && cost(base[found[i]], query, distance) <= limit + tolerance) {
        hits++;
      }
    }
    return (double) hits / depth;
  }

  private static boolean occursBefore(int[] found, int index) {
    for (int i = 0; i < index; i++) {
      if (found[i] == found[index]) {
        return true;
      }
    }
    return false;
  }
}
