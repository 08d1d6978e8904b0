package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.Figure;
import dev.quiver.bench.Report;
import dev.quiver.bench.TextTable;
import dev.quiver.bench.ann.AnnData.QuerySet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** Speed and recall under filters, of the contenders in this JVM's language. */
final class FilteredPart {
  private static final double[] SHARES = {0.5, 0.1, 0.01, 0.001, 0.0001};
  private static final double[] SHORT_SHARES = {0.5, 0.001};
  private static final int[] SWEEP = {10, 16, 24, 32, 48, 64, 100, 160, 256, 512};
  private static final int QUERIES = 200;
  private static final double RECALL = 0.95;

  private FilteredPart() {}

  static void run(Site site, List<Entry> all, ObjectNode details) throws IOException {
    List<Entry> entries = all.stream().filter(Entry::filters).toList();
    if (entries.isEmpty()) {
      site.lab().noteOnce("filtered: none of the chosen contenders is measured with filters");
      return;
    }
    QuerySet own = site.data().querySets().getFirst().first(QUERIES);
    QuerySet set = new QuerySet("filtered", own.queries(), own.truth());
    Filters filters = new Filters(site.data(), set.queries());
    try (Runners opened = Runners.of(site, entries)) {
      List<Race.Runner> runners = new ArrayList<>();
      for (Race.Runner runner : opened.list()) {
        site.loadQueries(runner.worker(), set);
        runners.add(new Race.Runner(runner.name(), runner.worker(), SWEEP, false));
      }
      for (Filters.Kind kind : Filters.Kind.values()) {
        Map<Double, List<Series>> byShare = new LinkedHashMap<>();
        for (double share : site.lab().shortRun() ? SHORT_SHARES : SHARES) {
          site.lab().say(String.format(Locale.ROOT, "filters keep %s %%, %s", share * 100, kind));
          byShare.put(share, race(site, set, filters.of(kind, share), runners));
        }
        report(site, kind, byShare, details.withObjectProperty("filtered"));
      }
    }
  }

  private static List<Series> race(
      Site site, QuerySet set, FilterGroups groups, List<Race.Runner> runners) throws IOException {
    List<BitSet> accepted = new ArrayList<>();
    for (int group : groups.groupOf()) {
      accepted.add(groups.filters().get(group).rows());
    }
    AnnData data = site.data();
    int[][] truth = AnnData.exact(data.base(), set.queries(), data.distance(), accepted);
    return new Race(site, set, truth, site.write(groups))
        .run(runners, List.of(1), site.lab().options().rounds())
        .getFirst();
  }

  /** The way through Lucene against the fastest of Lucene's own formats, at equal recall. */
  private static void goal(Site site, String title, List<Series> all, Series.Clock clock) {
    OptionalDouble own = OptionalDouble.empty();
    OptionalDouble best = OptionalDouble.empty();
    for (Series series : all) {
      OptionalDouble qps = series.curve(clock).qpsAt(RECALL);
      if (qps.isEmpty()) {
        // Even the least effort finds more: this fast at least.
        qps = series.curve(clock).lowerBoundAt(RECALL);
      }
      if (series.name().equals("quiver-lucene")) {
        own = qps;
      } else if (series.name().startsWith("lucene")
          && qps.orElse(0) > best.orElse(Double.MIN_VALUE)) {
        best = qps;
      }
    }
    OptionalDouble ratio = Series.ratio(own, best);
    if (ratio.isPresent()) {
      site.lab()
          .atLeast(
              title + ": quiver-lucene / fastest of Lucene's, at recall " + RECALL,
              ratio.getAsDouble(),
              "",
              Goals.FILTERED_TO_LUCENE);
    }
  }

  private static void report(
      Site site, Filters.Kind kind, Map<Double, List<Series>> byShare, ObjectNode node) {
    String what = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    String title = site.data().name() + ": filtered, " + what;
    List<String> header = new ArrayList<>(List.of("contender"));
    Map<String, List<String>> speeds = new LinkedHashMap<>();
    Map<String, List<String>> fixed = new LinkedHashMap<>();
    byShare.forEach(
        (share, all) -> {
          String kept = Report.number(share * 100) + " %";
          header.add(kept);
          Series.Clock clock = Series.clock(all, 1);
          ObjectNode each = node.withObjectProperty(what).putObject(kept);
          each.put("clock", clock.name());
          for (Series series : all) {
            series.writeTo(each);
            String name = series.name();
            speeds
                .computeIfAbsent(name, any -> new ArrayList<>(List.of(any)))
                .add(RecallTable.speed(series.curve(clock), RECALL));
            Series.OperatingPoint point = series.withEffort(BuildPart.EFFORT);
            fixed
                .computeIfAbsent(name, any -> new ArrayList<>(List.of(any)))
                .add(String.format(Locale.ROOT, "%.4f %,.0f", point.recall(), point.qps(clock)));
            String figure = title + ", keeps " + kept + ": " + name + ": recall@10";
            if (name.startsWith("quiver")) {
              site.lab().atLeast(figure, point.recall(), "", Goals.FILTERED_RECALL);
            } else {
              site.lab().report().add(Figure.of(figure, point.recall(), ""));
            }
          }
          goal(site, title + ", keeps " + kept, all, clock);
        });
    site.lab()
        .report()
        .table(
            new TextTable(
                title + ": queries/s at recall " + RECALL + " by share kept",
                header,
                List.copyOf(speeds.values())));
    site.lab()
        .report()
        .table(
            new TextTable(
                title
                    + ": recall@10 and queries/s at ef "
                    + BuildPart.EFFORT
                    + ", or less where that finds 99.5 %",
                header,
                List.copyOf(fixed.values())));
  }
}
