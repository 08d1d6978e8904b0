package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HnswGraphFormatTest {
  @Test
  void aWrittenGraphOpensWithTheSameNodesAndNeighbours() throws IOException {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, 3000, 8, ElementType.FLOAT32);
        HnswGraph graph = HnswBuilder.over(store.scoring(Distance.EUCLIDEAN)).build();
        Arena arena = Arena.ofConfined()) {
      byte[] written = bytesOf(graph);
      MemorySegment segment = arena.allocate(written.length + 1).asSlice(1);
      MemorySegment.copy(
          written, 0, segment, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, written.length);
      assertThat((long) written.length).isEqualTo(HnswGraphFormat.sizeBytes(graph));
      HnswGraphFormat.verify(segment, "test");
      assertSame(HnswGraphFormat.open(segment, "test"), graph);
    }
  }

  static byte[] bytesOf(HnswGraph graph) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    HnswGraphFormat.write(graph, out);
    return out.toByteArray();
  }

  static void assertSame(HnswGraph actual, HnswGraph expected) {
    assertThat(actual.size()).isEqualTo(expected.size());
    assertThat(actual.entryPoint()).isEqualTo(expected.entryPoint());
    assertThat(actual.maxLevel()).isEqualTo(expected.maxLevel());
    int[] list = new int[expected.neighbourCountMax(0)];
    int[] other = new int[expected.neighbourCountMax(0)];
    for (int node = 0; node < expected.size(); node++) {
      assertThat(actual.levelOf(node)).isEqualTo(expected.levelOf(node));
      for (int level = 0; level <= expected.levelOf(node); level++) {
        int count = expected.neighbours(level, node, list);
        assertThat(actual.neighbours(level, node, other)).isEqualTo(count);
        for (int i = 0; i < count; i++) {
          assertThat(other[i]).isEqualTo(list[i]);
        }
      }
    }
  }
}
