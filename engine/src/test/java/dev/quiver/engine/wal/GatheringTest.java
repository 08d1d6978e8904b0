package dev.quiver.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a leader waits for more calls, and for how many. */
class GatheringTest {
  private final Gathering gathering = new Gathering();

  @Test
  void nobodyIsWaitedForBeforeAnythingIsKnown() {
    assertThat(gathering.wanted(1)).isEqualTo(1);
    assertThat(gathering.mostNanos()).isZero();
  }

  @Test
  void aLoneWriterNeverWaits() {
    for (int i = 0; i < 10; i++) {
      gathering.committed(1, 1_000);
      assertThat(gathering.wanted(1)).isEqualTo(1);
    }
  }

  @Test
  void asManyAreWaitedForAsWereInFlight() {
    gathering.committed(8, 1_000);

    assertThat(gathering.wanted(3)).isEqualTo(8);
    assertThat(gathering.wanted(9)).isEqualTo(9);
  }

  @Test
  void theWaitIsHalfASyncAndNeverLong() {
    gathering.committed(8, 1_000_000);
    assertThat(gathering.mostNanos()).isEqualTo(500_000);

    for (int i = 0; i < 100; i++) {
      gathering.committed(8, 1_000_000_000);
    }
    assertThat(gathering.mostNanos()).isEqualTo(Gathering.MOST_NANOS);
  }

  @Test
  void waitsInVainBecomeRareUntilOneIsNot() {
    gathering.committed(8, 1_000);
    int waits = 0;
    for (int i = 0; i < 1_000; i++) {
      if (gathering.wanted(2) > 2) {
        waits++;
        gathering.waited(false);
      }
    }
    assertThat(waits).isBetween(10, 30);

    while (gathering.wanted(2) == 2) {
      // Its turn comes.
    }
    gathering.waited(true);
    assertThat(gathering.wanted(2)).isEqualTo(8);
  }
}
