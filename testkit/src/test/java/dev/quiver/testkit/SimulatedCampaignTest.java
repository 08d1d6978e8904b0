package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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
