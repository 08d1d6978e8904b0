package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CodesTest {
  private static final int ROWS = 9;

  /** Rounding errors that are even between half a unit below and above have this variance. */
  private static final double EVEN_VARIANCE = 1 / 12.0;

  /** What rows and queries hold. */
  private enum Content {
    RANDOM,
    /** Largest and smallest codes and factors by turns. */
    ENDS,
    /**
     * The largest products only, all of one sign: sums that are kept in 16 bits too long differ.
     */
    LARGEST,
    SMALLEST;

    short word(CodeType type, int w, Random random) {
      int largest = type == CodeType.INT8 ? 0x8080 : 0xffff;
      return (short)
          switch (this) {
            case RANDOM -> random.nextInt();
            case ENDS -> w % 2 == 0 ? 0xffff : 0x8080;
            case LARGEST, SMALLEST -> largest;
          };
    }

    short factor(int i, Random random) {
      int most = CodeType.QUERY_MAX;
      return (short)
          switch (this) {
            case RANDOM -> random.nextInt(-most, most + 1);
            case ENDS -> i % 3 == 0 ? -most : most;
            case LARGEST -> most;
            case SMALLEST -> -most;
          };
    }
  }

  @ParameterizedTest
  @EnumSource(names = "BIT1", mode = EnumSource.Mode.EXCLUDE)
  void simdAndScalarProductsAreEqualOnEveryDimension(CodeType type) {
    Random random = new Random(TestVectors.seed());
    ScalarCodes scalar = new ScalarCodes(type);
    for (int dimension = 1; dimension <= 4096; dimension += dimension < 140 ? 1 : 61) {
      int words = CodeRows.words(type, dimension);
      int padded = words * CodeRows.planes(type);
      for (Content content : Content.values()) {
        try (Arena arena = Arena.ofConfined()) {
          // An odd start, as a mapped file may have.
          MemorySegment rows = arena.allocate(1 + 2L * words * ROWS).asSlice(1);
          for (int w = 0; w < words * ROWS; w++) {
            rows.set(ElementType.SHORT_LE, 2L * w, content.word(type, w, random));
          }
          short[] query = new short[padded];
          for (int i = 0; i < padded; i++) {
            query[i] = content.factor(i, random);
          }
          int[] ordinals = {3, 0, 8, 2, 5, 1, 4, 7, 6};
          float[] out = new float[ROWS];
          for (CodeForm form : forms(type, words)) {
            CodeKernel simd = SimdKernels.codeKernel(form);
            simd.products(query, rows, words, ordinals, ROWS, out);
            for (int i = 0; i < ROWS; i++) {
              long offset = 2L * words * ordinals[i];
              int expected = scalar.product(query, rows, offset, words);
              assertThat(out[i]).as("%s dimension %s", type, dimension).isEqualTo((float) expected);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "BIT1", mode = EnumSource.Mode.EXCLUDE)
  void aRowBecomesTheSameQueryBySimdAndScalar(CodeType type) {
    Random random = new Random(TestVectors.seed());
    for (int dimension : new int[] {1, 15, 16, 17, 64, 100, 384, 1031}) {
      try (GrowableVectorStore store =
              TestVectors.gaussianStore(random, 200, dimension, ElementType.FLOAT32);
          CodedVectors codes = encode(store, Distance.DOT, type)) {
        LevelQuantiser quantiser = (LevelQuantiser) codes.quantiser();
        short[] simd = new short[quantiser.paddedDimension()];
        short[] scalar = new short[quantiser.paddedDimension()];
        for (int row = 0; row < store.size(); row++) {
          long offset = (long) row * quantiser.rowBytes();
          Kernels.codeKernel(type, quantiser.words())
              .select(
                  codes.codes(),
                  offset,
                  quantiser.words(),
                  quantiser.rowFactors(),
                  quantiser.rowAddends(),
                  simd);
          new ScalarCodes(type)
              .select(
                  codes.codes(),
                  offset,
                  quantiser.words(),
                  quantiser.rowFactors(),
                  quantiser.rowAddends(),
                  scalar);
          assertThat(simd).isEqualTo(scalar);
          for (short component : simd) {
            assertThat((int) component).isBetween(-CodeType.QUERY_MAX, CodeType.QUERY_MAX);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "BIT1", mode = EnumSource.Mode.EXCLUDE)
  void decodedComponentsAreWithinHalfAStepUnlessTheyWereClipped(CodeType type) {
    int dimension = 100;
    try (Coded coded = Coded.gaussian(type, new Random(TestVectors.seed()), dimension)) {
      GrowableVectorStore store = coded.store();
      CodedVectors codes = coded.codes();
      LevelQuantiser quantiser = (LevelQuantiser) codes.quantiser();
      float[] vector = new float[dimension];
      float[] decoded = new float[dimension];
      for (int row = 0; row < store.size(); row++) {
        store.read(row, vector);
        quantiser.decode(codes.codes(), (long) row * quantiser.rowBytes(), decoded);
        for (int i = 0; i < dimension; i++) {
          float step = quantiser.step()[i];
          float low = quantiser.base()[i] + step * type.lowest();
          float high = quantiser.base()[i] + step * type.highest();
          float expected = Math.clamp(vector[i], low, high);
          assertThat(decoded[i]).isCloseTo(expected, within(0.501f * step));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MANHATTAN", mode = EnumSource.Mode.EXCLUDE)
  void distancesAreWithinTheErrorThatWasMeasured(Distance distance) {
    Random random = new Random(TestVectors.seed());
    for (CodeType type : CodeType.values()) {
      try (GrowableVectorStore store =
              TestVectors.gaussianStore(random, 3000, 96, ElementType.FLOAT32);
          CodedVectors codes = encode(store, distance, type)) {
        Quantiser quantiser = codes.quantiser();
        VectorScoring exact = store.scoring(distance);
        float[] query = new float[96];
        int outside = 0;
        for (int q = 0; q < 100; q++) {
          store.read(q, query);
          for (int i = 0; i < query.length; i++) {
            query[i] += 0.3f * (float) random.nextGaussian();
          }
          CodedScorer coded = codes.queryScorer(query);
          float exactly = exact.queryScorer(query).distance(q);
          float error = coded.distance(q) - exactly;
          float bound =
              coded.errorUnit(exactly, q)
                  * (Math.abs(quantiser.errorMean()) + 4 * quantiser.errorDeviation());
          outside += Math.abs(error) > bound ? 1 : 0;
        }
        assertThat(outside).as("%s %s", distance, type).isLessThan(10);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "BIT1", mode = EnumSource.Mode.EXCLUDE)
  void aQueryIsRoundedToTheNearestWholeNumbers(CodeType type) {
    Random random = new Random(TestVectors.seed());
    int dimension = 100;
    try (Coded coded = Coded.gaussian(type, random, dimension)) {
      GrowableVectorStore store = coded.store();
      CodedVectors codes = coded.codes();
      LevelQuantiser quantiser = (LevelQuantiser) codes.quantiser();
      float[] query = new float[dimension];
      float[] decoded = new float[dimension];
      double squaredErrors = 0;
      double expected = 0;
      for (int q = 0; q < 50; q++) {
        double most = 0;
        for (int i = 0; i < dimension; i++) {
          query[i] = (float) random.nextGaussian();
          most = Math.max(most, Math.abs(query[i] * quantiser.step()[i]));
        }
        double unit = most / CodeType.QUERY_MAX;
        CodedScorer scorer = codes.queryScorer(query);
        for (int row = 0; row < store.size(); row++) {
          quantiser.decode(codes.codes(), (long) row * quantiser.rowBytes(), decoded);
          double product = 0;
          for (int i = 0; i < dimension; i++) {
            product += (double) query[i] * decoded[i];
            double code = (decoded[i] - quantiser.base()[i]) / quantiser.step()[i];
            expected += EVEN_VARIANCE * unit * unit * code * code;
          }
          squaredErrors += Math.pow(scorer.distance(row) + product, 2);
        }
      }
      assertThat(squaredErrors / expected).as("%s", type).isBetween(0.5, 1.5);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MANHATTAN", mode = EnumSource.Mode.EXCLUDE)
  void aRowAsQueryMeasuresAlmostAsItsVectorDoes(Distance distance) {
    Random random = new Random(TestVectors.seed());
    for (CodeType type : List.of(CodeType.INT8, CodeType.INT4)) {
      try (GrowableVectorStore store =
              TestVectors.gaussianStore(random, 1000, 128, ElementType.FLOAT32);
          CodedVectors codes = encode(store, distance, type)) {
        CodedScorer row = (CodedScorer) codes.scoring().ordinalScorer();
        VectorScoring exact = store.scoring(distance);
        float[] vector = new float[128];
        double errors = 0;
        for (int a = 0; a < 30; a++) {
          row.select(a);
          store.read(a, vector);
          QueryScorer exactly = exact.queryScorer(vector);
          for (int b = 0; b < 200; b++) {
            errors += Math.abs(row.distance(b) - exactly.distance(b)) / 6000;
          }
        }
        // Of what an inner product is made of: a squared distance holds it twice.
        double lengths =
            switch (distance) {
              case COSINE -> 1;
              case EUCLIDEAN -> 256;
              default -> 128;
            };
        assertThat(errors / lengths)
            .as("%s %s", distance, type)
            .isLessThan(type == CodeType.INT8 ? 0.01 : 0.04);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MANHATTAN", mode = EnumSource.Mode.EXCLUDE)
  void aSearchByCodesReturnsExactDistancesAndHardlyLosesRecall(Distance distance) {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, 3000, 40, ElementType.FLOAT32)) {
      VectorScoring exact = store.scoring(distance);
      SearchScratch scratch = new SearchScratch();
      SearchRequest request = new SearchRequest(10, 200, Long.MAX_VALUE);
      for (CodeType type : CodeType.values()) {
        try (CodedVectors codes = encode(store, distance, type);
            GraphCodes built = GraphCodes.of(codes, store, exact, Long.MAX_VALUE);
            HnswGraph graph = HnswBuilder.over(built.scoring()).build()) {
          int hits = 0;
          for (int q = 0; q < 100; q++) {
            float[] query = TestVectors.gaussian(random, 40);
            SearchResult truth = ExactSearch.search(exact, query, 10, null, scratch);
            SearchResult found =
                HnswSearcher.search(graph, codes, exact, query, request, null, scratch);
            assertThat(found.size()).isEqualTo(10);
            assertThat(found.stats().reranked()).isBetween(10L, 200L);
            QueryScorer scorer = exact.queryScorer(query);
            for (int i = 0; i < 10; i++) {
              assertThat(found.distance(i))
                  .isCloseTo(scorer.distance(found.ordinal(i)), within(1e-3f));
              for (int ordinal : truth.ordinals()) {
                hits += ordinal == found.ordinal(i) ? 1 : 0;
              }
            }
          }
          assertThat(hits / 1000.0)
              .as("%s %s", distance, type)
              // Forty bits of vectors without any structure: 0.92 is what they tell.
              .isGreaterThan(type == CodeType.BIT1 ? 0.88 : 0.97);
        }
      }
    }
  }

  @Test
  void withoutRerankingTheCodesDecideAndWithAFewOnlyThoseAreLookedAt() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, 3000, 32, ElementType.FLOAT32);
        CodedVectors codes = encode(store, Distance.EUCLIDEAN, CodeType.INT4);
        HnswGraph graph = HnswBuilder.over(codes.scoring()).build()) {
      VectorScoring exact = store.scoring(Distance.EUCLIDEAN);
      SearchScratch scratch = new SearchScratch();
      SearchRequest request = new SearchRequest(10, 100, Long.MAX_VALUE);
      float[] query = TestVectors.gaussian(random, 32);
      SearchResult none =
          HnswSearcher.search(
              graph,
              codes,
              exact,
              query,
              request.withRerank(SearchRequest.RERANK_NONE),
              null,
              scratch);
      assertThat(none.stats().reranked()).isZero();
      assertThat(none.distance(3)).isEqualTo(codes.queryScorer(query).distance(none.ordinal(3)));
      SearchResult some =
          HnswSearcher.search(graph, codes, exact, query, request.withRerank(25), null, scratch);
      assertThat(some.stats().reranked()).isEqualTo(25);
    }
  }

  @Test
  void vectorsThatAreAllAlikeOrZeroAreFoundToo() {
    for (float value : new float[] {0, 1, -3e-20f}) {
      for (Distance distance : new Distance[] {Distance.DOT, Distance.COSINE, Distance.EUCLIDEAN}) {
        try (GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, 7)) {
          float[] vector = {value, value, value, value, value, value, value};
          for (int i = 0; i < 300; i++) {
            store.append(vector);
          }
          try (CodedVectors codes = encode(store, distance, CodeType.INT4);
              HnswGraph graph = HnswBuilder.over(codes.scoring()).build()) {
            SearchResult found =
                HnswSearcher.search(
                    graph,
                    codes,
                    store.scoring(distance),
                    vector,
                    new SearchRequest(10, 20, Long.MAX_VALUE),
                    null,
                    new SearchScratch());
            assertThat(found.size()).isEqualTo(10);
          }
        }
      }
    }
  }

  @Test
  void codesThatCannotTellNeighboursApartAreNotChosen() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store = GrowableVectorStore.create(ElementType.FLOAT32, 8)) {
      for (int i = 0; i < 3000; i++) {
        float[] vector = TestVectors.gaussian(random, 8);
        // A few enormous components make every step larger than all differences.
        for (int j = 0; j < 8; j++) {
          vector[j] = (float) (vector[j] * Math.exp(9 * random.nextGaussian()));
        }
        store.append(vector);
      }
      assertThat(QuantiserTraining.choose(store, Distance.DOT)).isNull();
      assertThat(QuantiserTraining.choose(store, Distance.MANHATTAN)).isNull();
    }
    try (GrowableVectorStore store =
        TestVectors.gaussianStore(random, 3000, 256, ElementType.FLOAT32)) {
      Quantiser chosen = QuantiserTraining.choose(store, Distance.EUCLIDEAN);
      assertThat(chosen).isNotNull();
      assertThat(chosen.distance()).isEqualTo(Distance.EUCLIDEAN);
    }
  }

  @Test
  void badInputIsRefusedWithTheValueSeen() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, 100, 16, ElementType.FLOAT32);
        CodedVectors codes = encode(store, Distance.DOT, CodeType.INT8)) {
      assertThatThrownBy(() -> codes.queryScorer(new float[15]))
          .hasMessage("query of 15 components (expected: 16)");
      assertThatThrownBy(() -> QuantiserTraining.train(store, Distance.MANHATTAN, CodeType.INT8))
          .hasMessageContaining("MANHATTAN");
      assertThatThrownBy(() -> CodedVectors.encode(store, codes.quantiser(), 100))
          .isInstanceOf(MemoryBudgetException.class);
      assertThatThrownBy(() -> new SearchRequest(10, 10, 10, -2)).hasMessageContaining("-2");
    }
  }

  /** Every width of registers that this machine has and rows of so many words can use. */
  private static List<CodeForm> forms(CodeType type, int words) {
    List<CodeForm> forms = new ArrayList<>();
    for (int lanes : new int[] {8, CodeRows.WORDS_STEP, 2 * CodeRows.WORDS_STEP}) {
      if (lanes * Short.SIZE <= SimdKernels.vectorBits() && words % lanes == 0) {
        forms.add(new CodeForm(type, lanes, words));
        forms.add(new CodeForm(type, lanes, 0));
      }
    }
    return forms;
  }

  /** 500 vectors under DOT with their codes. */
  private record Coded(GrowableVectorStore store, CodedVectors codes) implements AutoCloseable {
    static Coded gaussian(CodeType type, Random random, int dimension) {
      GrowableVectorStore store =
          TestVectors.gaussianStore(random, 500, dimension, ElementType.FLOAT32);
      return new Coded(store, encode(store, Distance.DOT, type));
    }

    @Override
    public void close() {
      codes.close();
      store.close();
    }
  }

  static CodedVectors encode(VectorStore store, Distance distance, CodeType type) {
    return CodedVectors.encode(
        store, QuantiserTraining.train(store, distance, type), Long.MAX_VALUE);
  }
}
