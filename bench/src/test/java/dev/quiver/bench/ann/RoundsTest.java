package dev.quiver.bench.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quiver.bench.ann.Series.Clock;
import dev.quiver.bench.ann.Series.OperatingPoint;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
  @Test
  void everyRoundBeginsWithAnotherContenderAndHasAll() {
    List<String> names = List.of("a", "b", "c");

    assertThat(Rounds.order(names, 0)).containsExactly("a", "b", "c");
    assertThat(Rounds.order(names, 1)).containsExactly("b", "c", "a");
    assertThat(Rounds.order(names, 2)).containsExactly("c", "a", "b");
    assertThat(Rounds.order(names, 3)).containsExactly("a", "b", "c");
    assertThat(Rounds.order(List.of(), 3)).isEmpty();
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheMiddleOnes() {
    assertThat(Rounds.median(List.of(5.0, 1.0, 3.0))).isEqualTo(3);
    assertThat(Rounds.median(List.of(4.0, 1.0, 3.0, 100.0))).isEqualTo(3.5);
  }

  @Test
  void cpuTimeCountsForAllWhenOneWasDisturbed() {
    Series calm = new Series("calm", List.of(point(100, 1.0, 1.0)));
    Series disturbed = new Series("disturbed", List.of(point(100, 1.2, 1.0)));

    assertThat(Series.clock(List.of(calm), 1)).isEqualTo(Clock.WALL);
    assertThat(Series.clock(List.of(calm, disturbed), 1)).isEqualTo(Clock.CPU);
    assertThat(Series.clock(List.of(calm, disturbed), 2)).isEqualTo(Clock.WALL);
    assertThat(disturbed.points().getFirst().qps(Clock.CPU)).isEqualTo(100);
    assertThat(disturbed.points().getFirst().qps(Clock.WALL)).isCloseTo(83.3, within(0.1));
  }

  @Test
  void aSpeedUpIsThatOfARoundWhateverTheOthersWereLike() {
    OperatingPoint one = new OperatingPoint(10, 0.9, -1);
    OperatingPoint two = new OperatingPoint(10, 0.9, -1);
    double[] alone = {1, 4, 2};
    double[] together = {1 / 1.9, 4 / 1.9, 2};
    for (int round = 0; round < alone.length; round++) {
      one.add(new Pass(100, alone[round], alone[round], -1, -1, new int[0]), 1);
      two.add(new Pass(100, together[round], together[round], -1, -1, new int[0]), 2);
    }

    assertThat(two.speedUp(one)).isCloseTo(1.9, within(1e-9));
  }

  private static OperatingPoint point(int queries, double wallSeconds, double cpuSeconds) {
    OperatingPoint point = new OperatingPoint(10, 0.9, -1);
    point.add(new Pass(queries, wallSeconds, cpuSeconds, -1, -1, new int[0]), 1);
    return point;
  }
}
