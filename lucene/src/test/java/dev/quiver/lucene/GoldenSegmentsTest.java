package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.index.QueryScorer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Segments of every version that was ever written still open, and merge into new ones. Each holds
 * 120 vectors of 12 components from {@code new Random(7)}'s Gaussians, with a graph, Euclidean.
 */
class GoldenSegmentsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aSegmentOfAnyVersionIsSearchedCheckedAndMerged(int version) throws IOException {
    unzip("/golden/segment-v" + version + ".zip");
    try (Directory directory = FSDirectory.open(folder)) {
      search(directory, version > 0);
      try (CheckIndex check = new CheckIndex(directory)) {
        assertThat(check.checkIndex().clean).isTrue();
      }
      QuiverCodec codec = new QuiverCodec(VectorsConfig.defaults().withFullScanThreshold(10));
      IndexWriterConfig config = new IndexWriterConfig().setCodec(codec);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          writer.addIndexes((CodecReader) reader.leaves().getFirst().reader());
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertThat(reader.numDocs()).isEqualTo(240);
        SegmentVectors vectors = SegmentVectors.of(reader.leaves().getFirst().reader(), "v");
        assertThat(vectors).isNotNull();
        assertThat(vectors.hasCodes()).isTrue();
      }
    }
  }

  private static void search(Directory directory, boolean coded) throws IOException {
    Random random = new Random(7);
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      SegmentVectors vectors = SegmentVectors.of(reader.leaves().getFirst().reader(), "v");
      assertThat(vectors).isNotNull();
      assertThat(vectors.hasGraph()).isTrue();
      assertThat(vectors.hasCodes()).isEqualTo(coded);
      IndexSearcher searcher = new IndexSearcher(reader);
      for (int i = 0; i < 120; i++) {
        float[] vector = new float[12];
        for (int j = 0; j < 12; j++) {
          vector[j] = (float) random.nextGaussian();
        }
        ScoreDoc[] hits = searcher.search(new KnnFloatVectorQuery("v", vector, 5), 5).scoreDocs;
        assertThat(hits[0].doc).isEqualTo(i);
        assertThat(vectors.search(vector, 5, 60, false, null).docs())
            .isEqualTo(vectors.search(vector, 5, 60, true, null).docs());
        checkObjectives(vectors, vector);
      }
    }
  }

  /** By codes or not, what a walk finds has the scores that comparing every vector gives. */
  private static void checkObjectives(SegmentVectors vectors, float[] vector) throws IOException {
    Objective farthest =
        scoring -> {
          QueryScorer near = scoring.queryScorer(vector);
          return new QueryScorer() {
            @Override
            public float distance(int ordinal) {
              return -near.distance(ordinal);
            }

            @Override
            public void distances(int[] ordinals, int count, float[] out) {
              near.distances(ordinals, count, out);
              for (int i = 0; i < count; i++) {
                out[i] = -out[i];
              }
            }
          };
        };
    for (Objective objective :
        List.of(Objective.nearest(vector), Objective.similar(vector), farthest)) {
      SegmentHits walked = vectors.search(objective, 5, 60, false, null);
      SegmentHits compared = vectors.search(objective, 5, 60, true, null);
      assertThat(walked.strategy()).isEqualTo(SegmentHits.Strategy.GRAPH);
      if (objective != farthest) {
        assertThat(walked.docs()).isEqualTo(compared.docs());
        assertThat(walked.scores()).isEqualTo(compared.scores());
      }
      assertThat(walked.scores()).isEqualTo(vectors.scores(objective, walked.docs()));
    }
  }

  private void unzip(String resource) throws IOException {
    try (InputStream in = GoldenSegmentsTest.class.getResourceAsStream(resource);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Files.copy(zip, folder.resolve(entry.getName()));
      }
    }
  }
}
