package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files of every version that was ever written still open. Each holds 100 vectors of 12 components
 * from {@code new Random(7)}'s Gaussians (cosine first, then euclidean), m 4, efConstruct 30, one
 * thread, 3 and 77 deleted.
 */
class GoldenFilesTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "cosine,1,''",
    "cosine,2,''",
    "cosine,2,-ordered",
    "euclidean,1,''",
    "euclidean,2,''",
    "euclidean,2,-ordered"
  })
  void aFileOfAnyVersionOpensAndSearchesRight(String distance, int version, String order)
      throws IOException {
    Path file = golden(distance, version, order);
    float[][] vectors = vectors(distance.equals("euclidean"));
    try (VectorIndex index = VectorIndex.open(file)) {
      assertThat(index.size()).isEqualTo(100);
      assertThat(index.distance().name().toLowerCase(java.util.Locale.ROOT)).isEqualTo(distance);
      assertThat(index.codes() != null).isEqualTo(version > 1);
      SearchRequest request = new SearchRequest(5, 60, Long.MAX_VALUE);
      for (int i = 0; i < vectors.length; i++) {
        SearchResult found = index.search(vectors[i], request, null);
        assertThat(found.ordinals())
            .isEqualTo(index.searchExactly(vectors[i], 5, null).ordinals())
            .doesNotContain(3, 77);
        assertThat(found.ordinal(0) == i).isEqualTo(i != 3 && i != 77);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"cosine,''", "cosine,-ordered", "euclidean,''", "euclidean,-ordered"})
  void aFileIsWrittenAgainWithItsNodesInOrder(String distance, String order) throws IOException {
    Path copy = directory.resolve("copy.quiver");
    try (VectorIndex index = VectorIndex.open(golden(distance, 2, order))) {
      index.save(copy);
    }
    assertThat(copy).hasSameBinaryContentAs(golden(distance, 2, "-ordered"));
  }

  @Test
  void twoBuildsWithOneThreadAndTheSameSeedAreTheSameBytes() throws IOException {
    List<Path> files = new ArrayList<>();
    for (CodesOption option : CodesOption.values()) {
      for (int i = 0; i < 2; i++) {
        Random random = new Random(3);
        Path file = directory.resolve(option + "-" + i + ".quiver");
        try (VectorIndex.Builder builder = VectorIndex.builder(24, Distance.COSINE)) {
          builder.threads(1).codes(option);
          for (int v = 0; v < 2000; v++) {
            builder.add(TestVectors.gaussian(random, 24));
          }
          try (VectorIndex index = builder.build()) {
            index.save(file);
          }
        }
        files.add(file);
      }
      assertThat(files.getLast()).hasSameBinaryContentAs(files.get(files.size() - 2));
    }
  }

  private static float[][] vectors(boolean second) {
    Random random = new Random(7);
    float[][] vectors = new float[100][];
    for (int round = 0; round < (second ? 2 : 1); round++) {
      for (int i = 0; i < 100; i++) {
        vectors[i] = TestVectors.gaussian(random, 12);
      }
    }
    return vectors;
  }

  /**
   * @param order "-ordered" for a file of version 2 whose nodes stand in an order of their own
   */
  private Path golden(String distance, int version, String order) throws IOException {
    String name = distance + "-v" + version + order + ".quiver";
    Path file = directory.resolve(name);
    try (InputStream in = GoldenFilesTest.class.getResourceAsStream("/golden/" + name)) {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    }
    return file;
  }
}
