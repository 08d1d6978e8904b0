package dev.quiver.bench.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quiver.bench.ann.Curve.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class CurveTest {
  private static final Curve CURVE =
      Curve.of(List.of(new Point(0.9, 1000), new Point(0.8, 4000), new Point(0.98, 100)));

  @Test
  void theLogarithmOfTheSpeedIsLinearBetweenTwoPoints() {
    assertThat(CURVE.qpsAt(0.85).orElseThrow()).isCloseTo(2000, within(1e-6));
    assertThat(CURVE.qpsAt(0.94).orElseThrow()).isCloseTo(Math.sqrt(100_000), within(1e-6));
  }

  @Test
  void aMeasuredRecallHasItsOwnSpeed() {
    assertThat(CURVE.qpsAt(0.9).orElseThrow()).isEqualTo(1000);
    assertThat(CURVE.qpsAt(0.8).orElseThrow()).isEqualTo(4000);
  }

  @Test
  void outsideOfWhatWasMeasuredThereIsNoSpeed() {
    assertThat(CURVE.qpsAt(0.79)).isEmpty();
    assertThat(CURVE.qpsAt(0.981)).isEmpty();
    assertThat(Curve.of(List.of()).qpsAt(0.9)).isEmpty();
  }

  @Test
  void aRecallBelowTheFirstPointHasThatPointAsLowerBound() {
    assertThat(CURVE.lowerBoundAt(0.7).orElseThrow()).isEqualTo(4000);
    assertThat(CURVE.lowerBoundAt(0.85)).isEmpty();
  }

  @Test
  void aPointThatAnotherOneBeatsAtBothIsLeftOut() {
    Curve curve =
        Curve.of(List.of(new Point(0.8, 4000), new Point(0.85, 500), new Point(0.9, 1000)));

    assertThat(curve.points()).containsExactly(new Point(0.8, 4000), new Point(0.9, 1000));
  }
}
