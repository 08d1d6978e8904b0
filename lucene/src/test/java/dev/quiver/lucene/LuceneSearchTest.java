package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LuceneSearchTest {
  private static final int DIMENSION = 24;

  private static IndexWriterConfig config(int fullScanThreshold) {
    return new IndexWriterConfig()
        .setCodec(
            new QuiverCodec(VectorsConfig.defaults().withFullScanThreshold(fullScanThreshold)));
  }

  @ParameterizedTest
  @EnumSource(VectorSimilarityFunction.class)
  void withoutAttributesScoresAreThoseOfLucenesSimilarity(VectorSimilarityFunction similarity)
      throws IOException {
    Random random = Vectors.random("similarity " + similarity);
    List<float[]> vectors = new ArrayList<>();
    List<byte[]> bytes = new ArrayList<>();
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, config(50))) {
      for (int id = 0; id < 300; id++) {
        float[] vector = Vectors.gaussian(random, DIMENSION, 1, 0);
        byte[] byteVector = new byte[DIMENSION];
        random.nextBytes(byteVector);
        vectors.add(vector);
        bytes.add(byteVector);
        Document document = new Document();
        document.add(new KnnFloatVectorField("floats", vector, similarity));
        document.add(new KnnByteVectorField("bytes", byteVector, similarity));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        float[] query = Vectors.gaussian(random, DIMENSION, 1, 0);
        TopDocs hits = searcher.search(new KnnFloatVectorQuery("floats", query, 10), 10);
        assertThat(hits.scoreDocs).hasSize(10);
        for (ScoreDoc hit : hits.scoreDocs) {
          float expected = similarity.compare(query, vectors.get(hit.doc));
          assertThat(hit.score).isEqualTo(expected, within(1e-5f * Math.max(1, expected)));
        }
        byte[] byteQuery = bytes.get(17);
        TopDocs byteHits = searcher.search(new KnnByteVectorQuery("bytes", byteQuery, 10), 10);
        assertThat(byteHits.scoreDocs).hasSize(10);
        for (ScoreDoc hit : byteHits.scoreDocs) {
          float expected = similarity.compare(byteQuery, bytes.get(hit.doc));
          assertThat(hit.score).isEqualTo(expected, within(1e-5f * Math.max(1, expected)));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"10000, false", "10000, true", "50, false", "50, true"})
  void manhattanRanksThroughLucenesOwnQueryWithAndWithoutAFilter(
      int fullScanThreshold, boolean filtered) throws IOException {
    Random random = Vectors.random("manhattan");
    FieldType type =
        Vectors.fieldType(DIMENSION, VectorAttributes.DISTANCE, VectorAttributes.MANHATTAN);
    List<float[]> vectors = Vectors.clustered(random, 600, DIMENSION);
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, config(fullScanThreshold))) {
      for (int id = 0; id < vectors.size(); id++) {
        Document document = new Document();
        document.add(new KnnFloatVectorField(Vectors.FIELD, vectors.get(id), type));
        document.add(new StringField("colour", id % 3 == 0 ? "red" : "blue", Field.Store.NO));
        document.add(new NumericDocValuesField(Vectors.ID, id));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        int found = 0;
        for (int i = 0; i < 20; i++) {
          float[] query = vectors.get(random.nextInt(vectors.size()));
          TermQuery filter = filtered ? new TermQuery(new Term("colour", "red")) : null;
          TopDocs hits =
              searcher.search(new KnnFloatVectorQuery(Vectors.FIELD, query, 10, filter), 10);
          assertThat(hits.scoreDocs).hasSize(10);
          List<Double> best =
              Vectors.bestScores(
                  VectorAttributes.MANHATTAN, vectors, query, 10, id -> !filtered || id % 3 == 0);
          for (ScoreDoc hit : hits.scoreDocs) {
            double distance =
                Vectors.score(VectorAttributes.MANHATTAN, query, vectors.get(hit.doc));
            assertThat((double) hit.score).isEqualTo(1 / (1 + distance), within(1e-5));
            assertThat(filtered && hit.doc % 3 != 0).isFalse();
            found += distance <= best.getLast() + 1e-4 ? 1 : 0;
          }
        }
        assertThat(found / 200.0).isGreaterThan(0.95);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "quiver.distance, angular",
    "quiver.element, int4",
    "quiver.m, many",
    "quiver.m, 100000",
    "quiver.ef_construct, 0",
    "quiver.full_scan_threshold, -1"
  })
  void anAttributeThatMakesNoSenseIsRefusedWithFieldNameAndValue(String name, String value)
      throws IOException {
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, config(50))) {
      FieldType type = Vectors.fieldType(2, name, value);
      assertThatThrownBy(() -> writer.addDocument(Vectors.document(0, new float[2], type)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(name)
          .hasMessageContaining('"' + Vectors.FIELD + '"')
          .hasMessageContaining(value);
    }
  }

  @Test
  void aByteFieldWithAnElementAttributeIsRefused() throws IOException {
    FieldType type = new FieldType();
    type.setVectorAttributes(2, VectorEncoding.BYTE, VectorSimilarityFunction.EUCLIDEAN);
    type.putAttribute(VectorAttributes.ELEMENT, VectorAttributes.FLOAT16);
    type.freeze();
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, config(50))) {
      Document document = new Document();
      document.add(new KnnByteVectorField("b", new byte[2], type));
      assertThatThrownBy(() -> writer.addDocument(document))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("BYTE");
    }
  }
}
