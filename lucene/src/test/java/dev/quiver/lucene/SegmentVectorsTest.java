package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.FixedBitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SegmentVectorsTest {
  @TempDir Path folder;

  static Stream<Arguments> forms() {
    return Stream.of(
            VectorAttributes.DOT,
            VectorAttributes.COSINE,
            VectorAttributes.EUCLIDEAN,
            VectorAttributes.MANHATTAN)
        .flatMap(
            distance ->
                Stream.of(
                        VectorAttributes.FLOAT32, VectorAttributes.FLOAT16, VectorAttributes.UINT8)
                    .map(element -> Arguments.of(distance, element)));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void exactSearchEqualsBruteForceUnderRandomFiltersAndDeletes(String distance, String element)
      throws IOException {
    Random random = Vectors.random("exact " + distance + " " + element);
    int dimension = 1 + random.nextInt(70);
    FieldType type =
        Vectors.fieldType(
            dimension, VectorAttributes.DISTANCE, distance, VectorAttributes.ELEMENT, element);
    IndexWriterConfig config = new IndexWriterConfig().setCodec(new QuiverCodec());
    if (random.nextBoolean()) {
      config.setIndexSort(new Sort(new SortField(Vectors.ID, SortField.Type.LONG, true)));
    }
    boolean mapped = random.nextBoolean();
    try (Directory directory = mapped ? new MMapDirectory(folder) : new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      List<float[]> vectors = new ArrayList<>();
      int documents = 200 + random.nextInt(200);
      int everyNth = 1 + random.nextInt(3);
      for (int id = 0; id < documents; id++) {
        float[] vector = id % everyNth == 0 ? Vectors.gaussian(random, dimension, 50, 100) : null;
        vectors.add(vector);
        writer.addDocument(Vectors.document(id, vector, type));
        if (random.nextInt(60) == 0) {
          writer.commit();
        }
      }
      for (int id = 0; id < documents; id += 7) {
        writer.deleteDocuments(new Term(Vectors.ID, Integer.toString(id)));
      }
      if (random.nextBoolean()) {
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        for (LeafReaderContext leaf : reader.leaves()) {
          SegmentVectors segment = SegmentVectors.of(leaf.reader(), Vectors.FIELD);
          if (segment == null) {
            continue;
          }
          assertThat(segment.dimension()).isEqualTo(dimension);
          assertThat(segment.largerIsBetter()).isEqualTo(Vectors.largerIsBetter(distance));
          checkStoredForm(leaf.reader(), segment, vectors, distance, element);
          for (int i = 0; i < 20; i++) {
            checkSearch(leaf.reader(), segment, random, distance, dimension);
          }
        }
      }
    }
  }

  private static void checkStoredForm(
      LeafReader leaf, SegmentVectors segment, List<float[]> given, String distance, String element)
      throws IOException {
    NumericDocValues ids = leaf.getNumericDocValues(Vectors.ID);
    int count = 0;
    for (int doc = 0; doc < leaf.maxDoc(); doc++) {
      assertThat(ids.advanceExact(doc)).isTrue();
      float[] expected = given.get((int) ids.longValue());
      float[] stored = segment.vector(doc);
      assertThat(segment.hasVector(doc)).isEqualTo(expected != null);
      if (expected == null) {
        assertThat(stored).isNull();
        continue;
      }
      count++;
      boolean normalized =
          distance.equals(VectorAttributes.COSINE) && !element.equals(VectorAttributes.UINT8);
      double norm = normalized ? Math.sqrt(Vectors.score("dot", expected, expected)) : 1;
      for (int i = 0; i < expected.length; i++) {
        float value = (float) (expected[i] / norm);
        switch (element) {
          case VectorAttributes.FLOAT32 -> assertThat(stored[i]).isEqualTo(value, within(1e-6f));
          case VectorAttributes.FLOAT16 ->
              assertThat(stored[i]).isEqualTo(value, within(Math.abs(value) / 1024 + 1e-6f));
          default ->
              assertThat(stored[i]).isEqualTo((float) Math.max(0, Math.min(255, (int) value)));
        }
      }
    }
    assertThat(segment.size()).isEqualTo(count);
  }

  private static void checkSearch(
      LeafReader leaf, SegmentVectors segment, Random random, String distance, int dimension)
      throws IOException {
    List<float[]> stored = new ArrayList<>();
    FixedBitSet accepted = new FixedBitSet(leaf.maxDoc());
    boolean filtered = random.nextBoolean();
    int keepPercent = random.nextInt(101);
    for (int doc = 0; doc < leaf.maxDoc(); doc++) {
      stored.add(segment.vector(doc));
      boolean live = leaf.getLiveDocs() == null || leaf.getLiveDocs().get(doc);
      if (live && random.nextInt(100) < keepPercent) {
        accepted.set(doc);
      }
    }
    float[] query = Vectors.gaussian(random, dimension, 50, 100);
    int k = 1 + random.nextInt(30);
    AcceptSet accept = filtered ? new AcceptSet(accepted, accepted.cardinality()) : null;
    SegmentHits hits = segment.search(query, k, 50, true, accept);
    List<Double> best =
        Vectors.bestScores(distance, stored, query, k, doc -> accept == null || accepted.get(doc));
    assertThat(hits.strategy()).isEqualTo(SegmentHits.Strategy.EXACT);
    assertThat(hits.size()).isEqualTo(best.size());
    for (int i = 0; i < hits.size(); i++) {
      // Half-precision unit vectors have the length 1 only up to rounding.
      double tolerance = 1e-3 * Math.max(1, Math.abs(best.get(i)));
      assertThat((double) hits.scores()[i]).isEqualTo(best.get(i), within(tolerance));
      double own = Vectors.score(distance, query, stored.get(hits.docs()[i]));
      assertThat((double) hits.scores()[i]).isEqualTo(own, within(tolerance));
      if (accept != null) {
        assertThat(accepted.get(hits.docs()[i])).isTrue();
      }
    }
    assertThat(hits.docs()).doesNotHaveDuplicates();
    checkScores(segment, query, hits, stored);
  }

  /** Documents scored one by one have the scores of the search; those without a vector none. */
  private static void checkScores(
      SegmentVectors segment, float[] query, SegmentHits hits, List<float[]> stored) {
    float[] scores = segment.scores(Objective.nearest(query), hits.docs());
    for (int i = 0; i < scores.length; i++) {
      assertThat(scores[i])
          .isCloseTo(hits.scores()[i], within(1e-4f * Math.abs(scores[i]) + 1e-6f));
    }
    int[] every = IntStream.range(0, stored.size()).toArray();
    float[] similar = segment.scores(Objective.similar(query), every);
    for (int doc : every) {
      assertThat(Float.isNaN(similar[doc])).isEqualTo(stored.get(doc) == null);
    }
    int previous = -1;
    for (int doc : hits.docs()) {
      if (previous >= 0) {
        assertThat(similar[doc])
            .isLessThanOrEqualTo(similar[previous] + 1e-3f * Math.abs(similar[doc]) + 1e-6f);
      }
      previous = doc;
    }
  }

  @Test
  void equalScoresComeInDocumentOrder() throws IOException {
    FieldType type = Vectors.fieldType(2, VectorAttributes.DISTANCE, VectorAttributes.DOT);
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, config())) {
      for (int id = 0; id < 9; id++) {
        writer.addDocument(Vectors.document(id, new float[] {1, id % 3}, type));
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        SegmentHits hits =
            SegmentVectors.of(reader.leaves().getFirst().reader(), Vectors.FIELD)
                .search(new float[] {1, 0}, 4, 10, true, null);
        assertThat(hits.docs()).containsExactly(0, 1, 2, 3);
      }
    }
  }

  @Test
  void aWrongQueryIsRefusedWithWhatWasExpected() throws IOException {
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, config())) {
      writer.addDocument(Vectors.document(0, new float[] {1, 2}, Vectors.fieldType(2)));
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        LeafReader leaf = reader.leaves().getFirst().reader();
        SegmentVectors segment = SegmentVectors.of(leaf, Vectors.FIELD);
        assertThatThrownBy(() -> segment.search(new float[3], 1, 1, false, null))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("3 (expected: 2)");
        assertThatThrownBy(() -> segment.search(new float[2], 0, 1, false, null))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("k: 0");
        assertThatThrownBy(
                () -> segment.search(new float[2], 1, 1, false, accepting(leaf.maxDoc() + 1)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("documents");
        assertThat(SegmentVectors.of(leaf, "other")).isNull();
        assertThat(SegmentVectors.of(leaf, Vectors.ID)).isNull();
      }
    }
  }

  private static AcceptSet accepting(int documents) {
    return new AcceptSet(new FixedBitSet(documents), 0);
  }

  @Test
  void afterTheReaderClosesASearchSaysSo() throws IOException {
    try (Directory directory = new MMapDirectory(folder);
        IndexWriter writer = new IndexWriter(directory, config())) {
      writer.addDocument(Vectors.document(0, new float[] {1, 2}, Vectors.fieldType(2)));
      writer.commit();
      DirectoryReader reader = DirectoryReader.open(directory);
      SegmentVectors segment =
          SegmentVectors.of(reader.leaves().getFirst().reader(), Vectors.FIELD);
      assertThat(segment.vector(0)).containsExactly(1, 2);
      reader.close();
      assertThatThrownBy(() -> segment.search(new float[2], 1, 1, true, null))
          .isInstanceOf(AlreadyClosedException.class);
      assertThatThrownBy(() -> segment.vector(0)).isInstanceOf(AlreadyClosedException.class);
    }
  }

  private static IndexWriterConfig config() {
    return new IndexWriterConfig().setCodec(new QuiverCodec());
  }
}
