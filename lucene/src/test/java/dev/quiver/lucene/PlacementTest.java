package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.MMapDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors that are read from the file to rank by, not mapped. */
class PlacementTest {
  private static final int DIMENSION = 24;

  @TempDir Path folder;
  private final Random random = Vectors.random("placement");

  private void write(Path to, List<float[]> vectors, String placement, boolean compound)
      throws IOException {
    FieldType type =
        Vectors.fieldType(
            DIMENSION,
            VectorAttributes.DISTANCE,
            VectorAttributes.COSINE,
            VectorAttributes.CODES,
            VectorAttributes.CODES_INT4,
            VectorAttributes.PLACEMENT,
            placement);
    try (MMapDirectory directory = new MMapDirectory(to);
        IndexWriter writer =
            new IndexWriter(
                directory,
                new IndexWriterConfig()
                    .setUseCompoundFile(compound)
                    .setCodec(
                        new QuiverCodec(VectorsConfig.defaults().withFullScanThreshold(10))))) {
      for (int id = 0; id < vectors.size(); id++) {
        writer.addDocument(Vectors.document(id, vectors.get(id), type));
      }
      writer.forceMerge(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void vectorsOnDiskAnswerAsMappedOnesDo(boolean compound) throws IOException {
    List<float[]> vectors = Vectors.clustered(random, 1500, DIMENSION);
    write(folder.resolve("mapped"), vectors, VectorAttributes.MAPPED, compound);
    write(folder.resolve("disk"), vectors, VectorAttributes.ON_DISK, compound);
    try (MMapDirectory mappedFolder = new MMapDirectory(folder.resolve("mapped"));
        MMapDirectory diskFolder = new MMapDirectory(folder.resolve("disk"));
        DirectoryReader mapped = DirectoryReader.open(mappedFolder);
        DirectoryReader disk = DirectoryReader.open(diskFolder)) {
      SegmentVectors first = open(mapped);
      SegmentVectors second = open(disk);
      assertThat(second.hasCodes()).isTrue();
      for (int i = 0; i < 30; i++) {
        float[] query = Vectors.gaussian(random, DIMENSION, 1, 0);
        SegmentHits expected = first.search(query, 10, 40, false, null);
        SegmentHits found = second.search(query, 10, 40, false, null);
        assertThat(found.docs()).isEqualTo(expected.docs());
        assertThat(found.scores()).isEqualTo(expected.scores());
      }
    }
  }

  @Test
  void aReaderOutlivesItsFilesAndSaysWhenItIsClosed() throws IOException {
    List<float[]> vectors = Vectors.clustered(random, 500, DIMENSION);
    write(folder, vectors, VectorAttributes.ON_DISK, false);
    float[] query = Vectors.gaussian(random, DIMENSION, 1, 0);
    SegmentVectors closed;
    try (MMapDirectory directory = new MMapDirectory(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      closed = open(reader);
      int[] expected = closed.search(query, 10, 40, false, null).docs();
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      assertThat(closed.search(query, 10, 40, false, null).docs()).isEqualTo(expected);
      Thread.currentThread().interrupt();
      assertThat(closed.search(query, 10, 40, false, null).docs()).isEqualTo(expected);
      assertThat(Thread.interrupted()).isTrue();
    }
    SegmentVectors vectorsOfClosed = closed;
    assertThatThrownBy(() -> vectorsOfClosed.search(query, 10, 40, false, null))
        .isInstanceOf(AlreadyClosedException.class);
  }

  @Test
  void aPlaceThatThereIsNotIsRefused() {
    assertThatThrownBy(
            () -> write(folder, Vectors.clustered(random, 20, DIMENSION), "in the cupboard", false))
        .hasMessageContaining("in the cupboard")
        .hasMessageContaining("mapped or on_disk");
  }

  private static SegmentVectors open(DirectoryReader reader) throws IOException {
    SegmentVectors vectors = SegmentVectors.of(reader.leaves().getFirst().reader(), Vectors.FIELD);
    assertThat(vectors).isNotNull();
    return vectors;
  }
}
