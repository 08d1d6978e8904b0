package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorIndexTest {
  @TempDir private Path directory;

  @Test
  void theExampleInTheDocumentationWorks() throws IOException {
    Path file = directory.resolve("small.quiver");
    try (VectorIndex.Builder builder = VectorIndex.builder(3, Distance.COSINE)) {
      builder
          .add(new float[] {1, 0, 0})
          .add(new float[] {0, 1, 0})
          .add(new float[] {0, 0.9f, 0.4f});
      try (VectorIndex built = builder.build()) {
        built.save(file);
      }
    }
    try (VectorIndex index = VectorIndex.open(file)) {
      List<Hit> hits = index.search(new float[] {0, 1, 0.1f}, 2); // ordinals 1 and 2
      assertThat(hits).extracting(Hit::ordinal).containsExactly(1, 2);
      assertThat(hits.getFirst().score()).isCloseTo(0.99504f, within(1e-4f));
    }
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void scoresAreWhatTheirNamesSay(Distance distance) {
    float[] query = {3, 4};
    float[] row = {1, 2};
    double expected =
        switch (distance) {
          case DOT -> 11;
          case COSINE -> 11 / (5 * Math.sqrt(5));
          case EUCLIDEAN -> Math.sqrt(8);
          case MANHATTAN -> 4;
        };
    for (ElementType type : ElementType.values()) {
      try (VectorIndex.Builder builder =
              VectorIndex.builder(2, distance).elementType(type).add(row);
          VectorIndex index = builder.build()) {
        float score = index.search(query, 1).getFirst().score();
        assertThat((double) score).as("%s", type).isCloseTo(expected, within(1e-3));
        assertThat(distance.score(distance.distance(score))).isCloseTo(score, within(1e-5f));
      }
    }
  }

  @Test
  void deletedVectorsAreNotFoundAndStayDeletedInTheFile() throws IOException {
    Random random = new Random(TestVectors.seed());
    Path file = directory.resolve("index");
    float[] query = TestVectors.gaussian(random, 6);
    try (VectorIndex index = random(random, 500, 6)) {
      int closest = index.search(query, 1).getFirst().ordinal();
      assertThat(index.delete(closest)).isTrue();
      assertThat(index.delete(closest)).isFalse();
      assertThat(index.search(query, 500)).hasSize(499).noneMatch(h -> h.ordinal() == closest);
      OrdinalBitSet only = new OrdinalBitSet(500);
      only.add(closest);
      assertThat(index.search(query, SearchRequest.of(3), only).size()).isZero();
      index.save(file);
      try (VectorIndex reopened = VectorIndex.open(file)) {
        assertThat(reopened.search(query, 10)).isEqualTo(index.search(query, 10));
        assertThat(reopened.searchExactly(query, 500, null).size()).isEqualTo(499);
      }
      assertThatThrownBy(() -> index.delete(500)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void everyFlippedByteIsNoticed() throws IOException {
    Random random = new Random(TestVectors.seed());
    Path file = saved(random);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < 400; i++) {
      byte[] bad = good.clone();
      int at = i < 64 ? i : i < 128 ? good.length - 1 - (i - 64) : random.nextInt(good.length);
      bad[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bad);
      assertThatThrownBy(() -> VectorIndex.open(file).close())
          .as("byte %d", at)
          .isInstanceOf(IndexFileException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void aTruncatedFileIsCalledTruncated() throws IOException {
    Path file = saved(new Random(TestVectors.seed()));
    byte[] good = Files.readAllBytes(file);
    for (int length : new int[] {0, 10, 63, 64, 1000, good.length - 1}) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> VectorIndex.open(file).close())
          .isInstanceOf(IndexFileException.Truncated.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining(length + " bytes")
          .hasMessageContaining("version 2");
    }
  }

  @Test
  void aFileOfALaterVersionIsCalledTooNew() throws IOException {
    Path file = saved(new Random(TestVectors.seed()));
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(8, 3);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, 60);
    header.putInt(60, (int) checksum.getValue());
    Files.write(file, bytes);
    assertThatThrownBy(() -> VectorIndex.open(file).close())
        .isInstanceOf(IndexFileException.TooNew.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("version 3")
        .hasMessageContaining("supported: 1 to 2");
  }

  @Test
  void somethingElseIsCalledCorrupt() throws IOException {
    Path file = directory.resolve("poem.txt");
    Files.writeString(file, "床前明月光 ".repeat(100));
    assertThatThrownBy(() -> VectorIndex.open(file).close())
        .isInstanceOf(IndexFileException.Corrupt.class)
        .hasMessageContaining("poem.txt");
  }

  private Path saved(Random random) throws IOException {
    Path file = directory.resolve("index");
    try (VectorIndex index = random(random, 100, 6)) {
      index.save(file);
    }
    return file;
  }

  private static VectorIndex random(Random random, int size, int dimension) {
    try (VectorIndex.Builder builder = VectorIndex.builder(dimension, Distance.EUCLIDEAN)) {
      for (int i = 0; i < size; i++) {
        builder.add(TestVectors.gaussian(random, dimension));
      }
      return builder.build();
    }
  }
}
