package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file holds nodes and codes in an order of their own; nobody who searches it can tell. */
class NodeOrderTest {
  private static final int SIZE = 6000;
  private static final int DIMENSION = 16;
  private static final int QUERIES = 40;
  private static final int K = 10;

  @TempDir private static Path directory;

  private static Random random;
  private static GrowableVectorStore store;
  private static HnswGraph graph;

  @BeforeAll
  static void build() {
    random = new Random(TestVectors.seed());
    store = TestVectors.clusteredStore(random, SIZE, DIMENSION, 40);
    graph = HnswBuilder.over(store.scoring(Distance.EUCLIDEAN)).threads(2).build();
  }

  @AfterAll
  static void free() {
    graph.close();
    store.close();
  }

  @Test
  void everyNodeHasOnePlaceAndNeighboursStandTogether() {
    NodeOrder order = NodeOrder.of(graph, BuildListener.NONE);
    assertThat(order.size()).isEqualTo(SIZE);
    int[] places = new int[SIZE];
    for (int node = 0; node < SIZE; node++) {
      places[node] = order.ordinal(node);
      assertThat(order.node(order.ordinal(node))).isEqualTo(node);
    }
    assertThat(places[0]).isEqualTo(graph.entryPoint());
    Arrays.sort(places);
    for (int i = 0; i < SIZE; i++) {
      assertThat(places[i]).isEqualTo(i);
    }
    int together = 0;
    int before = 0;
    int links = 0;
    int[] list = new int[graph.neighbourCountMax(0)];
    for (int ordinal = 0; ordinal < SIZE; ordinal++) {
      int count = graph.neighbours(0, ordinal, list);
      for (int i = 0; i < count; i++) {
        together += Math.abs(order.node(ordinal) - order.node(list[i])) < 64 ? 1 : 0;
        before += Math.abs(ordinal - list[i]) < 64 ? 1 : 0;
      }
      links += count;
    }
    // Vectors come in no order, so that 2 % of the links would lead so near by chance.
    assertThat(before / (double) links).isLessThan(0.05);
    assertThat(together / (double) links).isGreaterThan(0.3);
  }

  @Test
  void theSameGraphGetsTheSameOrder() {
    NodeOrder first = NodeOrder.of(graph, BuildListener.NONE);
    NodeOrder second = NodeOrder.of(graph, BuildListener.NONE);
    for (int node = 0; node < SIZE; node++) {
      assertThat(second.ordinal(node)).isEqualTo(first.ordinal(node));
    }
  }

  @Test
  void nodesThatNothingLinksToHaveAPlaceToo() {
    try (HnswGraph alone = HnswGraph.growable(4)) {
      alone.ensureSize(5);
      alone.setEntry(0, 3);
      NodeOrder order = NodeOrder.of(alone, BuildListener.NONE);
      assertThat(order.ordinal(0)).isEqualTo(3);
      for (int ordinal = 0; ordinal < 5; ordinal++) {
        assertThat(order.ordinal(order.node(ordinal))).isEqualTo(ordinal);
      }
    }
  }

