package dev.quiver.bench.ann;

import dev.quiver.bench.Figure;
import dev.quiver.bench.Report;
import dev.quiver.bench.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Tables and figures of speed at given recalls. */
final class RecallTable {
  static final double[] RECALLS = {0.90, 0.95, 0.98, 0.99};
  private static final String REFERENCE = "hnswlib";

  private final String title;
  private final List<Series> series;
  private final Series.Clock clock;
  private final int threads;

  RecallTable(String title, List<Series> series, int threads) {
    this.title = title;
    this.series = series;
    this.threads = threads;
    this.clock = Series.clock(series, threads);
  }

  Series.Clock clock() {
    return clock;
  }

  void addTo(Lab lab) {
    Report report = lab.report();
    report.table(new TextTable(title + ": queries/s at recall@10, " + basis(), header(), speeds()));
    List<List<String>> ratios = ratios();
    if (!ratios.isEmpty()) {
      report.table(new TextTable(title + ": Quiver against its peers", header(), ratios));
    }
    for (Series each : series) {
      for (double recall : RECALLS) {
        Curve curve = each.curve(clock);
        curve
            .qpsAt(recall)
            .ifPresent(
                qps ->
                    report.add(
                        Figure.of(
                            title + ": " + each.name() + ": QPS at recall " + recall, qps, "1/s")));
      }
    }
    if (threads == 1) {
      for (double recall : RECALLS) {
        Series best = bestPeer(recall);
        goal(lab, "quiver", find(REFERENCE), "", recall, Goals.TO_HNSWLIB);
        goal(lab, "quiver", best, "best peer, ", recall, Goals.TO_BEST_PEER);
        goal(lab, "quiver-lucene", find("quiver"), "", recall, Goals.TO_KERNEL);
      }
    }
  }

  private void goal(
      Lab lab, String name, @Nullable Series to, String role, double recall, double goal) {
    Series of = find(name);
    OptionalDouble ratio = of == null ? OptionalDouble.empty() : ratioTo(of, to, recall);
    if (to != null && ratio.isPresent()) {
      String figure = title + ": " + name + " / " + role + to.name() + " at recall " + recall;
      lab.atLeast(figure, ratio.getAsDouble(), "", goal);
    }
  }

  private String basis() {
    return clock == Series.Clock.CPU
        ? "by CPU time of the searching thread (others kept the processors busy)"
        : "by the wall clock";
  }

  private static List<String> header() {
    List<String> header = new ArrayList<>(List.of("contender"));
    for (double recall : RECALLS) {
      header.add(String.format(Locale.ROOT, "%.2f", recall));
    }
    return header;
  }

  private List<List<String>> speeds() {
    List<List<String>> rows = new ArrayList<>();
    for (Series each : series) {
      List<String> row = new ArrayList<>(List.of(each.name()));
      for (double recall : RECALLS) {
        row.add(speed(each.curve(clock), recall));
      }
      rows.add(row);
    }
    return rows;
  }

  /** The speed, or what is known of it, outside of the measured range. */
  static String speed(Curve curve, double recall) {
    OptionalDouble qps = curve.qpsAt(recall);
    if (qps.isPresent()) {
      return String.format(Locale.ROOT, "%,.0f", qps.getAsDouble());
    }
    OptionalDouble bound = curve.lowerBoundAt(recall);
    return bound.isPresent()
        ? String.format(Locale.ROOT, ">= %,.0f", bound.getAsDouble())
        : "not reached";
  }

  private List<List<String>> ratios() {
    List<List<String>> rows = new ArrayList<>();
    for (Series each : series) {
      if (!each.name().startsWith("quiver")) {
        continue;
      }
      List<String> toReference = new ArrayList<>(List.of(each.name() + " / " + REFERENCE));
      List<String> toBest = new ArrayList<>(List.of(each.name() + " / best peer"));
      List<String> toKernel = new ArrayList<>(List.of(each.name() + " / quiver"));
      for (double recall : RECALLS) {
        toReference.add(ratio(each, find(REFERENCE), recall));
        Series best = bestPeer(recall);
        String ratio = ratio(each, best, recall);
        toBest.add(best == null || ratio.equals("-") ? "-" : ratio + " " + best.name());
        toKernel.add(ratio(each, find("quiver"), recall));
      }
      rows.add(toReference);
      rows.add(toBest);
      if (each.name().startsWith("quiver-lucene")) {
        rows.add(toKernel);
      }
    }
    return rows;
  }

  private @Nullable Series find(String name) {
    return series.stream().filter(each -> each.name().equals(name)).findFirst().orElse(null);
  }

  private @Nullable Series bestPeer(double recall) {
    Series best = null;
    double most = 0;
    for (Series each : series) {
      double qps = each.curve(clock).qpsAt(recall).orElse(0);
      if (!each.name().startsWith("quiver") && qps > most) {
        best = each;
        most = qps;
      }
    }
    return best;
  }

  private String ratio(Series of, @Nullable Series to, double recall) {
    OptionalDouble ratio = ratioTo(of, to, recall);
    return ratio.isPresent() ? String.format(Locale.ROOT, "%.2f", ratio.getAsDouble()) : "-";
  }

  private OptionalDouble ratioTo(Series of, @Nullable Series to, double recall) {
    return to == null
        ? OptionalDouble.empty()
        : Series.ratio(of.curve(clock).qpsAt(recall), to.curve(clock).qpsAt(recall));
  }
}
