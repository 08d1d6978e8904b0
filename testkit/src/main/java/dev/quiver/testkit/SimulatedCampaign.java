package dev.quiver.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many {@link SimulatedRun}s: histories of a data folder with crashes at random disk operations,
 * each from a seed of its own.
 */
public final class SimulatedCampaign {
  private final SimulatedFlaw flaw;

  public SimulatedCampaign(SimulatedFlaw flaw) {
    this.flaw = flaw;
  }

  /** Told how far it is. */
  public interface Listener {
    void ran(int seeds, int violations);
  }

  /**
   * What was found.
   *
   * @param violations one line each, beginning with the seed that replays it
   */
  public record Result(
      int seeds,
      long lives,
      long powerLosses,
      long checks,
      long acknowledged,
      long refused,
      long ioOperations,
      List<String> violations) {}

  /**
   * Runs the seeds from {@code first} on; ends early when several histories went wrong or the time
   * is over.
   */
  public Result run(long first, int seeds, Duration most, Listener listener) {
    List<String> violations = new ArrayList<>();
    long[] sums = new long[6];
    int done = 0;
    long deadline = System.nanoTime() + most.toNanos();
    while (done < seeds && violations.size() < mostReported() && System.nanoTime() < deadline) {
      SimulatedRun.Outcome outcome = new SimulatedRun(first + done, flaw).run();
      done++;
      sums[0] += outcome.lives();
      sums[1] += outcome.powerLosses();
      sums[2] += outcome.checks();
      sums[3] += outcome.acknowledged();
      sums[4] += outcome.refused();
      sums[5] += outcome.ioOperations();
      violations.addAll(outcome.violations());
      listener.ran(done, violations.size());
    }
    return new Result(
        done, sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], List.copyOf(violations));
  }

  /** One is enough to find a flaw out. */
  private int mostReported() {
    return flaw == SimulatedFlaw.NONE ? 5 : 1;
  }

  /** The history of one seed, as a number: the same each time. */
  public long history(long seed) {
    return new SimulatedRun(seed, flaw).run().history();
  }

  /** For trying out: {@code first seeds [flaw]}. */
  public static void main(String[] args) {
    SimulatedFlaw flaw = args.length > 2 ? SimulatedFlaw.valueOf(args[2]) : SimulatedFlaw.NONE;
    long started = System.nanoTime();
    Result result =
        new SimulatedCampaign(flaw)
            .run(
                Long.parseLong(args[0]),
                Integer.parseInt(args[1]),
                Duration.ofDays(1),
                (seeds, violations) -> {});
    System.out.println(result + " in " + (System.nanoTime() - started) / 1_000_000 + " ms");
  }
}
