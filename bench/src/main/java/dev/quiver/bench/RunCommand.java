package dev.quiver.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code quiver bench NAME} and {@code quiver campaign NAME}. Exits with 0 when every goal is met,
 * 3 when one is missed.
 */
@Command
final class RunCommand implements Callable<Integer> {
  private static final int GOAL_MISSED = 3;

  private final String kind;
  private final List<Benchmark> benchmarks;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "What to run; none: list them.")
  private @Nullable String name;

  @Option(names = "--short", description = "Under a minute, with less data: orientation only.")
  private boolean shortRun;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON.")
  private @Nullable Path json;

  @Option(names = "--svg", paramLabel = "FILE", description = "Where the plot goes.")
  private @Nullable Path svg;

  @Option(names = "--data", paramLabel = "FOLDER", description = "Folder of the data sets.")
  private @Nullable Path data;

  RunCommand(String kind, List<Benchmark> benchmarks) {
    this.kind = kind;
    this.benchmarks = benchmarks;
  }

  @Override
  public Integer call() throws Exception {
    if (name == null) {
      for (Benchmark each : benchmarks) {
        System.out.printf("%-12s %s%n", each.name(), each.description());
      }
      return 0;
    }
    String wanted = name;
    Benchmark benchmark =
        benchmarks.stream()
            .filter(each -> each.name().equals(wanted))
            .findFirst()
            .orElseThrow(() -> unknown(wanted));
    Report report = new Report(kind, benchmark.name());
    report.note(
        String.format(
            Locale.ROOT,
            "%d cores, Java %s%s",
            Runtime.getRuntime().availableProcessors(),
            Runtime.version(),
            shortRun ? ", short run: less data, orientation only" : ""));
    benchmark.run(new BenchOptions(shortRun, dataFolder(), System.err), report);
    publish(report, benchmark);
    return report.allMet() ? 0 : GOAL_MISSED;
  }

  private void publish(Report report, Benchmark benchmark) throws IOException {
    report.print(System.out);
    if (json != null) {
      report.writeJson(json);
      System.out.println("JSON: " + json);
    }
    Path plot = svg != null ? svg : plotBeside(json, benchmark);
    report.writeSvg(plot);
    System.out.println("plot: " + plot);
  }

  private Path plotBeside(@Nullable Path figures, Benchmark benchmark) {
    if (figures == null) {
      return Path.of("quiver-" + kind + "-" + benchmark.name() + ".svg");
    }
    String file = String.valueOf(figures.getFileName());
    String stem = file.endsWith(".json") ? file.substring(0, file.length() - 5) : file;
    return figures.resolveSibling(stem + ".svg");
  }

  private Path dataFolder() {
    if (data != null) {
      return data;
    }
    Path beside = Path.of(System.getProperty("quiver.home", ".")).resolve("../shared/data");
    return Files.isDirectory(beside) ? beside : Path.of("../shared/data");
  }

  private RuntimeException unknown(String wanted) {
    String known = benchmarks.stream().map(Benchmark::name).collect(Collectors.joining(", "));
    String text = "no " + kind + " called " + wanted + "; there are: " + known;
    return spec == null
        ? new IllegalArgumentException(text)
        : new ParameterException(spec.commandLine(), text);
  }
}
