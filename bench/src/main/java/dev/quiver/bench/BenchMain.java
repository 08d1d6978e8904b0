package dev.quiver.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./quiver bench NAME} and {@code ./quiver campaign NAME}: {@code [--short] [--json FILE]
 * [--svg FILE] [--data FOLDER]}. Exits with 0 when every goal is met, 3 when one is missed, 2 for a
 * wrong call.
 */
public final class BenchMain {
  private static final List<Benchmark> BENCHMARKS =
      List.of(
          new RecallBenchmark(),
          new ServeBenchmark(),
          new StartBenchmark(),
          new CollectionsBenchmark());

  private BenchMain() {}

  public static void main(String[] args) throws Exception {
    System.exit(run(args));
  }

  static int run(String[] args) throws Exception {
    String name = null;
    boolean shortRun = false;
    Path json = null;
    Path svg = null;
    Path data = defaultData();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--short" -> shortRun = true;
        case "--json" -> json = Path.of(value(args, ++i));
        case "--svg" -> svg = Path.of(value(args, ++i));
        case "--data" -> data = Path.of(value(args, ++i));
        default -> {
          if (name != null || args[i].startsWith("-")) {
            return usage("unknown argument: " + args[i]);
          }
          name = args[i];
        }
      }
    }
    String wanted = name;
    Benchmark benchmark =
        BENCHMARKS.stream().filter(each -> each.name().equals(wanted)).findFirst().orElse(null);
    if (benchmark == null) {
      return usage(wanted == null ? "no benchmark named" : "no benchmark called " + wanted);
    }
    Report report = new Report(benchmark.name());
    report.note(
        String.format(
            Locale.ROOT,
            "%d cores, Java %s%s",
            Runtime.getRuntime().availableProcessors(),
            Runtime.version(),
            shortRun ? ", short run: less data, orientation only" : ""));
    benchmark.run(new BenchOptions(shortRun, data, System.err), report);
    report.print(System.out);
    if (json != null) {
      report.writeJson(json);
      System.out.println("JSON: " + json);
    }
    Path plot =
        svg != null
            ? svg
            : json != null ? sibling(json) : Path.of("quiver-bench-" + benchmark.name() + ".svg");
    report.writeSvg(plot);
    System.out.println("plot: " + plot);
    return report.allMet() ? 0 : 3;
  }

  private static Path sibling(Path json) {
    String file = String.valueOf(json.getFileName());
    return json.resolveSibling(
        (file.endsWith(".json") ? file.substring(0, file.length() - 5) : file) + ".svg");
  }

  private static Path defaultData() {
    String configured = System.getenv("QUIVER_BENCH_DATA");
    if (configured != null) {
      return Path.of(configured);
    }
    Path home = Path.of(System.getProperty("quiver.home", "."));
    for (Path candidate : List.of(home.resolve("../shared/data"), Path.of("../shared/data"))) {
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
    }
    return home.resolve("../shared/data");
  }

  private static String value(String[] args, int index) {
    if (index >= args.length) {
      throw new IllegalArgumentException(args[index - 1] + " needs a value");
    }
    return args[index];
  }

  private static int usage(@Nullable String problem) {
    if (problem != null) {
      System.err.println("quiver bench: " + problem);
    }
    System.err.println(
        "usage: quiver bench NAME [--short] [--json FILE] [--svg FILE] [--data FOLDER]");
    for (Benchmark each : BENCHMARKS) {
      System.err.printf("  %-12s %s%n", each.name(), each.description());
    }
    return 2;
  }
}
