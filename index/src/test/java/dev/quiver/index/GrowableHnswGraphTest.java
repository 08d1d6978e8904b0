package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GrowableHnswGraphTest {
  @Test
  void vectorsInsertedOneByOneAreFoundAtOnce() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, 8)) {
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      try (GrowableHnswGraph growing = GrowableHnswGraph.create(scoring, HnswParams.DEFAULT)) {
        SearchScratch scratch = new SearchScratch();
        for (int i = 0; i < 1000; i++) {
          float[] vector = TestVectors.gaussian(random, 8);
          growing.insert(store.append(vector));
          SearchResult result =
              HnswSearcher.search(
                  growing.graph(), scoring, vector, SearchRequest.of(1), null, scratch);
          assertThat(result.ordinal(0)).isEqualTo(i);
        }
        assertThatThrownBy(() -> growing.insert(1000))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @Test
  void searchesWhileOthersInsertReturnOnlyVectorsThatAreThere() throws Exception {
    Random random = new Random(TestVectors.seed());
    int size = 4000;
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, size, 8, ElementType.FLOAT32)) {
      VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
      try (GrowableHnswGraph growing = GrowableHnswGraph.create(scoring, HnswParams.DEFAULT);
          ExecutorService pool = Executors.newFixedThreadPool(4)) {
        AtomicInteger next = new AtomicInteger();
        AtomicBoolean done = new AtomicBoolean();
        List<Future<?>> inserters = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
          inserters.add(
              pool.submit(
                  () -> {
                    for (int i = next.getAndIncrement(); i < size; i = next.getAndIncrement()) {
                      growing.insert(i);
                    }
                  }));
        }
        Future<Integer> searches = pool.submit(() -> searchUntil(done, growing.graph(), scoring));
        for (Future<?> inserter : inserters) {
          inserter.get(60, TimeUnit.SECONDS);
        }
        done.set(true);
        assertThat(searches.get(60, TimeUnit.SECONDS)).isPositive();
        Graphs.assertValid(growing.graph());
        assertThat(growing.graph().size()).isEqualTo(size);
      }
    }
  }

  private static int searchUntil(AtomicBoolean done, HnswGraph graph, VectorScoring scoring) {
    SearchScratch scratch = new SearchScratch();
    Random random = new Random(5);
    int count = 0;
    do {
      float[] query = TestVectors.gaussian(random, 8);
      SearchResult result =
          HnswSearcher.search(graph, scoring, query, SearchRequest.of(10), null, scratch);
      for (int i = 1; i < result.size(); i++) {
        assertThat(result.distance(i)).isGreaterThanOrEqualTo(result.distance(i - 1));
      }
      for (int ordinal : result.ordinals()) {
        assertThat(ordinal).isBetween(0, scoring.size() - 1);
      }
      count++;
    } while (!done.get());
    return count;
  }
}
