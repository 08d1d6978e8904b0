package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong clock = new AtomicLong();
  private final StringWriter shown = new StringWriter();
  private final Progress progress =
      new Progress(Terminal.none(new PrintWriter(shown, true)), "docs", clock::get);

  @Test
  void plainLinesShowShareRateAndTimeLeftNowAndThen() {
    clock.set(SECOND);
    progress.update(100, 1000, -1);
    assertThat(shown.toString()).isEmpty();

    clock.set(10 * SECOND);
    progress.update(250, 1000, -1);

    assertThat(shown.toString().strip()).isEqualTo("docs  25%  250 of 1,000  25/s  30 s left");
  }

  @Test
  void theRateCountsOnlyWhatThisRunHasDone() {
    progress.startAt(900);
    clock.set(10 * SECOND);
    progress.update(1000, Progress.UNKNOWN, 0.5);

    assertThat(shown.toString().strip()).isEqualTo("docs  50%  1,000  10/s  10 s left");
  }

  @Test
  void theEndSaysHowManyHowLongAndHowFast() {
    clock.set(4 * SECOND);
    progress.finish(1000);

    assertThat(shown.toString().strip()).isEqualTo("docs 1,000 done in 4.0 s, 250/s");
  }

  @Test
  void durationsReadWell() {
    assertThat(Progress.duration(0.43)).isEqualTo("0.4 s");
    assertThat(Progress.duration(59.4)).isEqualTo("59 s");
    assertThat(Progress.duration(125)).isEqualTo("2 min 5 s");
    assertThat(Progress.duration(3_780)).isEqualTo("1 h 3 min");
  }
}
