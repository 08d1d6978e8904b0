package dev.quiver.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * What each kind of query costs over one collection, asked over REST by one client, one after the
 * other. The kinds take turns, so that what else the machine does meets all of them alike. Then
 * multivectors, in an engine in this process: {@link MultiVectorPart}.
 */
final class QueryBenchmark implements Benchmark {
  private static final String COLLECTION = "queries";

  @Override
  public String name() {
    return "query";
  }

  @Override
  public String description() {
    return "fusion, formula, groups, facet, recommend, matrix over 100,000 points: p50 and ratios";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    int rows = options.shortRun() ? 12_000 : 100_000;
    DataSet set;
    if (DataSet.available(options.dataFolder())) {
      set = DataSet.shared(options.dataFolder(), "minilm-en-384", "queries", rows, 200);
    } else {
      report.note("no data sets in " + options.dataFolder() + ": synthetic vectors instead");
      set = DataSet.synthetic(Math.min(rows, 50_000), 384, 200);
    }
    Path data = Files.createTempDirectory("quiver-bench");
    try (ServerProcess server = ServerProcess.start(data);
        Remote remote = new Remote(server.grpcPort())) {
      options.say("loading " + set.base().length + " vectors");
      load(set, server, remote);
      Map<String, double[]> millis = measured(set, server, options);
      tell(millis, set, report);
    } finally {
      ServerProcess.deleteTree(data);
    }
    int asked = options.shortRun() ? 50 : 200;
    MultiVectorPart.measure(
        MultiVectorData.neighbourhoods(set, asked), Math.min(10_000, rows / 4), options, report);
    options.say("embedding windows of definitions");
    MultiVectorPart.measure(
        MultiVectorData.windows(options.shortRun() ? 1_000 : 10_000, asked), 500, options, report);
  }

  private static void load(DataSet set, ServerProcess server, Remote remote) throws Exception {
    remote.create(COLLECTION, set.base()[0].length, set.distance());
    for (String field : List.of(QueryKinds.GROUP, QueryKinds.NUMBER)) {
      server.send(
          "PUT",
          "/collections/" + COLLECTION + "/index?wait=true",
          "{\"field_name\": \"%s\", \"field_schema\": \"integer\"}".formatted(field));
    }
    Random random = new Random(3);
    remote.load(
        COLLECTION,
        set.base(),
        256,
        false,
        row ->
            Map.of(
                QueryKinds.GROUP,
                (long) random.nextInt(QueryKinds.GROUPS),
                QueryKinds.NUMBER,
                (long) row));
    remote.awaitGreen(COLLECTION, Duration.ofMinutes(30));
  }

  /** Milliseconds of each request, by kind, ascending. */
  private static Map<String, double[]> measured(
      DataSet set, ServerProcess server, BenchOptions options) throws Exception {
    Map<String, QueryKinds.Kind> kinds = new QueryKinds(set.queries()).all();
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    kinds.keySet().forEach(kind -> millis.put(kind, new ArrayList<>()));
    int warm = options.shortRun() ? 20 : 200;
    int rounds = options.shortRun() ? 60 : 600;
    options.say("asking " + kinds.size() + " kinds, " + rounds + " times each");
    for (int round = -warm; round < rounds; round++) {
      for (Map.Entry<String, QueryKinds.Kind> entry : kinds.entrySet()) {
        QueryKinds.Kind kind = entry.getValue();
        String body = kind.body().apply(round + warm);
        long before = System.nanoTime();
        server.send("POST", "/collections/" + COLLECTION + kind.path(), body);
        if (round >= 0) {
          Objects.requireNonNull(millis.get(entry.getKey()))
              .add((System.nanoTime() - before) / 1e6);
        }
      }
    }
    Map<String, double[]> sorted = new LinkedHashMap<>();
    millis.forEach(
        (kind, times) ->
            sorted.put(kind, times.stream().mapToDouble(Double::doubleValue).sorted().toArray()));
    return sorted;
  }

  private static void tell(Map<String, double[]> millis, DataSet set, Report report) {
    List<List<String>> rows = new ArrayList<>();
    double nearest = p50(millis, "nearest");
    millis.forEach(
        (kind, times) -> {
          report.add(Figure.of(kind + ": p50", quantile(times, 0.5), "ms"));
          report.add(Figure.of(kind + ": p99", quantile(times, 0.99), "ms"));
          rows.add(
              List.of(
                  kind,
                  Report.number(quantile(times, 0.5)),
                  Report.number(quantile(times, 0.99)),
                  String.format(Locale.ROOT, "%.2f", quantile(times, 0.5) / nearest)));
        });
    report.table(
        new TextTable(
            String.format(
                Locale.ROOT,
                "%,d points of %d dimensions, one client over REST",
                set.base().length,
                set.base()[0].length),
            List.of("kind", "p50 ms", "p99 ms", "of nearest"),
            rows));
    ratio(report, millis, "rrf of two times 100", "nearest, 100 results", 2);
    ratio(report, millis, "dbsf of two times 100", "nearest, 100 results", 2);
    ratio(report, millis, "formula over 1,000", "nearest of 1,000 candidates", 1);
    ratio(report, millis, "re-score 1,000 by another vector", "nearest of 1,000 candidates", 1);
    ratio(report, millis, "groups, 10 of 3", "nearest", 1);
    ratio(report, millis, "recommend, best_score", "nearest", 1);
  }

  private static void ratio(
      Report report, Map<String, double[]> millis, String kind, String to, int times) {
    report.note(
        String.format(
            Locale.ROOT,
            "%s takes %.2f of %s%s",
            kind,
            p50(millis, kind) / (times * p50(millis, to)),
            times == 1 ? "" : times + " times ",
            to));
  }

  private static double p50(Map<String, double[]> millis, String kind) {
    return quantile(millis.getOrDefault(kind, new double[] {Double.NaN}), 0.5);
  }

  private static double quantile(double[] ascending, double share) {
    return ascending[(int) Math.min(ascending.length - 1, Math.floor(ascending.length * share))];
  }
}
