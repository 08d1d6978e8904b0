package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilteredSearchTest {
  private static final int SIZE = 12_000;
  private static final int DIMENSION = 12;
  private static final int QUERIES = 40;

  private static Random random;
  private static GrowableVectorStore store;
  private static VectorScoring scoring;
  private static HnswGraph graph;

  private final SearchScratch scratch = new SearchScratch();

  @BeforeAll
  static void build() {
    random = new Random(TestVectors.seed());
    store = TestVectors.gaussianStore(random, SIZE, DIMENSION, ElementType.FLOAT32);
    scoring = store.scoring(Distance.EUCLIDEAN);
    graph = HnswBuilder.over(scoring).threads(2).build();
  }

  @AfterAll
  static void free() {
    graph.close();
    store.close();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.95, 0.7, 0.5, 0.3, 0.1, 0.01, 0.001})
  void recallStaysUnderFiltersOfAnySelectivity(double share) {
    OrdinalBitSet filter = randomSet(share);
    assertThat(meanRecall(filter, SearchRequest.of(10).withEfSearch(64))).isGreaterThan(0.95);
  }

  @Test
  void aWalkOverRejectedNodesFindsMostAlsoWithLittleEffort() {
    OrdinalBitSet filter = randomSet(0.2);
    SearchRequest request = SearchRequest.of(10).withEfSearch(40);
    int over = 0;
    double sum = 0;
    for (int i = 0; i < QUERIES; i++) {
      float[] query = TestVectors.between(store, random);
      SearchResult found = search(query, filter, request);
      // What is accepted near the query differs from query to query.
      if (found.stats().strategy() == SearchStrategy.FILTERED_WALK) {
        over++;
        sum += TestVectors.recall(found, ExactSearch.search(scoring, query, 10, filter, scratch));
      }
    }
    assertThat(over).isGreaterThan(QUERIES / 4);
    assertThat(sum / over).isGreaterThan(0.9);
  }

  @Test
  void aFilterFarFromTheQueryStillGivesTheClosestAccepted() {
    // Accepted is the part of the space that lies far from where the queries are.
    OrdinalBitSet far = new OrdinalBitSet(SIZE);
    float[] row = new float[DIMENSION];
    for (int i = 0; i < SIZE; i++) {
      store.read(i, row);
      if (row[0] > 0.3f) {
        far.add(i);
      }
    }
    double sum = 0;
    for (int i = 0; i < QUERIES; i++) {
      float[] query = TestVectors.gaussian(random, DIMENSION);
      query[0] = -2;
      SearchResult found = search(query, far, SearchRequest.of(10).withEfSearch(40));
      assertThat(found.size()).isEqualTo(10);
      sum += TestVectors.recall(found, ExactSearch.search(scoring, query, 10, far, scratch));
    }
    assertThat(sum / QUERIES).isGreaterThan(0.95);
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, near",
    "0.5, far",
    "0.1, near",
    "0.1, far",
    "0.01, near",
    "0.01, far",
    "0.001, far"
  })
  void recallStaysByCodesWhereverTheAcceptedLie(double share, String where) {
    try (CodedVectors codes =
        CodedVectors.encode(
            store, CodesOption.INT4.train(store, Distance.EUCLIDEAN), Long.MAX_VALUE)) {
      double sum = 0;
      for (int i = 0; i < QUERIES; i++) {
        float[] query = TestVectors.between(store, random);
        int[] byDistance = ExactSearch.search(scoring, query, SIZE, null, scratch).ordinals();
        int accepted = (int) (SIZE * share);
        int from = where.equals("near") ? 0 : SIZE - accepted;
        OrdinalBitSet filter = new OrdinalBitSet(SIZE);
        for (int j = from; j < from + accepted; j++) {
          filter.add(byDistance[j]);
        }
        SearchResult found =
            HnswSearcher.search(
                graph, codes, scoring, query, SearchRequest.of(10), filter, scratch);
        sum += TestVectors.recall(found, ExactSearch.search(scoring, query, 10, filter, scratch));
      }
      assertThat(sum / QUERIES).isGreaterThan(0.95);
    }
  }

  @Test
  void whereFewerAreAcceptedThanItSeemedAWalkOverRejectedNodesFollows() {
    int queries = 20;
    int followed = 0;
    double sum = 0;
    for (int i = 0; i < queries; i++) {
      float[] query = TestVectors.between(store, random);
      int[] byDistance = ExactSearch.search(scoring, query, SIZE, null, scratch).ordinals();
      OrdinalBitSet filter = new OrdinalBitSet(SIZE);
      for (int rank = 0; rank < SIZE; rank++) {
        // Hardly any where the walk goes, many around it, where the filter is asked before.
        double share = rank < 60 ? 0.1 : rank < 400 ? 0.7 : 0.35;
        if (random.nextDouble() < share) {
          filter.add(byDistance[rank]);
        }
      }
      SearchResult found = search(query, filter, SearchRequest.of(10).withEfSearch(12));
      assertThat(found.size()).isEqualTo(10);
      followed += found.stats().strategy() == SearchStrategy.FILTERED_WALK ? 1 : 0;
      sum += TestVectors.recall(found, ExactSearch.search(scoring, query, 10, filter, scratch));
    }
    assertThat(followed).isGreaterThan(queries / 4);
    assertThat(sum / queries).isGreaterThan(0.75);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 10, 11, 500, 2500, 11_999, 12_000})
  void kResultsComeBackWheneverKMatch(int accepted) {
    OrdinalBitSet filter = randomSetOf(accepted);
    for (int k : new int[] {1, 10, 100, SIZE + 5}) {
      SearchResult found = search(TestVectors.between(store, random), filter, SearchRequest.of(k));
      assertThat(found.size()).isEqualTo(Math.min(k, accepted));
      for (int i = 0; i < found.size(); i++) {
        assertThat(filter.accepts(found.ordinal(i))).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {OrdinalFilter.UNKNOWN, 5, 3000, 11_000})
  void aWrongOrUnknownCardinalityCostsSpeedNotResults(int claimed) {
    for (int accepted : new int[] {0, 4, 900, 6000}) {
      OrdinalBitSet bits = randomSetOf(accepted);
      OrdinalFilter filter =
          new OrdinalFilter() {
            @Override
            public boolean accepts(int ordinal) {
              return bits.accepts(ordinal);
            }

            @Override
            public int cardinality() {
              return claimed;
            }
          };
      float[] query = TestVectors.between(store, random);
      SearchResult found = search(query, filter, SearchRequest.of(10));
      assertThat(found.size()).isEqualTo(Math.min(10, accepted));
    }
  }

  @Test
  void theStrategyFollowsTheMeasuredSelectivity() {
    float[] query = TestVectors.between(store, random);
    assertThat(search(query, null, SearchRequest.of(10)).stats().strategy())
        .isEqualTo(SearchStrategy.WALK);
    assertThat(search(query, randomSet(0.9), SearchRequest.of(10)).stats().strategy())
        .isEqualTo(SearchStrategy.WALK);
    SearchStats few = search(query, randomSetOf(50), SearchRequest.of(10)).stats();
    assertThat(few.strategy()).isEqualTo(SearchStrategy.EXACT);
    assertThat(few.distances()).isEqualTo(50);
    assertThat(few.acceptedEstimate()).isEqualTo(50);
  }

  @Test
  void theVisitLimitEndsASearchAndIsReported() {
    float[] query = TestVectors.between(store, random);
    for (OrdinalFilter filter : new OrdinalFilter[] {null, randomSet(0.9), randomSet(0.2)}) {
      SearchResult cut =
          search(query, filter, SearchRequest.of(10).withEfSearch(40).withVisitLimit(120));
      assertThat(cut.stats().limitReached()).isTrue();
      assertThat(cut.stats().distances()).isLessThanOrEqualTo(120);
      SearchResult whole =
          search(query, filter, SearchRequest.of(10).withEfSearch(40).withVisitLimit(SIZE));
      assertThat(whole.stats().limitReached()).isFalse();
      assertThat(whole.size()).isEqualTo(10);
    }
  }

  private SearchResult search(float[] query, OrdinalFilter filter, SearchRequest request) {
    return HnswSearcher.search(graph, scoring, query, request, filter, scratch);
  }

  private double meanRecall(OrdinalFilter filter, SearchRequest request) {
    double sum = 0;
    for (int i = 0; i < QUERIES; i++) {
      float[] query = TestVectors.between(store, random);
      SearchResult exact = ExactSearch.search(scoring, query, 10, filter, scratch);
      sum += TestVectors.recall(search(query, filter, request), exact);
    }
    return sum / QUERIES;
  }

  private static OrdinalBitSet randomSet(double share) {
    OrdinalBitSet set = new OrdinalBitSet(SIZE);
    for (int i = 0; i < SIZE; i++) {
      if (random.nextDouble() < share) {
        set.add(i);
      }
    }
    return set;
  }

  private static OrdinalBitSet randomSetOf(int count) {
    OrdinalBitSet set = new OrdinalBitSet(SIZE);
    while (set.cardinality() < count) {
      set.add(random.nextInt(SIZE));
    }
    return set;
  }
}
