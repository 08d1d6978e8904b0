package dev.quiver.bench;

import dev.quiver.server.Logging;
import dev.quiver.testkit.BitFlipCampaign;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Single random bits of a stored data folder, flipped one after the other. */
final class BitFlipCampaignRun implements Benchmark {
  private static final int FLIPS = 1500;
  private static final int SHORT_FLIPS = 60;

  @Override
  public String name() {
    return "bitflips";
  }

  @Override
  public String description() {
    return "single bits flipped in every kind of stored file: told, mended or harmless, or wrong";
  }

  @Override
  public void run(BenchOptions options, Report report) throws Exception {
    int flips = options.shortRun() ? SHORT_FLIPS : FLIPS;
    long seed = System.nanoTime() % 1_000_000_000;
    options.say(flips + " flips, seed " + seed);
    Logging.silent();
    Path work = Files.createTempDirectory("quiver-flips");
    try {
      BitFlipCampaign.Result result =
          new BitFlipCampaign(work, seed).run(flips, options.progress("flips", 100));
      report.add(Figure.of("flips", result.flips(), "bits"));
      report.add(Figure.of("kinds of files", result.byKind().size(), "kinds"));
      int[] sums = new int[5];
      result
          .byKind()
          .forEach(
              (kind, counts) -> {
                sums[0] += counts.refused();
                sums[1] += counts.partial();
                sums[2] += counts.verified();
                sums[3] += counts.mended();
                sums[4] += counts.harmless();
                report.note(
                    String.format(
                        Locale.ROOT,
                        "%-26s flips %4d, refused %4d, partial %4d, found by verify %4d, mended"
                            + " %4d, harmless %4d",
                        kind,
                        counts.flips(),
                        counts.refused(),
                        counts.partial(),
                        counts.verified(),
                        counts.mended(),
                        counts.harmless()));
              });
      report.add(Figure.of("refused, with the file named", sums[0], "bits"));
      report.add(Figure.of("segment taken out, the rest served as partial", sums[1], "bits"));
      report.add(Figure.of("answers right, found by verify", sums[2], "bits"));
      report.add(Figure.of("answers right, mended from a copy", sums[3], "bits"));
      report.add(Figure.of("answers right, every checksum too", sums[4], "bits"));
      report.add(
          Figure.atMost("wrong and not told, or crashed", result.violations().size(), "bits", 0));
      report.note("seed " + seed);
      result.violations().forEach(report::note);
    } finally {
      ServerProcess.deleteTree(work);
    }
  }
}
