package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Both forms of the list kernel give the same, for lists of any length at any place. */
class ListKernelTest {
  private static final int ROUNDS = 5000;

  private final Random random = new Random(TestVectors.seed());
  private final ListKernel simd = new SimdLists();
  private final ListKernel scalar = new ScalarLists();

  @Test
  void theMachineOfTheTestsUsesRegistersOrTellsWhyNot() {
    assertThat(Kernels.lists() instanceof SimdLists)
        .isEqualTo(Kernels.simd() && SimdLists.usable());
  }

  @Test
  void whatIsSeenForTheFirstTimeMovesToTheFrontInItsOrder() {
    for (int round = 0; round < ROUNDS; round++) {
      int nodes = 1 + random.nextInt(300);
      byte[] seen = new byte[1 + random.nextInt(nodes)];
      byte walk = (byte) (1 + random.nextInt(255));
      double share = random.nextDouble();
      for (int i = 0; i < seen.length; i++) {
        seen[i] = random.nextDouble() < share ? walk : (byte) random.nextInt();
      }
      int from = random.nextInt(20);
      int to = from + random.nextInt(nodes);
      int[] ordinals = distinct(nodes, to + random.nextInt(20), from, to);
      byte[] seenToo = seen.clone();
      int[] ordinalsToo = ordinals.clone();
      int end = scalar.unseen(seen, walk, ordinals, from, to);
      int endToo = simd.unseen(seenToo, walk, ordinalsToo, from, to);
      assertThat(endToo).isEqualTo(end);
      assertThat(Arrays.copyOf(ordinalsToo, end)).isEqualTo(Arrays.copyOf(ordinals, end));
      assertThat(Arrays.copyOfRange(ordinalsToo, to, ordinals.length))
          .isEqualTo(Arrays.copyOfRange(ordinals, to, ordinals.length));
      assertThat(seenToo).isEqualTo(seen);
    }
  }

  @Test
  void listsAreCopiedFromAnywhereAndNothingBeyondTheirRoomIsTouched() {
    try (Arena arena = Arena.ofConfined()) {
      for (int round = 0; round < ROUNDS; round++) {
        int room = random.nextInt(80);
        int count = random.nextInt(room + 1);
        long offset = random.nextInt(9);
        // Ends where the room does: a kernel that reads farther fails.
        MemorySegment memory = arena.allocate(offset + 4L * room, 1);
        for (long i = 0; i < memory.byteSize(); i++) {
          memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        int at = random.nextInt(10);
        int[] out = new int[at + count + random.nextInt(100)];
        Arrays.fill(out, -7);
        int[] before = out.clone();
        simd.copy(memory, offset, count, room, out, at);
        for (int i = 0; i < out.length; i++) {
          int place = i - at;
          if (place >= 0 && place < count) {
            assertThat(out[i]).isEqualTo(memory.get(ElementType.INT_LE, offset + 4L * place));
          } else if (place < 0 || place >= room) {
            assertThat(out[i]).isEqualTo(before[i]);
          }
        }
        scalar.copy(memory, offset, count, room, before, at);
        assertThat(Arrays.copyOf(before, at + count)).isEqualTo(Arrays.copyOf(out, at + count));
      }
    }
  }

  /** Random ordinals below {@code nodes}, of which those in {@code [from, to)} are distinct. */
  private int[] distinct(int nodes, int length, int from, int to) {
    int[] ordinals = new int[length];
    for (int i = 0; i < length; i++) {
      ordinals[i] = random.nextInt(nodes);
    }
    int[] shuffled = new int[nodes];
    for (int i = 0; i < nodes; i++) {
      int j = random.nextInt(i + 1);
      shuffled[i] = shuffled[j];
      shuffled[j] = i;
    }
    System.arraycopy(shuffled, 0, ordinals, from, to - from);
    return ordinals;
  }
}
