package dev.quiver.bench.ann;

import dev.quiver.bench.RunOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code quiver bench ann}. */
@Command(name = "ann", description = AnnBenchmark.DESCRIPTION)
public final class AnnCommand implements Callable<Integer> {
  private static final int ROUNDS = 5;
  private static final int SHORT_ROUNDS = 2;
  private static final int SHORT_SIZE = 3_000;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private RunOptions options = new RunOptions();

  @Option(
      names = "--data-set",
      split = ",",
      paramLabel = "NAME|PATH",
      description =
          "minilm, sift, a folder of .npy, an .hdf5, .fvecs or .bvecs file. Default: both.")
  private List<String> dataSets = List.of();

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Contenders to measure; an unknown name lists them.")
  private @Nullable List<String> only;

  @Option(names = "--rounds", paramLabel = "N", description = "Interleaved repetitions (5).")
  private int rounds;

  @Option(
      names = "--part",
      split = ",",
      paramLabel = "PART",
      description = "search (default), build, memory, filtered, churn, scale, alloc or all.")
  private List<String> parts = List.of("search");

  @Option(names = "--size", paramLabel = "N", description = "Take the first N vectors.")
  private int size;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Searching threads. Default: 1 and one per core.")
  private List<Integer> threads = List.of();

  @Option(
      names = "--index-cache",
      paramLabel = "FOLDER",
      description = "Keep built indexes there; delete it when building has changed.")
  private @Nullable Path indexCache;

  @Option(
      names = "--python",
      paramLabel = "FILE",
      description = "An interpreter with numpy, hnswlib and faiss; default: one is set up.")
  private @Nullable Path python;

  @Override
  public Integer call() throws Exception {
    boolean brief = options.shortRun();
    int cores = Runtime.getRuntime().availableProcessors();
    AnnOptions wanted;
    try {
      wanted =
          new AnnOptions(
              dataSets,
              only,
              rounds != 0 ? rounds : brief ? SHORT_ROUNDS : ROUNDS,
              parts(),
              size != 0 ? size : brief ? SHORT_SIZE : Integer.MAX_VALUE,
              !threads.isEmpty() ? threads : brief || cores == 1 ? List.of(1) : List.of(1, cores),
              indexCache,
              python);
      Contenders.choose(only, brief, true);
      dataSets.forEach(name -> AnnDataReader.locate(options.dataFolder(), name));
    } catch (IllegalArgumentException e) {
      throw spec == null ? e : new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return options.run("bench", new AnnBenchmark(wanted));
  }

  private Set<Part> parts() {
    Set<Part> chosen = EnumSet.noneOf(Part.class);
    for (String part : parts) {
      if (part.equals("all")) {
        return EnumSet.allOf(Part.class);
      }
      chosen.add(part(part));
    }
    return chosen;
  }

  private static Part part(String name) {
    for (Part part : Part.values()) {
      if (part.name().toLowerCase(Locale.ROOT).equals(name)) {
        return part;
      }
    }
    String known =
        Arrays.stream(Part.values())
            .map(part -> part.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "--part: " + name + " (expected: " + known + " or all; several with commas)");
  }
}
