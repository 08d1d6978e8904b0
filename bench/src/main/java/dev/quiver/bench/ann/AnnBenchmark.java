package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.BenchOptions;
import dev.quiver.bench.Benchmark;
import dev.quiver.bench.DataSet;
import dev.quiver.bench.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/**
 * The kernel, alone and through Lucene, against Lucene's own formats, JVector, hnswlib and Faiss.
 */
public final class AnnBenchmark implements Benchmark {
  static final String DESCRIPTION =
      "the kernel against its peers: speed at equal recall, builds, memory, filters, churn, scale";

  private static final int SHORT_QUERIES = 200;
  private static final int SYNTHETIC_ROWS = 20_000;
  private static final int SYNTHETIC_DIMENSION = 128;
  private static final int SYNTHETIC_QUERIES = 500;

  private final AnnOptions options;

  AnnBenchmark(AnnOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "ann";
  }

  @Override
  public String description() {
    return DESCRIPTION;
  }

  @Override
  public void run(BenchOptions bench, Report report) throws Exception {
    try (Lab lab = Lab.open(options, bench, report)) {
      for (String name : dataSets(bench)) {
        lab.say("reading " + name);
        AnnData whole =
            name.isEmpty() ? synthetic(report) : AnnDataReader.read(bench.dataFolder(), name);
        AnnData data =
            bench.shortRun()
                ? whole.firstQueries().first(options.size(), SHORT_QUERIES)
                : whole.first(options.size(), Integer.MAX_VALUE);
        report.note(
            String.format(
                java.util.Locale.ROOT,
                "%s: %,d vectors of %d dimensions%s, %s%s",
                data.name(),
                data.base().length,
                data.dimension(),
                data.base().length < whole.base().length ? " (the first ones)" : "",
                data.distance().name().toLowerCase(java.util.Locale.ROOT),
                data.bytes() ? ", bytes" : ""));
        measure(lab, data, report.details().putObject(data.name()));
      }
    }
  }

  private List<String> dataSets(BenchOptions bench) {
    if (!options.dataSets().isEmpty()) {
      return options.dataSets();
    }
    if (!Files.isDirectory(bench.dataFolder().resolve("minilm-en-384"))) {
      return List.of("");
    }
    return bench.shortRun() ? List.of("minilm") : List.of("minilm", "sift");
  }

  private void measure(Lab lab, AnnData data, ObjectNode details) throws IOException {
    List<Entry> entries = lab.contenders(data);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(
          "no contender fits or runs; there are: " + Contenders.names());
    }
    Site site = Site.of(lab, data);
    for (Part part : options.parts()) {
      switch (part) {
        case SEARCH -> SearchPart.run(site, entries, details);
        case BUILD -> BuildPart.run(site, entries, details);
        case MEMORY -> MemoryPart.run(site, entries, details);
        case FILTERED -> FilteredPart.run(site, entries, details);
        case CHURN -> ChurnPart.run(site, entries, details);
        case SCALE -> ScalePart.run(site, entries, details);
        case ALLOC -> AllocPart.run(site, entries, details);
      }
    }
  }

  private static AnnData synthetic(Report report) {
    report.note("no data sets found: synthetic vectors instead");
    return AnnDataReader.of(
        DataSet.synthetic(SYNTHETIC_ROWS, SYNTHETIC_DIMENSION, SYNTHETIC_QUERIES));
  }
}
