package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NeighbourSelectionTest {
  private static final int ROWS = 500;

  private final Random random = new Random(TestVectors.seed());

  /** Whole numbers as components, so that a distance is the same from both ends. */
  @ParameterizedTest
  @CsvSource({"200, 16", "33, 32", "32, 16", "1, 4", "0, 8", "400, 1", "70, 3"})
  void itIsAlgorithm4(int candidateCount, int max) {
    for (int dimension : new int[] {2, 7, 24}) {
      try (GrowableVectorStore store = wholeNumbers(dimension)) {
        VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
        NeighbourSelection selection = new NeighbourSelection(scoring.ordinalScorer());
        for (int i = 0; i < 50; i++) {
          int[] rows = random.ints(0, ROWS).distinct().limit(1 + candidateCount + 5).toArray();
          long[] candidates = sorted(scoring, rows[0], rows, 1, candidateCount);
          int taken = Math.min(max, random.nextInt(3));
          int[] selected = new int[max];
          for (int t = 0; t < taken; t++) {
            selected[t] = rows[1 + candidateCount + t];
          }
          List<Integer> expected = algorithm4(scoring, candidates, max, selected, taken);
          int count = selection.extend(candidates, candidateCount, max, selected, taken);
          assertThat(Arrays.stream(selected, 0, count).boxed().toList()).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void nodesOfTheSameVectorStillGetEdges() {
    try (GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, 3)) {
      for (int i = 0; i < 100; i++) {
        store.append(new float[] {1, 2, 3});
      }
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      int[] rows = new int[100];
      Arrays.setAll(rows, i -> i);
      int[] selected = new int[16];
      int count =
          new NeighbourSelection(scoring.ordinalScorer())
              .select(sorted(scoring, 0, rows, 1, 99), 99, 16, selected);
      assertThat(Arrays.copyOf(selected, count))
          .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    }
  }

  private GrowableVectorStore wholeNumbers(int dimension) {
    GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, dimension);
    for (int i = 0; i < ROWS; i++) {
      float[] vector = new float[dimension];
      for (int j = 0; j < dimension; j++) {
        vector[j] = random.nextInt(50);
      }
      store.append(vector);
    }
    return store;
  }

  private static long[] sorted(VectorScoring scoring, int node, int[] rows, int from, int count) {
    OrdinalScorer scorer = scoring.ordinalScorer();
    scorer.select(node);
    long[] candidates = new long[count];
    for (int i = 0; i < count; i++) {
      candidates[i] = Scored.of(scorer.distance(rows[from + i]), rows[from + i]);
    }
    Arrays.sort(candidates);
    return candidates;
  }

  /** One candidate after the other, each compared with all that were taken before it. */
  private static List<Integer> algorithm4(
      VectorScoring scoring, long[] candidates, int max, int[] selected, int taken) {
    List<Integer> result = new ArrayList<>();
    for (int i = 0; i < taken; i++) {
      result.add(selected[i]);
    }
    OrdinalScorer scorer = scoring.ordinalScorer();
    for (long candidate : candidates) {
      if (result.size() == max) {
        break;
      }
      scorer.select(Scored.ordinal(candidate));
      float toNode = Scored.distance(candidate);
      if (result.stream().noneMatch(other -> scorer.distance(other) < toNode)) {
        result.add(Scored.ordinal(candidate));
      }
    }
    return result;
  }
}
