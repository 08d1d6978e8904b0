package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorPlacementTest {
  private static final int SIZE = 3000;
  private static final int DIMENSION = 40;

  @TempDir private Path directory;
  private final Random random = new Random(TestVectors.seed());
  private Path file;

  @BeforeEach
  void build() throws IOException {
    file = save(Distance.EUCLIDEAN, ElementType.FLOAT32);
  }

  private Path save(Distance distance, ElementType type) throws IOException {
    Path saved = directory.resolve(distance + "-" + type);
    try (VectorIndex.Builder builder =
        VectorIndex.builder(DIMENSION, distance).elementType(type).codes(CodesOption.INT4)) {
      for (int i = 0; i < SIZE; i++) {
        builder.add(TestVectors.gaussian(random, DIMENSION));
      }
      try (VectorIndex built = builder.build()) {
        built.save(saved);
      }
    }
    return saved;
  }

  @ParameterizedTest
  @EnumSource(
      value = Distance.class,
      names = {"DOT", "COSINE", "EUCLIDEAN"})
  void vectorsOnDiskRankAsMappedOnesDo(Distance distance) throws IOException {
    for (ElementType type : new ElementType[] {ElementType.FLOAT32, ElementType.FLOAT16}) {
      Path saved = save(distance, type);
      try (VectorIndex mapped = VectorIndex.open(saved);
          VectorIndex onDisk = VectorIndex.open(saved, true, VectorPlacement.ON_DISK)) {
        OrdinalBitSet few = new OrdinalBitSet(SIZE);
        few.add(7);
        few.add(2000);
        for (int i = 0; i < 30; i++) {
          float[] query = TestVectors.gaussian(random, DIMENSION);
          assertThat(onDisk.search(query, 25)).isEqualTo(mapped.search(query, 25));
          SearchRequest request = SearchRequest.of(5);
          assertThat(onDisk.search(query, request, few).ordinals())
              .isEqualTo(mapped.search(query, request, few).ordinals());
        }
      }
    }
  }

  @Test
  void anInterruptedThreadFindsWhatOthersFindAndStaysInterrupted() throws IOException {
    float[] query = TestVectors.gaussian(random, DIMENSION);
    try (VectorIndex index = VectorIndex.open(file, false, VectorPlacement.ON_DISK)) {
      var expected = index.search(query, 10);
      Thread.currentThread().interrupt();
      var found = index.search(query, 10);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(found).isEqualTo(expected);
      assertThat(index.search(query, 10)).isEqualTo(expected);
    }
  }

  @Test
  void interruptsInTheMiddleOfReadsCloseTheFileForNobody() throws Exception {
    float[] query = TestVectors.gaussian(random, DIMENSION);
    try (VectorIndex index = VectorIndex.open(file, false, VectorPlacement.ON_DISK)) {
      var expected = index.search(query, 10);
      // Without the file's name only the mapping is left, once an interrupt has closed the file.
      for (boolean deleted : new boolean[] {false, true}) {
        if (deleted) {
          Files.delete(file);
        }
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread searching =
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, thrown) -> failure.set(thrown))
                .start(
                    () -> {
                      for (int i = 0; i < 2000; i++) {
                        index.search(query, 10);
                      }
                    });
        while (searching.isAlive()) {
          searching.interrupt();
          assertThat(index.search(query, 10)).isEqualTo(expected);
        }
        searching.join();
        assertThat(failure.get()).isNull();
      }
    }
  }

  @Test
  void aClosedIndexSaysSo() throws IOException {
    VectorIndex index = VectorIndex.open(file, false, VectorPlacement.ON_DISK);
    index.close();
    assertThatThrownBy(() -> index.search(new float[DIMENSION], 3))
        .isInstanceOf(IllegalStateException.class);
  }
}
