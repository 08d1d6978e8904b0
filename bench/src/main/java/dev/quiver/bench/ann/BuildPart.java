package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.Figure;
import dev.quiver.bench.TextTable;
import dev.quiver.bench.ann.AnnData.QuerySet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** How long it takes to build, on one thread and on all cores, always from nothing. */
final class BuildPart {
  /** The effort at which a built graph's recall is shown: what was built must be worth as much. */
  static final int EFFORT = 100;

  private BuildPart() {}

  private record Built(Site.Build took, double recall, long bytes) {}

  static void run(Site site, List<Entry> entries, ObjectNode details) throws IOException {
    Lab lab = site.lab();
    AnnData data = site.data();
    Set<Integer> threads = new LinkedHashSet<>(List.of(1));
    threads.add(Runtime.getRuntime().availableProcessors());
    Map<String, Map<Integer, Built>> all = new LinkedHashMap<>();
    Set<String> seen = new LinkedHashSet<>();
    for (Entry entry : entries) {
      if (seen.add(entry.indexName())) {
        Map<Integer, Built> own = new LinkedHashMap<>();
        for (int count : threads) {
          lab.say(data.name() + ": building " + entry.name() + ", threads: " + count);
          own.put(count, build(site, entry, count));
          lab.say(String.format(Locale.ROOT, "  %.1f s", own.get(count).took().wallSeconds()));
        }
        all.put(entry.name(), own);
      }
    }
    report(site, threads, all, details.putObject("build"));
  }

  private static Built build(Site site, Entry entry, int threads) throws IOException {
    QuerySet set = site.data().querySets().getFirst();
    Path index = site.scratchIndex();
    Site.Build took;
    try (Worker worker = site.lab().start(entry, false)) {
      took = site.build(worker, index, RowNumbers.range(site.data().base().length), threads);
      site.save(worker, index);
      site.open(worker, index);
      site.loadQueries(worker);
      int effort = effort(entry);
      Pass pass = site.search(worker, set, Site.Search.plain(effort), true);
      double recall = site.data().recall(set.queries(), set.truth(), pass.found(), Race.K);
      return new Built(took, recall, Site.bytes(index));
    } finally {
      Lab.deleteTree(index);
    }
  }

  /** The sweep's first parameter of at least {@link #EFFORT}; for graphs, their ef. */
  static int effort(Entry entry) {
    for (int parameter : entry.sweep()) {
      if (parameter >= EFFORT) {
        return entry.kind().equals("faiss") && parameter > 400 ? parameter : EFFORT;
      }
    }
    return entry.sweep()[entry.sweep().length - 1];
  }

  private static void report(
      Site site, Set<Integer> threads, Map<String, Map<Integer, Built>> all, ObjectNode node) {
    List<String> header = new ArrayList<>(List.of("contender"));
    for (int count : threads) {
      header.add("seconds, threads: " + count);
      header.add("CPU s");
      header.add("of hnswlib's CPU s");
    }
    header.addAll(List.of("speed-up", "recall at ef " + EFFORT, "bytes per vector"));
    Map<Integer, Built> reference = all.getOrDefault("hnswlib", Map.of());
    List<List<String>> rows = new ArrayList<>();
    all.forEach(
        (name, builds) -> {
          List<String> row = new ArrayList<>(List.of(name));
          double firstSeconds = 0;
          Built last = null;
          for (int count : threads) {
            Built built = java.util.Objects.requireNonNull(builds.get(count));
            Site.Build took = built.took();
            Built other = reference.get(count);
            row.add(decimal(took.wallSeconds()));
            row.add(decimal(took.cpuSeconds()));
            row.add(other == null ? "-" : decimal(took.cpuSeconds() / other.took().cpuSeconds()));
            firstSeconds = count == 1 ? took.wallSeconds() : firstSeconds;
            last = built;
            String figure = site.data().name() + ": " + name + ": build, threads: " + count;
            site.lab().report().add(Figure.of(figure, took.wallSeconds(), "s"));
            node.withObjectProperty(name)
                .putObject("threads: " + count)
                .put("wallSeconds", took.wallSeconds())
                .put("cpuSeconds", took.cpuSeconds())
                .put("recall", built.recall())
                .put("fileBytes", built.bytes());
          }
          Built shown = java.util.Objects.requireNonNull(last);
          goals(site, name, firstSeconds, shown, reference);
          row.add(decimal(firstSeconds / shown.took().wallSeconds()));
          row.add(String.format(Locale.ROOT, "%.4f", shown.recall()));
          row.add(String.format(Locale.ROOT, "%,d", shown.bytes() / site.data().base().length));
          rows.add(row);
        });
    site.lab()
        .report()
        .table(new TextTable(site.data().name() + ": builds from nothing", header, rows));
  }

  private static void goals(
      Site site, String name, double firstSeconds, Built built, Map<Integer, Built> reference) {
    int cores = Runtime.getRuntime().availableProcessors();
    if (!name.equals("quiver") || cores == 1) {
      return;
    }
    double seconds = built.took().wallSeconds();
    String title = site.data().name() + ": build, ";
    site.lab()
        .atLeast(title + "1 thread / " + cores, firstSeconds / seconds, "", Goals.BUILD_SPEED_UP);
    Built other = reference.get(cores);
    if (other != null) {
      site.lab()
          .atMost(
              title + "quiver / hnswlib, threads: " + cores,
              seconds / other.took().wallSeconds(),
              "",
              Goals.BUILD_TO_HNSWLIB);
      site.lab()
          .atMost(
              title + "quiver / hnswlib, CPU seconds, threads: " + cores,
              built.took().cpuSeconds() / other.took().cpuSeconds(),
              "",
              Goals.BUILD_TO_HNSWLIB);
    }
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
  }
}
