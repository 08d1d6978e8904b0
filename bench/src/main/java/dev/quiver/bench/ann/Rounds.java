package dev.quiver.bench.ann;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** In which order a round takes its contenders, and what is made of several rounds. */
final class Rounds {
  private Rounds() {}

  /** Every contender once; each round begins with another one, so that drift hits all alike. */
  static <T> List<T> order(List<T> contenders, int round) {
    List<T> order = new ArrayList<>(contenders);
    if (!order.isEmpty()) {
      java.util.Collections.rotate(order, -(round % order.size()));
    }
    return order;
  }

  static double median(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no values (expected: at least 1)");
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
