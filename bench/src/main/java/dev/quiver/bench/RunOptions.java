package dev.quiver.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every benchmark's command line has, and how a run with it goes. */
public final class RunOptions {
  private static final int GOAL_MISSED = 3;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and exit.")
  @SuppressWarnings("unused") // picocli looks whether it was given.
  private boolean help;

  @Option(names = "--short", description = "Under a minute, with less data: orientation only.")
  private boolean shortRun;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON.")
  private @Nullable Path json;

  @Option(names = "--svg", paramLabel = "FILE", description = "Where the plot goes.")
  private @Nullable Path svg;

  @Option(names = "--data", paramLabel = "FOLDER", description = "Folder of the data sets.")
  private @Nullable Path data;

  public boolean shortRun() {
    return shortRun;
  }

  /** Runs a benchmark and publishes what it found; the exit code: 3 when a goal is missed. */
  public int run(String kind, Benchmark benchmark) throws Exception {
    Report report = new Report(kind, benchmark.name());
    report.note(
        String.format(
            Locale.ROOT,
            "%d cores, Java %s%s",
            Runtime.getRuntime().availableProcessors(),
            Runtime.version(),
            shortRun ? ", short run: less data, orientation only" : ""));
    benchmark.run(new BenchOptions(shortRun, dataFolder(), System.err), report);
    publish(report, kind, benchmark);
    return report.allMet() ? 0 : GOAL_MISSED;
  }

  private void publish(Report report, String kind, Benchmark benchmark) throws IOException {
    report.print(System.out);
    if (json != null) {
      report.writeJson(json);
      System.out.println("JSON: " + json);
    }
    Path plot = svg != null ? svg : plotBeside(json, kind, benchmark);
    for (Path written : report.writePlots(plot)) {
      System.out.println("plot: " + written);
    }
  }

  private static Path plotBeside(@Nullable Path figures, String kind, Benchmark benchmark) {
    if (figures == null) {
      return Path.of("quiver-" + kind + "-" + benchmark.name() + ".svg");
    }
    String file = String.valueOf(figures.getFileName());
    String stem = file.endsWith(".json") ? file.substring(0, file.length() - 5) : file;
    return figures.resolveSibling(stem + ".svg");
  }

  /** Where the data sets are, unless told by their path. */
  public Path dataFolder() {
    if (data != null) {
      return data;
    }
    Path beside = Path.of(System.getProperty("quiver.home", ".")).resolve("../shared/data");
    return Files.isDirectory(beside) ? beside : Path.of("../shared/data");
  }
}
