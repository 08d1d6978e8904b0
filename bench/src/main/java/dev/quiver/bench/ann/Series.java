package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What was measured of one contender on one query set with one number of threads. */
final class Series {
  /** One operating point: a search parameter, and a value per round. */
  static final class OperatingPoint {
    private final int parameter;
    private final double recall;
    private final double distances;
    private final List<Double> wallQps = new ArrayList<>();
    private final List<Double> cpuQps = new ArrayList<>();

    OperatingPoint(int parameter, double recall, double distances) {
      this.parameter = parameter;
      this.recall = recall;
      this.distances = distances;
    }

    void add(Pass pass, int threads) {
      wallQps.add(pass.wallQps());
      cpuQps.add(pass.cpuQps(threads));
    }

    int parameter() {
      return parameter;
    }

    double recall() {
      return recall;
    }

    /** Per query; negative when unknown. */
    double distances() {
      return distances;
    }

    double qps(Clock clock) {
      return Rounds.median(clock == Clock.CPU ? cpuQps : wallQps);
    }

    /** How many times as fast as {@code other} by the wall clock: of the ratios of each round. */
    double speedUp(OperatingPoint other) {
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < wallQps.size(); round++) {
        ratios.add(wallQps.get(round) / other.wallQps.get(round));
      }
      return Rounds.median(ratios);
    }
  }

  /** What queries per second are counted by. */
  enum Clock {
    WALL,
    CPU
  }

  /** From this share on, the wall clock counts as disturbed by others. */
  private static final double DISTURBED = 0.95;

  private final String name;
  private final List<OperatingPoint> points;

  Series(String name, List<OperatingPoint> points) {
    this.name = name;
    this.points = List.copyOf(points);
  }

  String name() {
    return name;
  }

  List<OperatingPoint> points() {
    return points;
  }

  Curve curve(Clock clock) {
    return Curve.of(
        points.stream().map(point -> new Curve.Point(point.recall(), point.qps(clock))).toList());
  }

  /** One by the other, where both are known. */
  static OptionalDouble ratio(OptionalDouble of, OptionalDouble to) {
    return of.isPresent() && to.isPresent()
        ? OptionalDouble.of(of.getAsDouble() / to.getAsDouble())
        : OptionalDouble.empty();
  }

  /** The one with the least effort that reaches a recall; the last one if none does. */
  OperatingPoint reaching(double recall) {
    return points.stream()
        .filter(point -> point.recall() >= recall)
        .findFirst()
        .orElse(points.getLast());
  }

  /** The one with at least this effort, or with the most. */
  OperatingPoint withEffort(int parameter) {
    return points.stream()
        .filter(point -> point.parameter() >= parameter)
        .findFirst()
        .orElse(points.getLast());
  }

  /**
   * CPU time if any contender's wall clock is disturbed by others on the machine, so that all are
   * counted alike.
   */
  static Clock clock(List<Series> all, int threads) {
    boolean disturbed =
        threads == 1
            && all.stream()
                .flatMap(series -> series.points().stream())
                .anyMatch(point -> point.qps(Clock.WALL) < DISTURBED * point.qps(Clock.CPU));
    return disturbed ? Clock.CPU : Clock.WALL;
  }

  void writeTo(ObjectNode node) {
    ArrayNode array = node.putArray(name);
    for (OperatingPoint point : points) {
      ObjectNode each = array.addObject();
      each.put("parameter", point.parameter);
      each.put("recall", point.recall);
      if (point.distances >= 0) {
        each.put("distances", point.distances);
      }
      ArrayNode wall = each.putArray("wallQps");
      point.wallQps.forEach(wall::add);
      ArrayNode cpu = each.putArray("cpuQps");
      point.cpuQps.forEach(cpu::add);
    }
  }
}
