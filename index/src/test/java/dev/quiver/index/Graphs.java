package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;

/** What must hold for every graph. */
final class Graphs {
  private Graphs() {}

  static void assertValid(HnswGraph graph) {
    int top = -1;
    for (int node = 0; node < graph.size(); node++) {
      int nodeLevel = graph.levelOf(node);
      top = Math.max(top, nodeLevel);
      for (int level = 0; level <= nodeLevel; level++) {
        assertValidList(graph, node, level);
      }
    }
    assertThat(graph.maxLevel()).isEqualTo(top);
    if (graph.size() > 0) {
      assertThat(graph.levelOf(graph.entryPoint())).isEqualTo(top);
    }
  }

  private static void assertValidList(HnswGraph graph, int node, int level) {
    int max = graph.neighbourCountMax(level);
    int[] list = new int[max];
    int count = graph.neighbours(level, node, list);
    assertThat(count).isBetween(0, max);
    Set<Integer> distinct = new HashSet<>();
    for (int i = 0; i < count; i++) {
      assertThat(list[i]).isBetween(0, graph.size() - 1).isNotEqualTo(node);
      assertThat(graph.levelOf(list[i])).isGreaterThanOrEqualTo(level);
      assertThat(distinct.add(list[i])).as("neighbour twice").isTrue();
    }
  }
}
