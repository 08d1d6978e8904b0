package dev.quiver.bench;

import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long it takes until everything is there again after a kill: a process writes until its log
 * holds a gigabyte behind the last commit and is killed (SIGKILL); another one opens the folder.
 */
final class RecoveryBenchmark implements Benchmark {
  private static final int DIMENSION = 1536;
  private static final int BATCH = 100;
  private static final long LOG_BYTES = 1L << 30;
  private static final long SHORT_LOG_BYTES = 64L << 20;

  @Override
  public String name() {
    return "recovery";
  }

  @Override
  public String description() {
    return "time to recover after a kill with 1 GB of log behind the last commit";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    long bytes = options.shortRun() ? SHORT_LOG_BYTES : LOG_BYTES;
    Path data = Files.createTempDirectory("quiver-recovery");
    try {
      long acknowledged = fillAndKill(data.resolve("data"), bytes, options);
      long logBytes = sizeOf(data.resolve("data"), ".wal");
      long started = System.nanoTime();
      double opened;
      double recovered;
      try (Engine engine = Engine.open(data.resolve("data"), options(Duration.ofSeconds(5)))) {
        opened = (System.nanoTime() - started) / 1e9;
        while (!engine.recoveryProgress().finished()) {
          TimeUnit.MILLISECONDS.sleep(5);
        }
        recovered = (System.nanoTime() - started) / 1e9;
        long lost = acknowledged - engine.count("c", null, true);
        report.add(Figure.of("log behind the last commit", logBytes / 1e6, "MB"));
        report.add(
            Figure.of("points acknowledged before the kill", (double) acknowledged, "points"));
        report.add(Figure.of("data folder opened, other collections served", opened, "s"));
        report.add(Figure.of("all replayed and committed", recovered, "s"));
        report.add(Figure.of("log replayed", logBytes / 1e6 / recovered, "MB/s"));
        report.add(Figure.atMost("points lost", (double) Math.max(0, lost), "points", 0));
      }
    } finally {
      ServerProcess.deleteTree(data);
    }
  }

  private static EngineOptions options(Duration flushInterval) {
    return EngineOptions.builder().flushInterval(flushInterval).build();
  }

  private static long fillAndKill(Path data, long bytes, BenchOptions options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.removeIf(each -> each.startsWith("-XX:AOTCache") || each.startsWith("-Xlog"));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            LogFiller.class.getName(),
            data.toString(),
            Long.toString(bytes)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    options.say("writing " + bytes / 1_000_000 + " MB of log");
    try {
      String line = "";
      int read = process.getInputStream().read();
      while (read >= 0 && read != '\n') {
        line += (char) read;
        read = process.getInputStream().read();
      }
      if (read < 0) {
        throw new IllegalStateException("the writing process ended with " + process.waitFor());
      }
      return Long.parseLong(line.strip());
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static long sizeOf(Path folder, String suffix) throws IOException {
    long bytes = 0;
    try (var files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        bytes += file.toString().endsWith(suffix) ? Files.size(file) : 0;
      }
    }
    return bytes;
  }

  /** The process that is killed. */
  static final class LogFiller {
    private LogFiller() {}

    public static void main(String[] args) throws InterruptedException {
      Engine engine = Engine.open(Path.of(args[0]), options(Duration.ofHours(10)));
      long bytes = Long.parseLong(args[1]);
      engine.createCollection("c", RandomUpserts.collection(DIMENSION));
      RandomUpserts upserts = new RandomUpserts(1, DIMENSION);
      long id = 0;
      while (engine.stats().logBytes() < bytes) {
        engine.write("c", List.of(upserts.next(id, BATCH)), false, null);
        id += BATCH;
      }
      System.out.println(id);
      TimeUnit.HOURS.sleep(1);
    }
  }
}
