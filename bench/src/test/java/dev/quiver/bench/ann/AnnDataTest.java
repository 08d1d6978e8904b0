package dev.quiver.bench.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.quiver.bench.Npy;
import dev.quiver.index.Distance;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnnDataTest {
  private static final float[][] BASE = {{0, 0}, {3, 4}, {1, 0}, {0, 1}, {200, 255}};

  @TempDir Path folder;

  @Test
  void readsFvecsWithQueriesAndAnswersBesideThem() throws Exception {
    write("tiny_base.fvecs", new float[][] {{0.5f, 1}, {2, 3}});
    write("tiny_query.fvecs", new float[][] {{2, 2}});
    Files.write(
        folder.resolve("tiny_groundtruth.ivecs"),
        ByteBuffer.allocate(12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(2)
            .putInt(1)
            .putInt(0)
            .array());

    AnnData data = AnnDataReader.read(folder, folder.resolve("tiny_base.fvecs").toString());

    assertThat(data.name()).isEqualTo("tiny");
    assertThat(data.distance()).isEqualTo(Distance.EUCLIDEAN);
    assertThat(data.bytes()).isFalse();
    assertThat(data.base()).isDeepEqualTo(new float[][] {{0.5f, 1}, {2, 3}});
    assertThat(data.querySets().getFirst().queries()).isDeepEqualTo(new float[][] {{2, 2}});
    assertThat(data.querySets().getFirst().truth()).isDeepEqualTo(new int[][] {{1, 0}});
  }

  @Test
  void readsBvecsAsBytes() throws Exception {
    byte[] row = {2, 0, 0, 0, (byte) 255, 7};
    Files.write(folder.resolve("b_base.bvecs"), row);
    Files.write(folder.resolve("b_query.bvecs"), row);
    Files.write(folder.resolve("b_groundtruth.ivecs"), new byte[] {1, 0, 0, 0, 0, 0, 0, 0});

    AnnData data = AnnDataReader.read(folder, folder.resolve("b_base.bvecs").toString());

    assertThat(data.bytes()).isTrue();
    assertThat(data.base()).isDeepEqualTo(new float[][] {{255, 7}});
  }

  @Test
  void readsHdf5AndBringsAngularVectorsToLengthOne() throws Exception {
    Path file = folder.resolve("tiny-angular.hdf5");
    try (WritableHdfFile out = HdfFile.write(file)) {
      out.putAttribute("distance", "angular");
      out.putDataset("train", new float[][] {{3, 4}, {0, 2}});
      out.putDataset("test", new float[][] {{0, 5}});
      out.putDataset("neighbors", new int[][] {{1, 0}});
    }

    AnnData data = AnnDataReader.read(folder, file.toString());

    assertThat(data.name()).isEqualTo("tiny-angular");
    assertThat(data.distance()).isEqualTo(Distance.COSINE);
    assertThat(data.base()[0]).containsExactly(new float[] {0.6f, 0.8f}, within(1e-6f));
    assertThat(data.querySets().getFirst().queries()).isDeepEqualTo(new float[][] {{0, 1}});
    assertThat(data.querySets().getFirst().truth()).isDeepEqualTo(new int[][] {{1, 0}});
  }

  @Test
  void anUnknownDataSetIsRefusedWithWhatThereIs() {
    assertThatThrownBy(() -> AnnDataReader.read(folder, "nothing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing")
        .hasMessageContaining("minilm");
  }

  @Test
  void aTieWithTheLastExactAnswerCountsAndARepeatedRowCountsOnce() {
    AnnData data = new AnnData("tiny", Distance.EUCLIDEAN, BASE, List.of(), true);
    float[][] queries = {{0, 0}};
    int[][] truth = {{0, 2, 3}};

    assertThat(data.recall(queries, truth, new int[] {0, 3}, 2)).isEqualTo(1);
    assertThat(data.recall(queries, truth, new int[] {0, 1}, 2)).isEqualTo(0.5);
    assertThat(data.recall(queries, truth, new int[] {0, -1}, 2)).isEqualTo(0.5);
    assertThat(data.recall(queries, truth, new int[] {0, 0}, 2)).isEqualTo(0.5);
  }

  @Test
  void fewerRowsHaveTheirOwnExactAnswers() {
    AnnData data =
        new AnnData(
            "tiny",
            Distance.EUCLIDEAN,
            BASE,
            List.of(new AnnData.QuerySet("queries", new float[][] {{200, 200}}, new int[][] {{4}})),
            true);

    AnnData cut = data.first(2, 10);

    assertThat(cut.base()).hasDimensions(2, 2);
    assertThat(cut.querySets().getFirst().truth()).isDeepEqualTo(new int[][] {{1, 0}});
  }

  @Test
  void whatIsWrittenForTheContendersReadsBack() throws Exception {
    Path file = folder.resolve("base.npy");
    NpyWriter.write(file, BASE);

    Npy read = Npy.open(file);
    assertThat(read.rows()).isEqualTo(5);
    for (int i = 0; i < BASE.length; i++) {
      assertThat(read.row(i)).containsExactly(BASE[i]);
    }
  }

  private void write(String name, float[][] rows) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(rows.length * (4 + 4 * rows[0].length)).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      bytes.putInt(row.length);
      for (float x : row) {
        bytes.putFloat(x);
      }
    }
    Files.write(folder.resolve(name), bytes.array());
  }
}
