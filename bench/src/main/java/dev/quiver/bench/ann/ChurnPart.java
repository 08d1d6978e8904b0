package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.Figure;
import dev.quiver.bench.TextTable;
import dev.quiver.bench.ann.AnnData.QuerySet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What is left of recall and speed when half of the points have been replaced in ten rounds,
 * against a fresh build over the same points. Two thirds of the data set begin, the rest replaces.
 */
final class ChurnPart {
  private static final int ROUNDS = 10;
  private static final int[] SWEEP = {10, 16, 24, 32, 48, 64, BuildPart.EFFORT, 160};
  private static final double RECALL = 0.95;

  private ChurnPart() {}

  static void run(Site site, List<Entry> all, ObjectNode details) throws IOException {
    List<Entry> entries = all.stream().filter(Entry::churns).toList();
    if (entries.isEmpty()) {
      site.lab().noteOnce("churn: none of the chosen contenders deletes");
      return;
    }
    int rows = site.data().base().length;
    int beginning = rows / 3 * 2;
    List<Contender.Change> changes = changes(beginning);
    BitSet last = remaining(beginning, changes);
    int[] finalRows = last.stream().toArray();
    QuerySet own = site.data().querySets().getFirst();
    AnnData data = site.data();
    int[][] truth =
        AnnData.exact(
            data.base(),
            own.queries(),
            data.distance(),
            Collections.nCopies(own.queries().length, last));
    int threads = Runtime.getRuntime().availableProcessors();
    List<Series> series = new ArrayList<>();
    List<String> bytes = new ArrayList<>();
    for (Entry entry : entries) {
      site.lab().say(data.name() + ": replacing half of the points of " + entry.name());
      try (Runners runners = Runners.empty()) {
        Worker fresh = site.lab().start(entry, false);
        runners.add(entry.name() + ", fresh", fresh, SWEEP, true);
        Path index = site.scratchIndex();
        site.build(fresh, index, finalRows, threads);
        site.save(fresh, index);
        site.open(fresh, index);
        site.loadQueries(fresh);
        Worker churned = site.lab().start(entry, false);
        runners.add(entry.name() + ", replaced", churned, SWEEP, true);
        Path changed = site.scratchIndex();
        site.churn(churned, RowNumbers.range(beginning), changes, threads, changed);
        bytes.add(perVector(index, finalRows.length));
        bytes.add(perVector(changed, finalRows.length));
        site.loadQueries(churned);
        series.addAll(
            new Race(site, own, truth, null)
                .run(runners.list(), List.of(1), site.lab().options().rounds())
                .getFirst());
      }
    }
    report(site, series, bytes, details.putObject("churn"));
  }

  /** On disk; what was never written says nothing. */
  private static String perVector(Path index, int vectors) throws IOException {
    long bytes = Site.bytes(index);
    return bytes == 0 ? "-" : String.format(Locale.ROOT, "%,d", bytes / vectors);
  }

  /** Each round replaces other points of the first ones. */
  private static List<Contender.Change> changes(int beginning) {
    List<Integer> order = new ArrayList<>();
    for (int row = 0; row < beginning; row++) {
      order.add(row);
    }
    Collections.shuffle(order, new Random(23));
    int perRound = beginning / 2 / ROUNDS;
    List<Contender.Change> changes = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      int from = round * perRound;
      int[] remove =
          order.subList(from, from + perRound).stream().mapToInt(Integer::intValue).toArray();
      int[] add = RowNumbers.range(perRound);
      Arrays.setAll(add, i -> beginning + from + i);
      changes.add(new Contender.Change(remove, add));
    }
    return changes;
  }

  private static BitSet remaining(int beginning, List<Contender.Change> changes) {
    BitSet rows = new BitSet();
    rows.set(0, beginning);
    for (Contender.Change change : changes) {
      Arrays.stream(change.remove()).forEach(rows::clear);
      Arrays.stream(change.add()).forEach(rows::set);
    }
    return rows;
  }

  private static void report(Site site, List<Series> all, List<String> bytes, ObjectNode node) {
    Series.Clock clock = Series.clock(all, 1);
    node.put("clock", clock.name());
    List<List<String>> rows = new ArrayList<>();
    for (Series series : all) {
      series.writeTo(node);
      Series.OperatingPoint point = series.withEffort(BuildPart.EFFORT);
      rows.add(
          List.of(
              series.name(),
              String.format(Locale.ROOT, "%.4f", point.recall()),
              String.format(Locale.ROOT, "%,.0f", point.qps(clock)),
              RecallTable.speed(series.curve(clock), RECALL),
              bytes.get(rows.size())));
      site.lab()
          .report()
          .add(
              Figure.of(
                  site.data().name() + ": " + series.name() + ": recall@10 at ef",
                  point.recall(),
                  ""));
    }
    for (int i = 0; i + 1 < all.size(); i += 2) {
      goals(site, all.get(i), all.get(i + 1), clock);
    }
    site.lab()
        .report()
        .table(
            new TextTable(
                site.data().name() + ": half of the points replaced in " + ROUNDS + " rounds",
                List.of(
                    "contender",
                    "recall at ef " + BuildPart.EFFORT,
                    "queries/s there",
                    "queries/s at recall " + RECALL,
                    "bytes per vector on disk"),
                rows));
  }

  private static void goals(Site site, Series fresh, Series replaced, Series.Clock clock) {
    if (!fresh.name().startsWith("quiver")) {
      return;
    }
    String title = site.data().name() + ": " + replaced.name() + " / fresh: ";
    site.lab()
        .atLeast(
            title + "recall@10 at ef " + BuildPart.EFFORT,
            replaced.withEffort(BuildPart.EFFORT).recall()
                / fresh.withEffort(BuildPart.EFFORT).recall(),
            "",
            Goals.CHURNED_TO_FRESH);
    Series.ratio(replaced.curve(clock).qpsAt(RECALL), fresh.curve(clock).qpsAt(RECALL))
        .ifPresent(
            ratio ->
                site.lab()
                    .atLeast(
                        title + "queries/s at recall " + RECALL,
                        ratio,
                        "",
                        Goals.CHURNED_TO_FRESH));
  }
}
