package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.Figure;
import dev.quiver.bench.TextTable;
import dev.quiver.bench.ann.AnnData.QuerySet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** How speed and distances per query change with the number of vectors and of threads. */
final class ScalePart {
  private static final int[] SIZES = {10_000, 100_000, 1_000_000};
  private static final double RECALL = 0.95;

  /**
   * Of a data set that is made larger: exact answers among a million rows take a fifth of a second
   * each. Smaller parts have all queries, since they are answered so fast that fewer would take a
   * few milliseconds, in which threads have hardly begun.
   */
  private static final int QUERIES_MAX = 500;

  private ScalePart() {}

  static void run(Site given, List<Entry> entries, ObjectNode details) throws IOException {
    Lab lab = given.lab();
    Site whole = given;
    int most = SIZES[SIZES.length - 1];
    if (!lab.shortRun()
        && MirroredSift.canExtend(given.data())
        && given.data().base().length < most) {
      lab.noteOnce(
          String.format(
              Locale.ROOT,
              "scale: %s has %,d vectors; the rest are those of the same pictures, mirrored",
              given.data().name(),
              given.data().base().length));
      whole = Site.of(lab, MirroredSift.extend(given.data(), most, QUERIES_MAX));
    }
    AnnData data = whole.data();
    Set<Integer> sizes = new LinkedHashSet<>();
    for (int size : SIZES) {
      sizes.add(Math.min(size, data.base().length));
    }
    if (data.base().length < SIZES[SIZES.length - 1]) {
      lab.noteOnce(
          String.format(
              Locale.ROOT,
              "scale: %s has only %,d vectors; that many were used in place of more",
              data.name(),
              data.base().length));
    }
    int cores = Runtime.getRuntime().availableProcessors();
    List<Integer> threads = cores == 1 ? List.of(1) : List.of(1, cores);
    List<List<String>> rows = new ArrayList<>();
    ObjectNode node = details.putObject("scale");
    for (int size : sizes) {
      AnnData source = size < given.data().base().length ? given.data() : data;
      AnnData part = source.first(size, Integer.MAX_VALUE);
      Site site = part.base().length == data.base().length ? whole : Site.of(lab, part);
      QuerySet set = part.querySets().getFirst();
      try (Runners runners = Runners.of(site, entries)) {
        List<List<Series>> all =
            new Race(site, set, set.truth(), null)
                .run(runners.list(), threads, lab.options().rounds());
        for (int i = 0; i < entries.size(); i++) {
          List<Series> byThreads = new ArrayList<>();
          for (List<Series> each : all) {
            byThreads.add(each.get(i));
          }
          rows.add(row(site, size, byThreads, Series.clock(all.getFirst(), 1)));
        }
        for (int i = 0; i < threads.size(); i++) {
          ObjectNode each =
              node.withObjectProperty(Integer.toString(size))
                  .putObject("threads: " + threads.get(i));
          all.get(i).forEach(series -> series.writeTo(each));
        }
      }
    }
    lab.report()
        .table(
            new TextTable(
                data.name() + ": by number of vectors, at the effort that first reaches " + RECALL,
                List.of(
                    "contender, vectors",
                    "distances per query",
                    "recall",
                    "queries/s, 1 thread",
                    "queries/s, all cores",
                    "speed-up (wall)"),
                rows));
  }

  private static List<String> row(Site site, int size, List<Series> byThreads, Series.Clock clock) {
    Series one = byThreads.getFirst();
    Series.OperatingPoint point = one.reaching(RECALL);
    Series.OperatingPoint many = byThreads.getLast().reaching(RECALL);
    double speedUp = many.speedUp(point);
    String title = String.format(Locale.ROOT, "%s, %,d", one.name(), size);
    if (point.distances() >= 0) {
      site.lab()
          .report()
          .add(
              Figure.of(
                  site.data().name() + ": " + title + " vectors: distances per query",
                  point.distances(),
                  ""));
    }
    if (one.name().equals("quiver") && byThreads.size() > 1) {
      site.lab()
          .atLeast(
              site.data().name() + ": " + title + " vectors: all cores / 1 thread",
              speedUp,
              "",
              Goals.SEARCH_SPEED_UP);
    }
    return List.of(
        title,
        point.distances() < 0 ? "-" : String.format(Locale.ROOT, "%,.0f", point.distances()),
        String.format(Locale.ROOT, "%.4f", point.recall()),
        String.format(Locale.ROOT, "%,.0f", point.qps(clock)),
        String.format(Locale.ROOT, "%,.0f", many.qps(Series.Clock.WALL)),
        String.format(Locale.ROOT, "%.2f", speedUp));
  }
}
