package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitCodesTest {
  @TempDir private Path directory;

  @Test
  void countedSumsAreThoseOfOneComponentAfterTheOther() {
    Random random = new Random(TestVectors.seed());
    for (int dimension = 1; dimension <= 4096; dimension += dimension < 140 ? 1 : 61) {
      int words = BitRows.words(dimension);
      for (boolean extreme : new boolean[] {false, true}) {
        try (Arena arena = Arena.ofConfined()) {
          // An odd start, as a mapped file may have.
          MemorySegment row = arena.allocate(1 + 8L * words).asSlice(1);
          long[] planes = new long[BitRows.PLANES * words];
          int expected = 0;
          for (int i = 0; i < dimension; i++) {
            boolean set = extreme || random.nextBoolean();
            int number = extreme ? 15 : random.nextInt(16);
            long at = 8L * (i >> 6);
            long bits = row.get(ElementType.LONG_LE, at);
            row.set(ElementType.LONG_LE, at, set ? bits | 1L << i : bits);
            for (int plane = 0; plane < BitRows.PLANES; plane++) {
              planes[BitRows.PLANES * (i >> 6) + plane] |= (number >> plane & 1L) << i;
            }
            expected += set ? number : 0;
          }
          assertThat(BitRows.sum(planes, row, 0, words)).as("" + dimension).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void aRotationKeepsLengthsAndInnerProductsAndSpreadsSingleComponents() {
    Random random = new Random(TestVectors.seed());
    for (int dimension : new int[] {1, 2, 3, 31, 100, 128, 384, 1000}) {
      Rotation rotation = new Rotation(dimension, BitQuantiser.SEED);
      float[] a = TestVectors.gaussian(random, dimension);
      float[] b = TestVectors.gaussian(random, dimension);
      double before = dot(a, b);
      double length = dot(a, a);
      rotation.apply(a);
      rotation.apply(b);
      assertThat(dot(a, b)).isCloseTo(before, within(1e-4 * dimension));
      assertThat(dot(a, a)).isCloseTo(length, within(1e-4 * dimension));
      float[] single = new float[dimension];
      single[random.nextInt(dimension)] = 1;
      rotation.apply(single);
      for (float component : single) {
        assertThat(Math.abs(component)).isLessThanOrEqualTo(dimension < 100 ? 1.001f : 0.5f);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MANHATTAN", mode = EnumSource.Mode.EXCLUDE)
  void estimatesAreRightInTheMeanAndStrayAsFarAsTheirRowsSay(Distance distance) {
    Random random = new Random(TestVectors.seed());
    for (int dimension : new int[] {48, 128, 384}) {
      try (GrowableVectorStore store =
              TestVectors.gaussianStore(random, 1000, dimension, ElementType.FLOAT32);
          CodedVectors codes = CodesTest.encode(store, distance, CodeType.BIT1)) {
        VectorScoring exact = store.scoring(distance);
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int q = 0; q < 40; q++) {
          float[] query = TestVectors.gaussian(random, dimension);
          CodedScorer coded = codes.queryScorer(query);
          QueryScorer exactly = exact.queryScorer(query);
          for (int row = 0; row < 250; row++) {
            float unit = coded.errorUnit(0, row);
            double error = (coded.distance(row) - exactly.distance(row)) / unit;
            sum += error;
            squares += error * error;
            count++;
          }
        }
        assertThat(sum / count).as("%s %s", distance, dimension).isCloseTo(0, within(0.08));
        assertThat(Math.sqrt(squares / count)).isBetween(0.8, 1.3);
      }
    }
  }

  @Test
  void rowsAreNotComparedWithEachOther() {
    Random random = new Random(TestVectors.seed());
    try (GrowableVectorStore store =
            TestVectors.gaussianStore(random, 100, 20, ElementType.FLOAT32);
        CodedVectors codes = CodesTest.encode(store, Distance.COSINE, CodeType.BIT1)) {
      OrdinalScorer scorer = codes.scoring().ordinalScorer();
      assertThatThrownBy(() -> scorer.select(0))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("GraphCodes");
    }
  }

  /**
   * Written once by version 2 of the codes: 100 vectors of 12 components from {@code new
   * Random(7)}'s Gaussians, cosine, m 4, efConstruct 30, one thread, 3 and 77 deleted.
   */
  @ParameterizedTest
  @ValueSource(strings = {"", "-ordered"})
  void theGoldenFileOpensSearchesRightAndIsWrittenAgainInOrder(String order) throws IOException {
    Path golden = golden(order);
    Path copy = directory.resolve("copy.quiver");
    Random random = new Random(7);
    try (VectorIndex index = VectorIndex.open(golden)) {
      CodedVectors codes = index.codes();
      assertThat(codes).isNotNull();
      assertThat(codes.quantiser().type()).isEqualTo(CodeType.BIT1);
      for (int i = 0; i < 100; i++) {
        float[] vector = TestVectors.gaussian(random, 12);
        SearchResult found = index.search(vector, new SearchRequest(5, 60, Long.MAX_VALUE), null);
        assertThat(found.ordinals()).doesNotContain(3, 77);
        assertThat(found.ordinal(0) == i).isEqualTo(i != 3 && i != 77);
      }
      index.save(copy);
    }
    assertThat(copy).hasSameBinaryContentAs(golden("-ordered"));
  }

  private Path golden(String order) throws IOException {
    Path golden = directory.resolve("golden" + order + ".quiver");
    String resource = "/golden/cosine-bit1-v2" + order + ".quiver";
    try (InputStream in = getClass().getResourceAsStream(resource)) {
      Files.copy(in, golden, StandardCopyOption.REPLACE_EXISTING);
    }
    return golden;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
