package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.TextTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The most memory that a build holds, against what it says before it begins: anonymous resident
 * memory of its process, looked at every few milliseconds, less what it was before. What is said
 * counts vectors, codes, graph and working memory.
 */
final class BuildMemory {
  private static final int SMALL_ROWS = 2_000;

  /**
   * Builds of {@link #SMALL_ROWS} before the one that is measured: after so many the code of a
   * build is compiled. The compilers' own memory, up to 20 MB for a while, is not the build's.
   */
  private static final int SMALL_BUILDS = 30;

  private static final int LOOK_MILLIS = 10;

  private BuildMemory() {}

  static void run(Site site, List<Entry> entries, ObjectNode details) throws IOException {
    ObjectNode node = details.putObject("buildMemory");
    List<List<String>> rows = new ArrayList<>();
    for (Entry entry : entries) {
      if (!entry.kind().equals("quiver") || !entry.searchSettings().isEmpty()) {
        continue;
      }
      site.lab().say(site.data().name() + ": memory of building " + entry.name());
      rows.add(measure(site, entry, node.putObject(entry.name())));
    }
    if (!rows.isEmpty()) {
      site.lab()
          .report()
          .table(
              new TextTable(
                  site.data().name() + ": memory while building, all cores",
                  List.of("contender", "planned, MB", "peak, MB", "peak / planned"),
                  rows));
    }
  }

  private static List<String> measure(Site site, Entry entry, ObjectNode node) throws IOException {
    int threads = Runtime.getRuntime().availableProcessors();
    int count = site.data().base().length;
    Path index = site.scratchIndex();
    try (Worker worker = site.lab().start(entry, true)) {
      for (int i = 0; i < SMALL_BUILDS; i++) {
        site.build(worker, index, RowNumbers.range(Math.min(SMALL_ROWS, count)), threads);
        worker.ask(Worker.request("close"), Lab.QUICK);
      }
      worker.ask(Worker.request("collect"), Lab.QUICK);
      long before = worker.anonymousBytes();
      AtomicBoolean done = new AtomicBoolean();
      Site.Build built;
      long peak;
      try (ExecutorService looking = Executors.newSingleThreadExecutor()) {
        Future<Long> most = looking.submit(() -> mostBytes(worker, done));
        try {
          built = site.build(worker, index, RowNumbers.range(count), threads);
        } finally {
          done.set(true);
        }
        peak = most.get() - before;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while " + entry.name() + " builds", e);
      } catch (ExecutionException e) {
        throw new IOException("the memory of " + entry.name() + " cannot be read", e);
      }
      double ratio = (double) peak / built.plannedBytes();
      node.put("plannedBytes", built.plannedBytes()).put("peakBytes", peak);
      site.lab()
          .atMost(
              site.data().name() + ": " + entry.name() + ": build peak / plan",
              ratio,
              "",
              Goals.BUILD_MEMORY_TO_PLAN);
      return List.of(
          entry.name(),
          String.format(Locale.ROOT, "%,.1f", built.plannedBytes() / 1e6),
          String.format(Locale.ROOT, "%,.1f", peak / 1e6),
          String.format(Locale.ROOT, "%.3f", ratio));
    } finally {
      Lab.deleteTree(index);
    }
  }

  private static long mostBytes(Worker worker, AtomicBoolean done)
      throws IOException, InterruptedException {
    long most = 0;
    while (!done.get()) {
      most = Math.max(most, worker.anonymousBytes());
      Thread.sleep(LOOK_MILLIS);
    }
    return most;
  }
}
