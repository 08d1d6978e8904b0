package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.Figure;
import dev.quiver.bench.TextTable;
import dev.quiver.bench.ann.AnnData.QuerySet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Resident memory while searching at recall 0.95, mapped pages included, in a process that has
 * built nothing but a small index: that one is searched first, so that what the process itself
 * needs (libraries, compiled code) can be told from what the index needs.
 */
final class MemoryPart {
  private static final double RECALL = 0.95;
  private static final int SMALL_ROWS = 2_000;
  private static final int PASSES = 3;

  private MemoryPart() {}

  /**
   * @param residentBytes of the whole process
   * @param indexBytes what it grew by when the index took the small one's place
   */
  private record Memory(int parameter, double recall, long residentBytes, long indexBytes) {}

  static void run(Site site, List<Entry> entries, ObjectNode details) throws IOException {
    Map<String, Memory> all = new LinkedHashMap<>();
    for (Entry entry : Contenders.alsoOnDisk(entries)) {
      Path index = site.index(entry);
      site.lab().say(site.data().name() + ": memory of " + entry.name());
      all.put(entry.name(), measure(site, entry, index));
    }
    report(site, all, details.putObject("memory"));
    BuildMemory.run(site, entries, details);
  }

  private static Memory measure(Site site, Entry entry, Path index) throws IOException {
    AnnData data = site.data();
    QuerySet set = data.querySets().getFirst();
    Path small = site.scratchIndex();
    try (Worker worker = site.lab().start(entry, true)) {
      site.loadQueries(worker);
      site.build(worker, small, RowNumbers.range(Math.min(SMALL_ROWS, data.base().length)), 1);
      site.save(worker, small);
      worker.ask(Worker.request("close"), Lab.QUICK);
      site.open(worker, small);
      passes(site, worker, set, entry.sweep()[entry.sweep().length / 2]);
      worker.ask(Worker.request("close"), Lab.QUICK);
      worker.ask(Worker.request("collect"), Lab.QUICK);
      long before = worker.residentBytes();

      site.open(worker, index);
      int chosen = entry.sweep()[0];
      double recall = 0;
      for (int parameter : entry.sweep()) {
        Pass pass = site.search(worker, set, Site.Search.plain(parameter), true);
        chosen = parameter;
        recall = data.recall(set.queries(), set.truth(), pass.found(), Race.K);
        if (recall >= RECALL) {
          break;
        }
      }
      passes(site, worker, set, chosen);
      worker.ask(Worker.request("collect"), Lab.QUICK);
      long after = worker.residentBytes();
      return new Memory(chosen, recall, after, after - before);
    } finally {
      Lab.deleteTree(small);
    }
  }

  private static void passes(Site site, Worker worker, QuerySet set, int parameter)
      throws IOException {
    for (int i = 0; i < PASSES; i++) {
      site.search(worker, set, Site.Search.plain(parameter), false);
    }
  }

  private static void report(Site site, Map<String, Memory> all, ObjectNode node) {
    double vectors = site.data().base().length;
    Memory reference = all.get("hnswlib");
    List<List<String>> rows = new ArrayList<>();
    all.forEach(
        (name, memory) -> {
          double perVector = memory.indexBytes() / vectors;
          rows.add(
              List.of(
                  name,
                  String.format(Locale.ROOT, "%,.0f", perVector),
                  reference == null
                      ? "-"
                      : String.format(
                          Locale.ROOT,
                          "%.2f",
                          (double) memory.indexBytes() / reference.indexBytes()),
                  String.format(Locale.ROOT, "%,.0f", memory.residentBytes() / 1e6),
                  String.format(Locale.ROOT, "%.4f", memory.recall())));
          site.lab()
              .report()
              .add(
                  Figure.of(
                      site.data().name() + ": " + name + ": resident per vector",
                      perVector,
                      "bytes"));
          if (reference != null && name.startsWith("quiver")) {
            site.lab()
                .atMost(
                    site.data().name() + ": " + name + " / hnswlib: resident per vector",
                    (double) memory.indexBytes() / reference.indexBytes(),
                    "",
                    Goals.MEMORY_TO_HNSWLIB);
          }
          node.putObject(name)
              .put("parameter", memory.parameter())
              .put("recall", memory.recall())
              .put("residentBytes", memory.residentBytes())
              .put("indexBytes", memory.indexBytes());
        });
    site.lab()
        .report()
        .table(
            new TextTable(
                site.data().name() + ": resident while searching at recall " + RECALL,
                List.of(
                    "contender", "bytes per vector", "of hnswlib's", "whole process, MB", "recall"),
                rows));
  }
}