  @Test
  void orderingCanBeCancelled() {
    BuildListener cancelling =
        new BuildListener() {
          @Override
          public void onProgress(int inserted, int total) {}

          @Override
          public boolean cancelled() {
            return true;
          }
        };
    assertThatThrownBy(() -> NodeOrder.of(graph, cancelling))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void anOrderedGraphHasTheSameNodesAndNeighboursByOrdinal() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      byte[] written = ordered(NodeOrder.of(graph, BuildListener.NONE));
      HnswGraph opened = open(written, arena);
      assertThat(opened.map()).isNotNull();
      HnswGraphFormatTest.assertSame(opened, graph);
      assertThat(HnswGraphFormat.sizeBytes(opened)).isEqualTo(written.length);
      assertThat(HnswGraphFormatTest.bytesOf(opened)).isEqualTo(written);
    }
  }

  @Test
  void anOrderOfAnotherGraphIsRefused() throws IOException {
    NodeOrder order = NodeOrder.of(graph, BuildListener.NONE);
    try (HnswGraph other = HnswGraph.growable(4);
        Arena arena = Arena.ofShared()) {
      other.ensureSize(1);
      other.setEntry(0, 0);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThatThrownBy(() -> HnswGraphFormat.write(other, order, Channels.newChannel(out)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("order of 6000 nodes for 1 ");
      HnswGraph opened = open(ordered(order), arena);
      assertThatThrownBy(() -> HnswGraphFormat.write(opened, order, Channels.newChannel(out)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("that have one");
      assertThat(out.size()).isZero();
    }
  }

  /** One thread, so that the same walks give the same bytes. */
  @Test
  void aBuildContinuesAnOrderedGraphAsItDoesTheSameUnordered() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      HnswGraph opened = open(ordered(NodeOrder.of(graph, BuildListener.NONE)), arena);
      int[] mapping = new int[SIZE];
      GrowableVectorStore merged = GrowableVectorStore.create(ElementType.FLOAT32, DIMENSION);
      try (merged) {
        float[] row = new float[DIMENSION];
        for (int i = 0; i < SIZE; i++) {
          store.read(i, row);
          mapping[i] = i % 5 == 0 ? -1 : merged.append(row);
        }
        for (int i = 0; i < 200; i++) {
          merged.append(TestVectors.between(store, random));
        }
        VectorScoring scoring = merged.scoring(Distance.EUCLIDEAN);
        try (HnswGraph fromOrdered =
                HnswBuilder.over(scoring).extending(opened, mapping).threads(1).build();
            HnswGraph fromOrdinals =
                HnswBuilder.over(scoring).extending(graph, mapping).threads(1).build()) {
          HnswGraphFormatTest.assertSame(fromOrdered, fromOrdinals);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CodesOption.class,
      names = {"INT4", "INT8", "BIT1"})
  void anOpenedIndexFindsWhatTheBuiltOneFinds(CodesOption option) throws IOException {
    for (Distance distance : new Distance[] {Distance.COSINE, Distance.EUCLIDEAN}) {
      Path file = directory.resolve(option + "-" + distance + ".quiver");
      try (VectorIndex built = index(option, distance)) {
        built.save(file);
        try (VectorIndex opened = VectorIndex.open(file);
            VectorIndex onDisk = VectorIndex.open(file, false, VectorPlacement.ON_DISK)) {
          assertThat(opened.graph().map()).isNotNull();
          for (SearchRequest request :
              new SearchRequest[] {
                new SearchRequest(K, 40, Long.MAX_VALUE),
                new SearchRequest(K, 40, Long.MAX_VALUE, SearchRequest.RERANK_NONE),
                new SearchRequest(K, 40, Long.MAX_VALUE, 25),
                new SearchRequest(K, 40, 300),
                new SearchRequest(1, SIZE, Long.MAX_VALUE)
              }) {
            assertSame(built, opened, request, null);
            assertSame(built, onDisk, request, null);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0.9", "0.5", "0.2", "0.03", "0.002"})
  void filtersSpeakOfOrdinals(double share) throws IOException {
    Path file = directory.resolve("filtered-" + share + ".quiver");
    try (VectorIndex built = index(CodesOption.INT4, Distance.EUCLIDEAN)) {
      built.save(file);
      try (VectorIndex opened = VectorIndex.open(file)) {
        OrdinalBitSet filter = new OrdinalBitSet(SIZE);
        for (int i = 0; i < SIZE; i++) {
          if (random.nextDouble() < share) {
            filter.add(i);
          }
        }
        double recall = 0;
        for (int i = 0; i < QUERIES; i++) {
          float[] query = TestVectors.between(store, random, 0.1f);
          SearchResult found =
              opened.search(query, new SearchRequest(K, 64, Long.MAX_VALUE), filter);
          assertExact(opened, query, found);
          for (int j = 0; j < found.size(); j++) {
            assertThat(filter.accepts(found.ordinal(j))).isTrue();
          }
          recall += TestVectors.recall(found, opened.searchExactly(query, K, filter));
        }
        assertThat(recall / QUERIES).isGreaterThan(0.95);
      }
    }
  }

  /** Nodes that are equally far come in another order, so that a few walks differ by a step. */
  @Test
  void anOrderedGraphIsWalkedByVectorsToo() throws IOException {
    VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
    SearchScratch scratch = new SearchScratch();
    SearchRequest request = new SearchRequest(K, 50, Long.MAX_VALUE);
    int sameWalks = 0;
    try (Arena arena = Arena.ofShared()) {
      HnswGraph opened = open(ordered(NodeOrder.of(graph, BuildListener.NONE)), arena);
      for (int i = 0; i < QUERIES; i++) {
        float[] query = TestVectors.between(store, random);
        SearchResult expected = HnswSearcher.search(graph, scoring, query, request, null, scratch);
        SearchResult found = HnswSearcher.search(opened, scoring, query, request, null, scratch);
        assertRanked(found, scoring.queryScorer(query));
        boolean same = Arrays.equals(found.ordinals(), expected.ordinals());
        sameWalks += same && found.stats().equals(expected.stats()) ? 1 : 0;
      }
    }
    assertThat(sameWalks).isGreaterThanOrEqualTo(QUERIES / 2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.8, 0.4, 0.05})
  void anOrderedGraphIsWalkedByVectorsUnderFilters(double share) throws IOException {
    VectorScoring scoring = store.scoring(Distance.EUCLIDEAN);
    SearchScratch scratch = new SearchScratch();
    SearchRequest request = new SearchRequest(K, 50, Long.MAX_VALUE);
    OrdinalBitSet filter = new OrdinalBitSet(SIZE);
    for (int i = 0; i < SIZE; i++) {
      if (random.nextDouble() < share) {
        filter.add(i);
      }
    }
    double recall = 0;
    try (Arena arena = Arena.ofShared()) {
      HnswGraph opened = open(ordered(NodeOrder.of(graph, BuildListener.NONE)), arena);
      for (int i = 0; i < QUERIES; i++) {
        float[] query = TestVectors.between(store, random, 0.1f);
        SearchResult found = HnswSearcher.search(opened, scoring, query, request, filter, scratch);
        assertRanked(found, scoring.queryScorer(query));
        for (int j = 0; j < found.size(); j++) {
          assertThat(filter.accepts(found.ordinal(j))).isTrue();
        }
        recall += TestVectors.recall(found, ExactSearch.search(scoring, query, K, filter, scratch));
      }
    }
    assertThat(recall / QUERIES).isGreaterThan(0.95);
  }

  /** Nodes that are equally far come in another order, so that a few walks differ by one step. */
  private static void assertSame(
      VectorIndex built, VectorIndex opened, SearchRequest request, OrdinalFilter filter) {
    int same = 0;
    for (int i = 0; i < QUERIES; i++) {
      float[] query = TestVectors.between(store, random, 0.2f);
      SearchResult expected = built.search(query, request, filter);
      SearchResult found = opened.search(query, request, filter);
      assertThat(found.size()).isEqualTo(expected.size());
      if (request.rerank() != SearchRequest.RERANK_NONE) {
        assertExact(opened, query, found);
      }
      same += Arrays.equals(found.ordinals(), expected.ordinals()) ? 1 : 0;
    }
    assertThat(same).as("%s", request).isGreaterThanOrEqualTo(QUERIES / 2);
  }

  private static void assertRanked(SearchResult found, QueryScorer exact) {
    for (int i = 0; i < found.size(); i++) {
      float expected = exact.distance(found.ordinal(i));
      assertThat(found.distance(i)).isCloseTo(expected, within(1e-4f * (1 + expected)));
    }
  }

  /** Each distance is that of the very vector whose ordinal stands beside it. */
  private static void assertExact(VectorIndex index, float[] query, SearchResult found) {
    SearchResult all = index.searchExactly(query, SIZE, null);
    float[] distances = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      distances[all.ordinal(i)] = all.distance(i);
    }
    for (int i = 0; i < found.size(); i++) {
      float expected = distances[found.ordinal(i)];
      assertThat(found.distance(i)).isCloseTo(expected, within(1e-4f * (1 + Math.abs(expected))));
    }
  }

  private static VectorIndex index(CodesOption option, Distance distance) {
    try (VectorIndex.Builder builder = VectorIndex.builder(DIMENSION, distance)) {
      builder.codes(option);
      float[] row = new float[DIMENSION];
      for (int i = 0; i < SIZE; i++) {
        store.read(i, row);
        builder.add(row);
      }
      return builder.build();
    }
  }

  private static byte[] ordered(NodeOrder order) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    HnswGraphFormat.write(graph, order, Channels.newChannel(out));
    return out.toByteArray();
  }

  private static HnswGraph open(byte[] written, Arena arena) throws IOException {
    MemorySegment bytes = arena.allocate(written.length, 64);
    MemorySegment.copy(MemorySegment.ofArray(written), 0, bytes, 0, written.length);
    HnswGraphFormat.verify(bytes, "test");
    return HnswGraphFormat.open(bytes, "test");
  }
}
