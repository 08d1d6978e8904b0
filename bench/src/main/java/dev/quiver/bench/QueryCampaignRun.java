package dev.quiver.bench;

import dev.quiver.engine.Engine;
import dev.quiver.engine.EngineOptions;
import dev.quiver.testkit.queries.QueryRounds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/** Random queries of every kind over random collections against a plain model. */
final class QueryCampaignRun implements Benchmark {
  private static final int ROUNDS = 5_000;
  private static final int SHORT_ROUNDS = 200;

  @Override
  public String name() {
    return "queries";
  }

  @Override
  public String description() {
    return "random queries of every kind against a plain model: queries compared, answers wrong";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    long seed = Long.getLong("quiver.query.seed", System.nanoTime());
    int count = options.shortRun() ? SHORT_ROUNDS : ROUNDS;
    options.say(count + " rounds, seeds from " + seed);
    Path folder = Files.createTempDirectory("quiver-campaign");
    QueryRounds.Result result;
    try (Engine engine =
        Engine.open(folder, EngineOptions.builder().fullScanThreshold(16).build())) {
      QueryRounds rounds = new QueryRounds(engine);
      for (int i = 0; i < count; i++) {
        rounds.round(seed + i);
        if ((i + 1) % (count / 10) == 0) {
          options.say((i + 1) + " rounds, " + rounds.result().wrong() + " answers wrong");
        }
      }
      result = rounds.result();
    } finally {
      ServerProcess.deleteTree(folder);
    }
    report.add(Figure.of("rounds", count, "seeds"));
    report.add(Figure.of("queries compared", (double) result.compared(), "queries"));
    report.add(Figure.of("left out: rounding may decide", (double) result.leftOut(), "queries"));
    report.add(Figure.of("results compared", (double) result.found(), "points"));
    new TreeMap<>(result.kinds())
        .forEach((kind, times) -> report.add(Figure.of("stages: " + kind, times, "stages")));
    report.add(Figure.atMost("answers wrong", (double) result.wrong(), "queries", 0));
    report.note("seeds from " + seed + "; -Dquiver.query.seed=N starts at another");
    result.mismatches().forEach(report::note);
  }
}
