package dev.quiver.bench.ann;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Queries per second over recall. Points that another one beats at both are left out.
 *
 * @param points by ascending recall, and so by descending speed
 */
record Curve(List<Point> points) {
  /**
   * @param qps queries per second
   */
  record Point(double recall, double qps) {}

  static Curve of(List<Point> measured) {
    List<Point> byRecall = new ArrayList<>(measured);
    byRecall.sort(
        Comparator.comparingDouble(Point::recall)
            .reversed()
            .thenComparing(Comparator.comparingDouble(Point::qps).reversed()));
    List<Point> best = new ArrayList<>();
    double fastest = 0;
    for (Point point : byRecall) {
      if (point.qps() > fastest) {
        best.add(point);
        fastest = point.qps();
      }
    }
    return new Curve(List.copyOf(best.reversed()));
  }

  /**
   * The speed at a recall: the logarithm of the speed is linear between the two neighbouring
   * points. Empty outside of the measured range.
   */
  OptionalDouble qpsAt(double recall) {
    for (int i = 0; i < points.size(); i++) {
      Point right = points.get(i);
      if (right.recall() < recall) {
        continue;
      }
      if (right.recall() == recall) {
        return OptionalDouble.of(right.qps());
      }
      if (i == 0) {
        return OptionalDouble.empty();
      }
      Point left = points.get(i - 1);
      double share = (recall - left.recall()) / (right.recall() - left.recall());
      double logarithm = Math.log(left.qps()) * (1 - share) + Math.log(right.qps()) * share;
      return OptionalDouble.of(Math.exp(logarithm));
    }
    return OptionalDouble.empty();
  }

  /** The fastest point, if even that has at least this recall: a lower bound of the speed there. */
  OptionalDouble lowerBoundAt(double recall) {
    return !points.isEmpty() && points.getFirst().recall() >= recall
        ? OptionalDouble.of(points.getFirst().qps())
        : OptionalDouble.empty();
  }
}
