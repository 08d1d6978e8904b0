package dev.quiver.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * End to end over gRPC with the client in another process: ingestion, bytes per point, QPS and
 * latency at recall 0.95.
 */
final class ServeBenchmark implements Benchmark {
  private static final int BATCH = 256;
  private static final double RECALL = 0.95;
  private static final int[] EF = {
    10, 12, 16, 20, 24, 32, 36, 40, 48, 64, 80, 96, 128, 192, 256, 512
  };

  @Override
  public String name() {
    return "serve";
  }

  @Override
  public String description() {
    return "points per second, bytes per point, QPS and p50/p99 over gRPC, client in another process";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    int queries = options.shortRun() ? 200 : 1000;
    int rows = options.shortRun() ? 10_000 : 100_000;
    DataSet set;
    if (DataSet.available(options.dataFolder())) {
      set = DataSet.shared(options.dataFolder(), "minilm-en-384", "queries", rows, queries);
    } else {
      report.note("no data sets in " + options.dataFolder() + ": synthetic vectors instead");
      set = DataSet.synthetic(Math.min(rows, 50_000), 384, queries);
    }
    Path data = Files.createTempDirectory("quiver-bench");
    try (ServerProcess server = ServerProcess.start(data);
        Remote remote = new Remote(server.grpcPort())) {
      measure(set, server, remote, options, report);
    } finally {
      ServerProcess.deleteTree(data);
    }
  }

  private static void measure(
      DataSet set, ServerProcess server, Remote remote, BenchOptions options, Report report)
      throws Exception {
    int points = set.base().length;
    int dimension = set.base()[0].length;
    long heapBefore = server.heapBytesAfterCollection();
    long anonBefore = server.statusBytes("RssAnon");
    long fileBefore = server.statusBytes("RssFile");

    for (boolean wait : new boolean[] {true, false}) {
      String collection = "serve-" + wait;
      options.say("upserting " + points + " x " + dimension + ", wait=" + wait);
      remote.create(collection, dimension, set.distance());
      double seconds = remote.load(collection, set.base(), BATCH, wait, null);
      report.add(
          Figure.of(
              "upsert, batches of " + BATCH + ", wait=" + wait, points / seconds, "points/s"));
      double indexing = remote.awaitGreen(collection, Duration.ofMinutes(30));
      report.add(Figure.of("until indexed after that, wait=" + wait, indexing, "s"));
      if (wait) {
        server.send("DELETE", "/collections/" + collection, "");
      }
    }
    String collection = "serve-false";
    report.add(
        Figure.of("segments", (double) remote.info(collection).getSegmentsCount(), "segments"));

    options.say("looking for the smallest ef with recall " + RECALL);
    int ef = 0;
    for (int candidate : EF) {
      double recall = recall(set, remote, collection, candidate);
      if (recall >= RECALL) {
        ef = candidate;
        report.add(Figure.of("hnsw_ef for recall " + RECALL, candidate, "ef"));
        report.add(Figure.atLeast("recall@10 at that ef", recall, "", RECALL));
        break;
      }
    }
    if (ef == 0) {
      report.add(
          Figure.atLeast("recall@10 at ef 512", recall(set, remote, collection, 512), "", RECALL));
      ef = 512;
    }
    for (int connections : new int[] {1, 8}) {
      options.say("searching with " + connections + " connections");
      load(set, server, collection, ef, connections, options, report);
    }
    long heap = server.heapBytesAfterCollection();
    report.add(Figure.of("heap per point", (double) (heap - heapBefore) / points, "bytes"));
    report.add(
        Figure.of(
            "mapped files resident per point",
            (double) (server.statusBytes("RssFile") - fileBefore) / points,
            "bytes"));
    report.add(
        Figure.of(
            "anonymous memory (heap as committed, buffers) per point",
            (double) (server.statusBytes("RssAnon") - anonBefore) / points,
            "bytes"));
    report.add(Figure.of("raw vectors per point", dimension * 4.0, "bytes"));
  }

  private static double recall(DataSet set, Remote remote, String collection, int ef)
      throws Exception {
    double sum = 0;
    for (int q = 0; q < set.queries().length; q++) {
      int[] found = remote.search(collection, set.queries()[q], 10, ef, null);
      sum += Exact.recall(set.base(), set.queries()[q], set.distance(), set.truth()[q], found, 10);
    }
    return sum / set.queries().length;
  }

  /**
   * Closed loop: every connection sends its next query when the last is answered; the first second
   * does not count.
   */
  private static void load(
      DataSet set,
      ServerProcess server,
      String collection,
      int ef,
      int connections,
      BenchOptions options,
      Report report)
      throws Exception {
    long warmNanos = 1_000_000_000L * (options.shortRun() ? 1 : 5);
    long runNanos = 1_000_000_000L * (options.shortRun() ? 3 : 15);
    long started = System.nanoTime();
    try (ExecutorService pool = Executors.newFixedThreadPool(connections)) {
      List<Future<long[]>> running = new ArrayList<>();
      for (int c = 0; c < connections; c++) {
        int offset = c * 37;
        Callable<long[]> loop =
            () -> {
              long[] nanos = new long[1 << 20];
              int count = 0;
              try (Remote remote = new Remote(server.grpcPort())) {
                for (int q = offset; count < nanos.length; q++) {
                  float[] query = set.queries()[q % set.queries().length];
                  long before = System.nanoTime();
                  if (before - started > warmNanos + runNanos) {
                    break;
                  }
                  remote.search(collection, query, 10, ef, null);
                  if (before - started > warmNanos) {
                    nanos[count++] = System.nanoTime() - before;
                  }
                }
              }
              return Arrays.copyOf(nanos, count);
            };
        running.add(pool.submit(loop));
      }
      long[] all = new long[0];
      for (Future<long[]> each : running) {
        long[] part = each.get();
        int length = all.length;
        all = Arrays.copyOf(all, length + part.length);
        System.arraycopy(part, 0, all, length, part.length);
      }
      Arrays.sort(all);
      String label =
          String.format(Locale.ROOT, "%d connection%s: ", connections, connections == 1 ? "" : "s");
      report.add(Figure.of(label + "QPS at that recall", all.length / (runNanos / 1e9), "1/s"));
      report.add(Figure.of(label + "p50", all[all.length / 2] / 1e6, "ms"));
      report.add(Figure.of(label + "p99", all[(int) (all.length * 0.99)] / 1e6, "ms"));
    }
  }
}
