package dev.quiver.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The crash campaign, short. {@code -Dquiver.crash.cycles=N} makes it long, {@code -Dquiver.seed=S}
 * repeats the same plan (the moments of the kills differ).
 */
class CrashTest {
  @TempDir Path folder;

  @Test
  void noAcknowledgedWriteIsLostWhenTheProcessIsKilled() throws Exception {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    int cycles = Integer.getInteger("quiver.crash.cycles", 30);

    AtomicInteger told = new AtomicInteger();
    CrashCampaign.Result result =
        new CrashCampaign(folder.resolve("data"), seed).run(cycles, told::set);

    System.out.println(result);
    assertThat(result.violations()).as(result.toString()).isEmpty();
    assertThat(result.cycles()).isEqualTo(cycles).isEqualTo(told.get());
    assertThat(result.acknowledged()).isGreaterThan(100L * cycles);
  }
}
