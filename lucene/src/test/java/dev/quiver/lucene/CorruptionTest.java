package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.MMapDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorruptionTest {
  private static final int DOCUMENTS = 120;

  @TempDir Path whole;
  @TempDir Path damaged;

  @BeforeEach
  void writeAnIndexWithAGraphAndASparseField() throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setUseCompoundFile(false)
            .setCodec(new QuiverCodec(VectorsConfig.defaults().withFullScanThreshold(10)));
    config.getMergePolicy().setNoCFSRatio(0);
    FieldType type = Vectors.fieldType(8, VectorAttributes.DISTANCE, VectorAttributes.MANHATTAN);
    Random random = new Random(7);
    try (FSDirectory directory = new MMapDirectory(whole);
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < DOCUMENTS; id++) {
        float[] vector = id % 3 == 0 ? null : Vectors.gaussian(random, 8, 1, 0);
        writer.addDocument(Vectors.document(id, vector, type));
      }
    }
  }

  @Test
  void theUndamagedIndexPasses() throws IOException {
    copyTo(damaged);
    readEverything(damaged);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vec", "vex", "qvm"})
  void everyFlippedByteIsReportedWithTheFilesName(String extension) throws IOException {
    Path file = fileOf(extension);
    byte[] bytes = Files.readAllBytes(whole.resolve(file));
    int step = Math.max(1, bytes.length / 150);
    for (int position = 0; position < bytes.length; position += step) {
      copyTo(damaged);
      byte[] flipped = bytes.clone();
      flipped[position] ^= 0x21;
      Files.write(damaged.resolve(file), flipped);
      Throwable thrown = catchThrowable(() -> readEverything(damaged));
      assertThat(thrown)
          .as("byte %d of %s", position, file)
          .isInstanceOfAny(
              CorruptIndexException.class,
              IndexFormatTooOldException.class,
              IndexFormatTooNewException.class);
      assertThat(allMessages(thrown)).contains(file.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vec", "vex", "qvm"})
  void everyTruncationIsReportedWithTheFilesName(String extension) throws IOException {
    Path file = fileOf(extension);
    byte[] bytes = Files.readAllBytes(whole.resolve(file));
    int step = Math.max(1, bytes.length / 60);
    for (int length = 0; length < bytes.length; length += step) {
      copyTo(damaged);
      Files.write(damaged.resolve(file), Arrays.copyOf(bytes, length));
      Throwable thrown = catchThrowable(() -> readEverything(damaged));
      assertThat(thrown).as("%s cut to %d", file, length).isInstanceOf(IOException.class);
      assertThat(allMessages(thrown)).contains(file.toString());
    }
  }

  @Test
  void aNewerAndAnOlderVersionAreToldApart() throws IOException {
    Path file = fileOf("qvm");
    byte[] bytes = Files.readAllBytes(whole.resolve(file));
    int version = CodecUtil.headerLength(QuiverVectorsFormat.META_CODEC) - Integer.BYTES;
    copyTo(damaged);
    bytes[version + 3] = 99;
    Files.write(damaged.resolve(file), withRightChecksum(bytes));
    assertThatThrownBy(() -> readEverything(damaged))
        .isInstanceOf(IndexFormatTooNewException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("99");
    Arrays.fill(bytes, version, version + 4, (byte) 0xFF);
    Files.write(damaged.resolve(file), withRightChecksum(bytes));
    assertThatThrownBy(() -> readEverything(damaged))
        .isInstanceOf(IndexFormatTooOldException.class)
        .hasMessageContaining(file.toString());
  }

  private static byte[] withRightChecksum(byte[] bytes) {
    int end = bytes.length - Long.BYTES;
    CRC32 checksum = new CRC32();
    checksum.update(bytes, 0, end);
    ByteBuffer.wrap(bytes).putLong(end, checksum.getValue());
    return bytes;
  }

  private static String allMessages(Throwable thrown) {
    StringBuilder messages = new StringBuilder();
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      messages.append(t).append('\n');
      for (Throwable suppressed : t.getSuppressed()) {
        messages.append(suppressed).append('\n');
      }
    }
    return messages.toString();
  }

  private Path fileOf(String extension) throws IOException {
    try (Stream<Path> files = Files.list(whole)) {
      List<Path> found =
          files.map(Path::getFileName).filter(f -> f.toString().endsWith(extension)).toList();
      assertThat(found).hasSize(1);
      return found.getFirst();
    }
  }

  private void copyTo(Path target) throws IOException {
    try (Stream<Path> files = Files.list(whole)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void readEverything(Path folder) throws IOException {
    try (FSDirectory directory = new MMapDirectory(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        ((CodecReader) leaf.reader()).checkIntegrity();
        SegmentVectors segment = SegmentVectors.of(leaf.reader(), Vectors.FIELD);
        assertThat(segment.search(new float[8], 5, 50, false, null).size()).isEqualTo(5);
      }
    }
  }
}
