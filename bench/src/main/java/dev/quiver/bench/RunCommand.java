package dev.quiver.bench;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code quiver bench NAME} and {@code quiver campaign NAME}. Exits with 0 when every goal is met,
 * 3 when one is missed.
 */
@Command
final class RunCommand implements Callable<Integer> {
  private final String kind;
  private final List<Benchmark> benchmarks;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "What to run; none: list them.")
  private @Nullable String name;

  @Mixin private RunOptions options = new RunOptions();

  RunCommand(String kind, List<Benchmark> benchmarks) {
    this.kind = kind;
    this.benchmarks = benchmarks;
  }

  @Override
  public Integer call() throws Exception {
    if (name == null) {
      for (Benchmark each : benchmarks) {
        print(each.name(), each.description());
      }
      if (spec != null) {
        for (CommandLine each : spec.subcommands().values()) {
          print(each.getCommandName(), each.getCommandSpec().usageMessage().description()[0]);
        }
      }
      return 0;
    }
    String wanted = name;
    Benchmark benchmark =
        benchmarks.stream()
            .filter(each -> each.name().equals(wanted))
            .findFirst()
            .orElseThrow(() -> unknown(wanted));
    return options.run(kind, benchmark);
  }

  private static void print(String name, String description) {
    System.out.printf("%-12s %s%n", name, description);
  }

  private RuntimeException unknown(String wanted) {
    String known = benchmarks.stream().map(Benchmark::name).collect(Collectors.joining(", "));
    String text = "no " + kind + " called " + wanted + "; there are: " + known;
    return spec == null
        ? new IllegalArgumentException(text)
        : new ParameterException(spec.commandLine(), text);
  }
}
