package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulated crash campaign, short. {@code -Dquiver.simulate.seeds=N} makes it long, {@code
 * -Dquiver.seed=S} begins with another seed; a violation names the seed that replays it.
 */
class SimulatedCampaignTest {
  private static final int SEEDS = 300;
  private static final int SEEDS_TO_FIND_A_FLAW = 400;

  @Test
  void whateverWasAcknowledgedIsThereAfterEveryCrashAndNothingElseIs() {
    long first = Long.getLong("quiver.seed", 1);
    int seeds = Integer.getInteger("quiver.simulate.seeds", SEEDS);

    SimulatedCampaign.Result result =
        new SimulatedCampaign(SimulatedFlaw.NONE)
            .run(first, seeds, Duration.ofDays(1), (done, violations) -> {});

    System.out.println("first seed " + first + ": " + result);
    assertThat(result.violations()).isEmpty();
    assertThat(result.seeds()).isEqualTo(seeds);
    assertThat(result.powerLosses()).isGreaterThan(seeds / 2);
    assertThat(result.acknowledged()).isGreaterThan(10L * seeds);
  }

  @Test
  void theSameSeedGivesTheSameHistory() {
    SimulatedCampaign campaign = new SimulatedCampaign(SimulatedFlaw.NONE);

    for (long seed = 1; seed <= 10; seed++) {
      assertThat(campaign.history(seed)).as("seed " + seed).isEqualTo(campaign.history(seed));
    }
  }

  /** Maps and sets that are copied have an order of their own in each process. */
  @Test
  void theSameSeedGivesTheSameHistoryInAnotherProcess() throws Exception {
    SimulatedCampaign campaign = new SimulatedCampaign(SimulatedFlaw.NONE);
    List<String> expected = new ArrayList<>();
    for (long seed = 1; seed <= 10; seed++) {
      expected.add(seed + " " + campaign.history(seed));
    }

    for (int i = 0; i < 2; i++) {
      assertThat(historiesOfAnotherProcess()).isEqualTo(expected);
    }
  }

  private static List<String> historiesOfAnotherProcess() throws Exception {
    List<String> command = OtherProcesses.java();
    command.addAll(
        List.of("-ea", "-cp", System.getProperty("java.class.path"), Histories.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    List<String> histories =
        process
            .inputReader()
            .lines()
            .filter(line -> line.startsWith(Histories.MARK))
            .map(line -> line.substring(Histories.MARK.length()))
            .toList();
    assertThat(process.waitFor()).isZero();
    return histories;
  }

  /** Prints the histories of ten seeds. */
  static final class Histories {
    static final String MARK = "history of ";

    public static void main(String[] args) {
      SimulatedCampaign campaign = new SimulatedCampaign(SimulatedFlaw.NONE);
      for (long seed = 1; seed <= 10; seed++) {
        System.out.println(MARK + seed + " " + campaign.history(seed));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aProgramWithAFlawIsFoundOut(SimulatedFlaw flaw) {
    SimulatedCampaign.Result result =
        new SimulatedCampaign(flaw)
            .run(1, SEEDS_TO_FIND_A_FLAW, Duration.ofDays(1), (done, violations) -> {});

    System.out.println(flaw + " found after " + result.seeds() + " seeds");
    assertThat(result.violations()).as(flaw.toString()).isNotEmpty();
  }
}
