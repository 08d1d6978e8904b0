package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.index.QueryScorer;
import java.io.IOException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.Test;

/** Walks by numbers that are no distances, as MaxSim's are. */
class ObjectiveWalkTest {
  private static final int DIMENSION = 16;
  private static final int K = 10;

  /** The same order as by distance, in numbers below 0. */
  private static Objective shifted(float[] query) {
    return scoring -> {
      QueryScorer near = scoring.queryScorer(query);
      return new QueryScorer() {
        @Override
        public float distance(int ordinal) {
          return near.distance(ordinal) - 1_000;
        }

        @Override
        public void distances(int[] ordinals, int count, float[] out) {
          near.distances(ordinals, count, out);
          for (int i = 0; i < count; i++) {
            out[i] -= 1_000;
          }
        }
      };
    };
  }

  @Test
  void aWalkByOtherNumbersThanDistancesFindsAsMuch() throws IOException {
    Random random = Vectors.random("walk by an objective");
    FieldType type =
        Vectors.fieldType(DIMENSION, VectorAttributes.DISTANCE, VectorAttributes.EUCLIDEAN);
    QuiverCodec codec = new QuiverCodec(VectorsConfig.defaults().withFullScanThreshold(10));
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig().setCodec(codec))) {
      for (int id = 0; id < 5_000; id++) {
        writer.addDocument(Vectors.document(id, Vectors.gaussian(random, DIMENSION, 1, 0), type));
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        SegmentVectors segment =
            SegmentVectors.of(reader.leaves().getFirst().reader(), Vectors.FIELD);
        assertThat(segment).isNotNull();
        int found = 0;
        int queries = 50;
        for (int i = 0; i < queries; i++) {
          Objective objective = shifted(Vectors.gaussian(random, DIMENSION, 1, 0));
          SegmentHits walked = segment.search(objective, K, 200, false, null);
          assertThat(walked.strategy()).isEqualTo(SegmentHits.Strategy.GRAPH);
          Set<Integer> closest = new HashSet<>();
          for (int doc : segment.search(objective, K, 200, true, null).docs()) {
            closest.add(doc);
          }
          for (int doc : walked.docs()) {
            found += closest.contains(doc) ? 1 : 0;
          }
        }
        assertThat(found / (double) (queries * K)).isGreaterThan(0.95);
      }
    }
  }
}
