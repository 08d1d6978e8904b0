package dev.quiver.bench;

import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.engine.EngineStats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What an fsync for each group commit costs: eight writers ingest into one collection, by turns
 * with syncs and with a disk that only pretends to sync. Both do all the rest, indexing included.
 *
 * <p>Writers that wait for each answer have as many operations under way as there are writers: no
 * more than these share a sync, and none can be faster than one sync for each of its operations.
 * What that allows is reported beside what was reached, and what writers with several requests
 * under way reach.
 */
final class DurabilityBenchmark implements Benchmark {
  private static final int WRITERS = 8;
  private static final int DIMENSION = 384;
  private static final double GOAL = 0.7;

  @Override
  public String name() {
    return "durability";
  }

  @Override
  public String description() {
    return "ingestion with an fsync for each group commit against none, 8 writers";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    int rounds = options.shortRun() ? 3 : 7;
    int points = options.shortRun() ? 4_000 : 24_000;
    measure(options, report, rounds, points / 2, new Load(1, 1));
    measure(options, report, rounds, points / 2, new Load(1, 4));
    measure(options, report, rounds, points, new Load(32, 1));
  }

  /**
   * How the writers write.
   *
   * @param batch points of an operation
   * @param underWay operations that each writer has under way
   */
  private record Load(int batch, int underWay) {
    int operations() {
      return WRITERS * underWay;
    }

    @Override
    public String toString() {
      return "batches of " + batch + ", " + underWay + " under way";
    }
  }

  private static void measure(
      BenchOptions options, Report report, int rounds, int points, Load load) throws Exception {
    double[] synced = new double[rounds];
    double[] unsynced = new double[rounds];
    double[] perSync = new double[rounds];
    double[] syncSeconds = new double[rounds];
    ingest(points, load, true);
    ingest(points, load, false);
    for (int i = 0; i < rounds; i++) {
      Run with = ingest(points, load, true);
      Run without = ingest(points, load, false);
      synced[i] = with.pointsPerSecond();
      unsynced[i] = without.pointsPerSecond();
      perSync[i] = (double) with.stats().logRecords() / with.stats().logSyncs();
      syncSeconds[i] = with.stats().logSyncMicros() / 1e6 / with.stats().logSyncs();
      options.say(
          String.format(
              Locale.ROOT,
              "%s, round %d: %,.0f points/s with fsync, %,.0f without",
              load,
              i + 1,
              synced[i],
              unsynced[i]));
    }
    double[] ratios = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      ratios[i] = synced[i] / unsynced[i];
    }
    String of = ", " + load;
    report.add(Figure.of("with fsync" + of, median(synced), "points/s"));
    report.add(Figure.of("without" + of, median(unsynced), "points/s"));
    report.add(Figure.of("operations for each fsync" + of, median(perSync), "operations"));
    report.add(Figure.of("time of an fsync" + of, median(syncSeconds) * 1e3, "ms"));
    report.add(
        Figure.of(
            "all under way in each fsync, and nothing else to do" + of,
            load.operations() * load.batch() / median(syncSeconds),
            "points/s"));
    report.add(Figure.atLeast("ratio, median of rounds" + of, median(ratios), "", GOAL));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private record Run(double pointsPerSecond, EngineStats stats) {}

  private static Run ingest(int points, Load load, boolean sync) throws Exception {
    Path data = Files.createTempDirectory("quiver-durability");
    try (Engine engine =
        Engine.open(
            data,
            EngineOptions.builder()
                .files(sync ? dev.quiver.engine.wal.DiskFiles.INSTANCE : new UnsyncedFiles())
                .build())) {
      engine.createCollection("c", RandomUpserts.collection(DIMENSION));
      long started = System.nanoTime();
      try (ExecutorService writers = Executors.newFixedThreadPool(load.operations())) {
        List<Future<?>> running = new ArrayList<>();
        for (int w = 0; w < load.operations(); w++) {
          int writer = w;
          running.add(
              writers.submit(
                  () -> write(engine, writer, points / load.operations(), load.batch())));
        }
        for (Future<?> each : running) {
          each.get();
        }
      }
      double seconds = (System.nanoTime() - started) / 1e9;
      return new Run(points / seconds, engine.stats());
    } finally {
      ServerProcess.deleteTree(data);
    }
  }

  private static void write(Engine engine, int writer, int points, int batch) {
    RandomUpserts upserts = new RandomUpserts(writer, DIMENSION);
    for (int done = 0; done < points; done += batch) {
      engine.write("c", List.of(upserts.next(writer * 10_000_000L + done, batch)), true, null);
    }
  }
}
