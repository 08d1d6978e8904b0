package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.InfoStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MergeTest {
  private static final int DIMENSION = 24;
  private static final int DOCUMENTS = 3000;
  private static final int THRESHOLD = 200;

  private final OffHeapBudget budget = new OffHeapBudget(256 << 20);

  private IndexWriterConfig config(VectorsConfig vectors) {
    return new IndexWriterConfig()
        .setMergeScheduler(new SerialMergeScheduler())
        .setCodec(new QuiverCodec(vectors.withFullScanThreshold(THRESHOLD).withBudget(budget)));
  }

  static Stream<Arguments> forms() {
    return Stream.of(
        Arguments.of(VectorAttributes.DOT, VectorAttributes.FLOAT32),
        Arguments.of(VectorAttributes.COSINE, VectorAttributes.FLOAT16),
        Arguments.of(VectorAttributes.EUCLIDEAN, VectorAttributes.FLOAT32),
        Arguments.of(VectorAttributes.EUCLIDEAN, VectorAttributes.FLOAT16),
        Arguments.of(VectorAttributes.MANHATTAN, VectorAttributes.FLOAT32));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void recallStaysHighThroughMergesOfUnequalSegments(String distance, String element)
      throws IOException {
    Random random = Vectors.random("merges " + distance + " " + element);
    FieldType type =
        Vectors.fieldType(
            DIMENSION, VectorAttributes.DISTANCE, distance, VectorAttributes.ELEMENT, element);
    List<float[]> vectors = Vectors.clustered(random, DOCUMENTS, DIMENSION);
    try (ExecutorService executor = Executors.newFixedThreadPool(2);
        Directory directory = new ByteBuffersDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory, config(VectorsConfig.defaults().withBuildThreads(executor, 2)))) {
      int next = 0;
      for (int segment : new int[] {300, 1500, 250, 50, 900}) {
        for (int i = 0; i < segment; i++) {
          writer.addDocument(Vectors.document(next, vectors.get(next), type));
          next++;
        }
        writer.flush();
      }
      writer.forceMerge(1);
      assertRecall(writer, random, distance, 0.95);
    }
    assertThat(budget.usedBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void recallStaysHighAfterHalfOfTheDocumentsAreDeletedAndMergedAway(boolean sorted)
      throws IOException {
    Random random = Vectors.random("deletes");
    FieldType type = Vectors.fieldType(DIMENSION);
    List<float[]> vectors = Vectors.clustered(random, DOCUMENTS, DIMENSION);
    IndexWriterConfig config = config(VectorsConfig.defaults());
    if (sorted) {
      config.setIndexSort(new Sort(new SortField(Vectors.ID, SortField.Type.LONG, true)));
    }
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < DOCUMENTS; id++) {
        boolean has = id % 5 != 0;
        writer.addDocument(Vectors.document(id, has ? vectors.get(id) : null, type));
        if (id == 1999) {
          writer.flush();
        }
      }
      for (int id = 0; id < DOCUMENTS; id++) {
        if (random.nextBoolean()) {
          writer.deleteDocuments(new Term(Vectors.ID, Integer.toString(id)));
        }
      }
      // Deleted documents are still in the graphs here, and must not be found.
      assertRecall(writer, random, VectorAttributes.EUCLIDEAN, 0.95);
      writer.forceMerge(1);
      assertRecall(writer, random, VectorAttributes.EUCLIDEAN, 0.95);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        LeafReader leaf = reader.leaves().getFirst().reader();
        checkEveryVector(leaf, vectors);
      }
    }
  }

  @Test
  void segmentsOfLucenesOwnFormatAndOfOtherOptionsAreConvertedByAMerge() throws IOException {
    Random random = Vectors.random("foreign");
    List<float[]> vectors = Vectors.clustered(random, 900, DIMENSION);
    try (Directory directory = new ByteBuffersDirectory()) {
      IndexWriterConfig lucene =
          new IndexWriterConfig()
              .setCodec(new Lucene104Codec())
              .setMergePolicy(NoMergePolicy.INSTANCE);
      try (IndexWriter writer = new IndexWriter(directory, lucene)) {
        add(writer, vectors, 0, 300, Vectors.fieldType(DIMENSION));
      }
      try (IndexWriter writer =
          new IndexWriter(
              directory, config(VectorsConfig.defaults()).setMergePolicy(NoMergePolicy.INSTANCE))) {
        add(writer, vectors, 300, 600, Vectors.fieldType(DIMENSION));
      }
      FieldType manhattan =
          Vectors.fieldType(
              DIMENSION,
              VectorAttributes.DISTANCE,
              VectorAttributes.MANHATTAN,
              VectorAttributes.ELEMENT,
              VectorAttributes.FLOAT16);
      try (IndexWriter writer = new IndexWriter(directory, config(VectorsConfig.defaults()))) {
        add(writer, vectors, 600, 900, manhattan);
        writer.forceMerge(1);
        assertRecall(writer, random, VectorAttributes.MANHATTAN, 0.95);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          checkEveryVector(reader.leaves().getFirst().reader(), vectors);
        }
      }
    }
  }

  @Test
  void theLargestGraphIsContinuedUnlessMostOfItIsGoneOrItLinksDifferently() throws IOException {
    Random random = Vectors.random("continued");
    List<float[]> vectors = Vectors.clustered(random, 1300, DIMENSION);
    assertThat(mergeMessages(vectors, Vectors.fieldType(DIMENSION), 0))
        .anyMatch(m -> m.contains("graph of 1300 vectors of \"v\", continuing one of 800"));
    // 500 of 800 gone: the second segment's graph has more live nodes.
    assertThat(mergeMessages(vectors, Vectors.fieldType(DIMENSION), 500))
        .anyMatch(m -> m.contains("graph of 800 vectors of \"v\", continuing one of 500"));
    assertThat(mergeMessages(vectors, Vectors.fieldType(DIMENSION, VectorAttributes.M, "8"), 0))
        .anyMatch(m -> m.contains("graph of 1300 vectors of \"v\", continuing one of 500"));
  }

  /** Merges a segment of 800, the first of them deleted, with one of 500 of another type. */
  private List<String> mergeMessages(List<float[]> vectors, FieldType second, int deleted)
      throws IOException {
    List<String> messages = Collections.synchronizedList(new ArrayList<>());
    InfoStream stream =
        new InfoStream() {
          @Override
          public void message(String component, String message) {
            messages.add(message);
          }

          @Override
          public boolean isEnabled(String component) {
            return component.equals("VV");
          }

          @Override
          public void close() {}
        };
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer =
            new IndexWriter(directory, config(VectorsConfig.defaults()).setInfoStream(stream))) {
      add(writer, vectors, 0, 800, Vectors.fieldType(DIMENSION));
      add(writer, vectors, 800, 1300, second);
      for (int id = 0; id < deleted; id++) {
        writer.deleteDocuments(new Term(Vectors.ID, Integer.toString(id)));
      }
      messages.clear();
      writer.forceMerge(1);
    }
    return messages;
  }

  private static void add(
      IndexWriter writer, List<float[]> vectors, int from, int to, FieldType type)
      throws IOException {
    for (int id = from; id < to; id++) {
      writer.addDocument(Vectors.document(id, vectors.get(id), type));
    }
    writer.flush();
  }

  private static void checkEveryVector(LeafReader leaf, List<float[]> given) throws IOException {
    SegmentVectors segment = SegmentVectors.of(leaf, Vectors.FIELD);
    NumericDocValues ids = leaf.getNumericDocValues(Vectors.ID);
    for (int doc = 0; doc < leaf.maxDoc(); doc++) {
      assertThat(ids.advanceExact(doc)).isTrue();
      float[] stored = segment.vector(doc);
      if (stored != null) {
        float[] expected = given.get((int) ids.longValue());
        for (int i = 0; i < stored.length; i++) {
          assertThat(stored[i])
              .isEqualTo(expected[i], within(Math.abs(expected[i]) / 1024 + 1e-4f));
        }
      }
    }
  }

  /** Compares searches over the live documents with brute force, per segment, all have graphs. */
  private static void assertRecall(IndexWriter writer, Random random, String distance, double least)
      throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(writer)) {
      for (var context : reader.leaves()) {
        LeafReader leaf = context.reader();
        SegmentVectors segment = SegmentVectors.of(leaf, Vectors.FIELD);
        assertThat(segment.hasGraph()).isTrue();
        List<float[]> stored = new ArrayList<>();
        for (int doc = 0; doc < leaf.maxDoc(); doc++) {
          stored.add(segment.vector(doc));
        }
        for (int keepPercent : new int[] {100, 50, 10, 1}) {
          double recall = 0;
          int queries = 30;
          for (int i = 0; i < queries; i++) {
            FixedBitSet accepted = new FixedBitSet(leaf.maxDoc());
            for (int doc = 0; doc < leaf.maxDoc(); doc++) {
              boolean live = leaf.getLiveDocs() == null || leaf.getLiveDocs().get(doc);
              if (live && random.nextInt(100) < keepPercent) {
                accepted.set(doc);
              }
            }
            float[] query = Vectors.clustered(random, 1, DIMENSION).getFirst();
            SegmentHits hits =
                segment.search(
                    query, 10, 100, false, new AcceptSet(accepted, accepted.cardinality()));
            List<Double> best = Vectors.bestScores(distance, stored, query, 10, accepted::get);
            assertThat(hits.size()).isEqualTo(best.size());
            for (int hit = 0; hit < hits.size(); hit++) {
              assertThat(accepted.get(hits.docs()[hit])).isTrue();
            }
            recall += Vectors.recall(distance, best, hits) / queries;
          }
          assertThat(recall).as("recall at %d %%", keepPercent).isGreaterThanOrEqualTo(least);
        }
      }
    }
  }
}
