package dev.quiver.bench;

import dev.quiver.server.Logging;
import dev.quiver.testkit.SimulatedCampaign;
import dev.quiver.testkit.SimulatedFlaw;
import java.time.Duration;
import java.util.Locale;

/**
 * Thousands of random histories on a simulated disk, with losses of power, kills and disk errors at
 * random operations, each compared with a model. {@code QUIVER_SIMULATE_SEEDS} and {@code
 * QUIVER_SIMULATE_FIRST} say how many and from which seed on.
 */
final class SimulateCampaignRun implements Benchmark {
  private static final int SEEDS = 10_000;
  private static final int SHORT_SEEDS = 300;
  private static final int TOLD_EACH = 500;

  @Override
  public String name() {
    return "simulate";
  }

  @Override
  public String description() {
    return "random histories on a simulated disk that crashes: violations of what was promised";
  }

  @Override
  public void run(BenchOptions options, Report report) {
    int seeds = number("QUIVER_SIMULATE_SEEDS", options.shortRun() ? SHORT_SEEDS : SEEDS);
    long first = number("QUIVER_SIMULATE_FIRST", 1);
    options.say(seeds + " seeds from " + first + " on");
    if (seeds > 1) {
      // Failures are what it is about; of a single seed, to be looked at, the log is wanted.
      Logging.silent();
    }
    long started = System.nanoTime();
    SimulatedCampaign.Result result =
        new SimulatedCampaign(SimulatedFlaw.NONE)
            .run(
                first,
                seeds,
                Duration.ofDays(1),
                (done, violations) -> {
                  if (done % TOLD_EACH == 0) {
                    options.say(done + " seeds, violations " + violations);
                  }
                });
    report.add(Figure.of("histories", (double) result.seeds(), "seeds"));
    report.add(Figure.of("engines opened", (double) result.lives(), "openings"));
    report.add(Figure.of("losses of power", (double) result.powerLosses(), "losses"));
    report.add(Figure.of("comparisons with the model", (double) result.checks(), "comparisons"));
    report.add(Figure.of("calls acknowledged", (double) result.acknowledged(), "calls"));
    report.add(Figure.of("calls refused for disk errors", (double) result.refused(), "calls"));
    report.add(Figure.of("disk operations", (double) result.ioOperations(), "operations"));
    report.add(Figure.atMost("violations", result.violations().size(), "violations", 0));
    report.note(
        String.format(
            Locale.ROOT,
            "seeds %d to %d, %.0f s",
            first,
            first + result.seeds() - 1,
            (System.nanoTime() - started) / 1e9));
    result.violations().forEach(report::note);
  }

  private static int number(String variable, int otherwise) {
    String text = System.getenv(variable);
    return text == null ? otherwise : Integer.parseInt(text);
  }
}
