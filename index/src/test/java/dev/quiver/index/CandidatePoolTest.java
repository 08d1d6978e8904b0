package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidatePoolTest {
  private static final int POOLS = 5_000;

  private final Random random = new Random(TestVectors.seed());

  /** Few different distances, so that many are equal; some negative; sometimes no room at all. */
  @Test
  void addingManyAtOnceIsAddingOneAfterTheOther() {
    for (int i = 0; i < POOLS; i++) {
      CandidatePool one = new CandidatePool();
      CandidatePool many = new CandidatePool();
      int capacity = random.nextInt(random.nextBoolean() ? 20 : 400);
      one.clear(capacity);
      many.clear(capacity);
      addSame(one, many, 1 + random.nextInt(1000));
    }
  }

  @Test
  void alsoWithinARadiusThatShrinks() {
    for (int i = 0; i < POOLS; i++) {
      CandidatePool one = new CandidatePool();
      CandidatePool many = new CandidatePool();
      int rank = 1 + random.nextInt(12);
      int capacity = rank + random.nextInt(100);
      float factor = 1 + random.nextFloat();
      float margin = random.nextFloat();
      float base = 600;
      one.clear(capacity, rank, base, factor, margin);
      many.clear(capacity, rank, base, factor, margin);
      addSame(one, many, 1 + random.nextInt(1000));
    }
  }

  @Test
  void whatIsNotANumberIsFarthest() {
    CandidatePool pool = new CandidatePool();
    pool.clear(3);
    float[] distances = {
      Float.NaN, Float.POSITIVE_INFINITY, 1, Float.NEGATIVE_INFINITY, -0.0f, Float.NaN
    };
    pool.addAll(distances, new int[] {0, 1, 2, 3, 4, 5}, distances.length);
    assertThat(ordinals(pool)).containsExactly(3, 4, 2);
    pool.clear(5);
    pool.addAll(distances, new int[] {0, 1, 2, 3, 4, 5}, distances.length);
    assertThat(ordinals(pool)).containsExactly(3, 4, 2, 1, 0);
  }

  @Test
  void nodesBecomeOrdinalsEquallyDistantOnesInTheirOrder() {
    for (int size : new int[] {1, 15, 16, 17, 100}) {
      int[] ordinals = new int[size];
      int[] nodes = new int[size];
      for (int node = 0; node < size; node++) {
        ordinals[node] = size - 1 - node;
        nodes[size - 1 - node] = node;
      }
      CandidatePool pool = new CandidatePool();
      pool.clear(size);
      for (int node = 0; node < size; node++) {
        pool.add(Scored.of(node / 3, node));
      }
      pool.toOrdinals(new NodeMap(MemorySegment.ofArray(ordinals), MemorySegment.ofArray(nodes)));

      Integer[] expected = IntStream.range(0, size).boxed().toArray(Integer[]::new);
      Arrays.sort(
          expected,
          Comparator.<Integer>comparingInt(ordinal -> (size - 1 - ordinal) / 3)
              .thenComparing(Comparator.naturalOrder()));
      assertThat(ordinals(pool)).containsExactly(expected);
    }
  }

  private void addSame(CandidatePool one, CandidatePool many, int differentDistances) {
    int node = 0;
    for (int round = 0; round < 8; round++) {
      int count = random.nextInt(random.nextBoolean() ? 6 : 400);
      float[] distances = new float[count + random.nextInt(3)];
      int[] nodes = new int[distances.length];
      for (int i = 0; i < distances.length; i++) {
        distances[i] = random.nextInt(differentDistances) - differentDistances / 2;
        nodes[i] = node++;
      }
      for (int i = 0; i < count; i++) {
        one.add(Scored.of(distances[i], nodes[i]));
      }
      many.addAll(distances, nodes, count);
      assertThat(ordinals(many)).isEqualTo(ordinals(one));
      for (int i = random.nextInt(10); i > 0; i--) {
        assertThat(many.expandNext()).isEqualTo(one.expandNext());
      }
    }
    for (int next = one.expandNext(); next >= 0; next = one.expandNext()) {
      assertThat(many.expandNext()).isEqualTo(next);
    }
    assertThat(many.expandNext()).isEqualTo(-1);
  }

  private static int[] ordinals(CandidatePool pool) {
    int[] ordinals = new int[pool.size()];
    for (int i = 0; i < ordinals.length; i++) {
      ordinals[i] = Scored.ordinal(pool.get(i));
    }
    return ordinals;
  }
}
