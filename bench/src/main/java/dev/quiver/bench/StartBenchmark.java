package dev.quiver.bench;

import dev.quiver.index.Distance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * From the command to ready, with no data and with a collection of points; resident memory then.
 */
final class StartBenchmark implements Benchmark {
  @Override
  public String name() {
    return "start";
  }

  @Override
  public String description() {
    return "start to ready with no data and with 100,000 points, and memory then";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    int repetitions = options.shortRun() ? 2 : 5;
    int rows = options.shortRun() ? 5_000 : 100_000;
    Path data = Files.createTempDirectory("quiver-bench");
    try {
      starts("no data", data, repetitions, 1.5, false, options, report);
      DataSet set =
          DataSet.available(options.dataFolder())
              ? DataSet.shared(options.dataFolder(), "minilm-en-384", "queries", rows, 1)
              : DataSet.synthetic(Math.min(rows, 50_000), 384, 1);
      try (ServerProcess server = ServerProcess.start(data);
          Remote remote = new Remote(server.grpcPort())) {
        options.say("loading " + set.base().length + " points");
        remote.create("start", set.base()[0].length, Distance.COSINE);
        remote.load("start", set.base(), 256, false, null);
        remote.awaitGreen("start", Duration.ofMinutes(30));
      }
      starts(set.base().length + " points", data, repetitions, 2.0, true, options, report);
    } finally {
      ServerProcess.deleteTree(data);
    }
  }

  private static void starts(
      String label,
      Path data,
      int repetitions,
      double goalSeconds,
      boolean search,
      BenchOptions options,
      Report report)
      throws Exception {
    double[] ready = new double[repetitions];
    double[] answered = new double[repetitions];
    long resident = 0;
    for (int i = 0; i < repetitions; i++) {
      options.say("start " + (i + 1) + " of " + repetitions + " with " + label);
      long started = System.nanoTime();
      try (ServerProcess server = ServerProcess.start(data)) {
        ready[i] = server.secondsToReady();
        if (search) {
          try (Remote remote = new Remote(server.grpcPort())) {
            float[] query = new float[384];
            query[0] = 1;
            if (remote.search("start", query, 10, 0, null).length != 10) {
              throw new IllegalStateException("the first search did not find 10 points");
            }
            answered[i] = (System.nanoTime() - started) / 1e9;
          }
        }
        resident = server.statusBytes("VmRSS");
      }
    }
    Arrays.sort(ready);
    report.add(
        Figure.atMost(
            "start to ready, " + label + ", median", ready[repetitions / 2], "s", goalSeconds));
    if (search) {
      Arrays.sort(answered);
      report.add(Figure.of("start to first answer, " + label, answered[repetitions / 2], "s"));
    }
    report.add(Figure.of("resident memory, " + label, resident / 1e6, "MB"));
  }
}
