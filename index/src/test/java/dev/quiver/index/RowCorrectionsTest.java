package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowCorrectionsTest {
  private static final int SIZE = 1000;

  @Test
  void correctionsAreRoundedByLessThanTheCodesErr() {
    Random random = new Random(TestVectors.seed());
    float[] values = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      values[i] = 260_000 + (float) random.nextGaussian() * 5_000;
    }
    try (Arena arena = Arena.ofConfined()) {
      RowCorrections corrections = RowCorrections.of(floats(arena, values), SIZE, 2_500);
      assertThat(corrections.rounded()).isTrue();
      int[] ordinals = random.ints(SIZE, 0, SIZE).toArray();
      float[] out = new float[SIZE];
      corrections.read(ordinals, SIZE, out);
      float span = 0;
      for (float value : values) {
        span = Math.max(span, Math.abs(value - values[0]));
      }
      for (int i = 0; i < SIZE; i++) {
        float exact = values[ordinals[i]];
        // Half a step of 255 over at most twice the span, and float rounding.
        assertThat(out[i]).isCloseTo(exact, within(span / 255 + 0.1f));
        assertThat(corrections.read(ordinals[i])).isEqualTo(out[i]);
        assertThat(corrections.exact(ordinals[i])).isEqualTo(exact);
      }
    }
  }

  @Test
  void oneThatIsFarAwayMakesStepsTooCoarseSoAllAreReadAsStored() {
    float[] values = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      values[i] = i;
    }
    values[77] = 1e9f;
    try (Arena arena = Arena.ofConfined()) {
      RowCorrections corrections = RowCorrections.of(floats(arena, values), SIZE, 50);
      assertThat(corrections.rounded()).isFalse();
      float[] out = new float[3];
      corrections.read(new int[] {5, 77, 999}, 3, out);
      assertThat(out).containsExactly(5, 1e9f, 999);
      assertThat(corrections.read(5)).isEqualTo(5);
    }
  }

  @Test
  void equalOnesHaveStepsOfNothing() {
    float[] values = {3.5f, 3.5f};
    try (Arena arena = Arena.ofConfined()) {
      RowCorrections corrections = RowCorrections.of(floats(arena, values), 2, 0);
      assertThat(corrections.read(1)).isEqualTo(3.5f);
    }
  }

  @Test
  void whatIsNoNumberIsReadAsStored() {
    float[] values = {1, Float.NaN, Float.POSITIVE_INFINITY, -2};
    try (Arena arena = Arena.ofConfined()) {
      RowCorrections corrections = RowCorrections.of(floats(arena, values), 4, 1e30);
      assertThat(corrections.rounded()).isFalse();
      assertThat(corrections.read(1)).isNaN();
      assertThat(corrections.read(3)).isEqualTo(-2);
    }
  }

  @Test
  void noRowsHaveNone() {
    try (Arena arena = Arena.ofConfined()) {
      assertThat(RowCorrections.of(floats(arena, new float[0]), 0, 1).rounded()).isFalse();
    }
  }

  private static MemorySegment floats(Arena arena, float[] values) {
    MemorySegment floats = arena.allocate(Math.max(1, 4L * values.length));
    for (int i = 0; i < values.length; i++) {
      floats.set(ElementType.FLOAT_LE, 4L * i, values[i]);
    }
    return floats;
  }
}
