package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VisitedSetTest {
  private final Random random = new Random(TestVectors.seed());

  /** 600 walks, so that the number of the walk comes round twice. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsSeenForTheFirstTimeMovesToTheFrontInItsOrder(boolean distinct) {
    VisitedSet visited = new VisitedSet();
    int nodes = 400;
    for (int walk = 0; walk < 600; walk++) {
      visited.clear(nodes);
      Set<Integer> seen = new HashSet<>();
      for (int round = 0; round < 6; round++) {
        int from = random.nextInt(20);
        int count = random.nextInt(200);
        int[] ordinals = random.ints(from + count + random.nextInt(20), 0, nodes).toArray();
        if (distinct) {
          int[] list = random.ints(0, nodes).distinct().limit(count).toArray();
          System.arraycopy(list, 0, ordinals, from, count);
        }
        int[] before = ordinals.clone();
        int end = visited.addAll(ordinals, from, from + count, !distinct);
        int[] expected = Arrays.stream(before, from, from + count).filter(seen::add).toArray();
        assertThat(Arrays.copyOfRange(ordinals, from, end)).isEqualTo(expected);
        assertThat(Arrays.copyOf(ordinals, from)).isEqualTo(Arrays.copyOf(before, from));
        int behind = from + count;
        assertThat(Arrays.copyOfRange(ordinals, behind, ordinals.length))
            .isEqualTo(Arrays.copyOfRange(before, behind, before.length));
        for (int ordinal = 0; ordinal < nodes; ordinal++) {
          assertThat(visited.contains(ordinal)).isEqualTo(seen.contains(ordinal));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsBeyondTheRoomIsLeftOut(boolean distinct) {
    VisitedSet visited = new VisitedSet();
    visited.clear(10);
    int room = (int) visited.bytes();
    int[] ordinals = {room, 3, Integer.MAX_VALUE, room - 1, 0, room + 7};
    int end = visited.addAll(ordinals, 0, ordinals.length, !distinct);
    assertThat(end).isEqualTo(3);
    assertThat(ordinals).startsWith(3, room - 1, 0);
    assertThat(visited.addAll(new int[] {0, room, 3}, 0, 3, !distinct)).isZero();
  }
}
