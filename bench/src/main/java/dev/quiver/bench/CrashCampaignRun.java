package dev.quiver.bench;

import dev.quiver.testkit.CrashCampaign;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A writing process killed at random moments, over and over; what it was told was done must be
 * there.
 */
final class CrashCampaignRun implements Benchmark {
  private static final int CYCLES = 300;
  private static final int SHORT_CYCLES = 10;

  @Override
  public String name() {
    return "crash";
  }

  @Override
  public String description() {
    return "SIGKILL at random moments under load: writes acknowledged, writes lost";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    long seed = System.nanoTime();
    int cycles = options.shortRun() ? SHORT_CYCLES : CYCLES;
    options.say(cycles + " cycles, seed " + seed);
    Path folder = Files.createTempDirectory("quiver-campaign");
    CrashCampaign.Result result =
        new CrashCampaign(folder, seed).run(cycles, options.progress("cycles", 10));
    report.add(Figure.of("cycles", result.cycles(), "kills"));
    report.add(Figure.of("restarts checked", result.checked(), "restarts"));
    report.add(Figure.of("writes acknowledged", (double) result.acknowledged(), "writes"));
    report.add(Figure.atMost("points lost or unknown", result.violations().size(), "points", 0));
    report.note("seed " + seed);
    result.violations().forEach(report::note);
    if (result.violations().isEmpty()) {
      ServerProcess.deleteTree(folder);
    } else {
      report.note("the data folder is kept: " + folder);
    }
  }
}
