package dev.quiver.bench;

import static io.qdrant.client.ConditionFactory.match;

import dev.quiver.cli.WordNetGlosses;
import io.qdrant.client.grpc.Common.Filter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Recall@10 with default settings through the whole server: unfiltered, out of distribution, and
 * under filters that keep a given share of the points.
 */
final class RecallBenchmark implements Benchmark {
  private static final int K = 10;
  private static final double[] KEPT = {0.5, 0.1, 0.01, 0.001};

  @Override
  public String name() {
    return "recall";
  }

  @Override
  public String description() {
    return "recall@10 with default settings, unfiltered and filtered, on the shared data sets";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    int queries = options.shortRun() ? 100 : 500;
    List<DataSet> sets = new ArrayList<>();
    Map<String, DataSet> outOfDistribution = new LinkedHashMap<>();
    if (DataSet.available(options.dataFolder())) {
      int rows = options.shortRun() ? 15_000 : Integer.MAX_VALUE;
      DataSet minilm =
          DataSet.shared(options.dataFolder(), "minilm-en-384", "queries", rows, queries);
      sets.add(minilm);
      outOfDistribution.put(
          minilm.name(),
          DataSet.shared(options.dataFolder(), "minilm-en-384", "queries_ood", rows, queries));
      sets.add(DataSet.shared(options.dataFolder(), "sift-real-128", "queries", rows, queries));
    } else {
      report.note("no data sets in " + options.dataFolder() + ": synthetic vectors instead");
      sets.add(DataSet.synthetic(options.shortRun() ? 15_000 : 50_000, 128, queries));
    }
    options.say("embedding the quickstart's definitions");
    sets.add(DataSet.wordNet(WordNetGlosses.DEFAULT_LIMIT, Math.min(queries, 300)));
    for (DataSet set : sets) {
      Path data = Files.createTempDirectory("quiver-bench");
      try (ServerProcess server = ServerProcess.start(data);
          Remote remote = new Remote(server.grpcPort())) {
        measure(set, outOfDistribution.get(set.name()), remote, options, report);
      } finally {
        ServerProcess.deleteTree(data);
      }
    }
  }

  private static void measure(
      DataSet set,
      @org.jspecify.annotations.Nullable DataSet harder,
      Remote remote,
      BenchOptions options,
      Report report)
      throws Exception {
    String collection = "recall";
    Random random = new Random(7);
    BitSet[] kept = new BitSet[KEPT.length];
    for (int i = 0; i < KEPT.length; i++) {
      kept[i] = new BitSet(set.base().length);
      for (int row = 0; row < set.base().length; row++) {
        kept[i].set(row, random.nextDouble() < KEPT[i]);
      }
    }
    options.say(set.name() + ": loading " + set.base().length + " vectors");
    remote.create(collection, set.base()[0].length, set.distance());
    double seconds =
        remote.load(collection, set.base(), 256, false, row -> flags(kept, row))
            + remote.awaitGreen(collection, Duration.ofMinutes(30));
    report.add(Figure.of(set.name() + ": load and index", seconds, "s"));
    report.add(
        Figure.of(
            set.name() + ": segments",
            (double) remote.info(collection).getSegmentsCount(),
            "segments"));

    options.say(set.name() + ": searching");
    report.add(
        Figure.atLeast(
            set.name() + ": recall@10",
            recall(set, set.truth(), remote, collection, null),
            "",
            0.97));
    if (harder != null) {
      report.add(
          Figure.of(
              harder.name() + ": recall@10 (out of distribution)",
              recall(harder, harder.truth(), remote, collection, null),
              ""));
    }
    for (int i = 0; i < KEPT.length; i++) {
      int[][] truth = DataSet.exact(set.base(), set.queries(), set.distance(), K, kept[i]);
      Filter filter = Filter.newBuilder().addMust(match(flag(i), 1)).build();
      report.add(
          Figure.atLeast(
              String.format(
                  Locale.ROOT, "%s: recall@10, filter keeps %s %%", set.name(), KEPT[i] * 100),
              recall(set, truth, remote, collection, filter),
              "",
              0.95));
    }
  }

  private static Map<String, Long> flags(BitSet[] kept, int row) {
    Map<String, Long> flags = new LinkedHashMap<>();
    for (int i = 0; i < kept.length; i++) {
      flags.put(flag(i), kept[i].get(row) ? 1L : 0L);
    }
    return flags;
  }

  private static String flag(int i) {
    return "keep" + i;
  }

  private static double recall(
      DataSet set,
      int[][] truth,
      Remote remote,
      String collection,
      @org.jspecify.annotations.Nullable Filter filter)
      throws Exception {
    double sum = 0;
    for (int q = 0; q < set.queries().length; q++) {
      int[] found = remote.search(collection, set.queries()[q], K, 0, filter);
      sum += Exact.recall(set.base(), set.queries()[q], set.distance(), truth[q], found, K);
    }
    return sum / set.queries().length;
  }
}
