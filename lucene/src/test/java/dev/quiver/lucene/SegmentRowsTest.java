package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.quiver.index.QueryScorer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Multivectors written, deleted, merged and read back; their MaxSim against plain loops. */
final class SegmentRowsTest {
  private static final int DIMENSION = 5;
  private static final String[] DISTANCES = {
    VectorAttributes.DOT,
    VectorAttributes.COSINE,
    VectorAttributes.EUCLIDEAN,
    VectorAttributes.MANHATTAN
  };
  private static final String[] ELEMENTS = {
    VectorAttributes.FLOAT32, VectorAttributes.FLOAT16, VectorAttributes.UINT8
  };

  @TempDir Path folder;

  private static IndexWriterConfig settings() {
    return new IndexWriterConfig()
        .setCodec(new QuiverCodec(VectorsConfig.defaults(), "rows"::equals));
  }

  private static FieldType type(String distance, String element) {
    FieldType type = new FieldType();
    type.setDocValuesType(DocValuesType.BINARY);
    type.putAttribute(VectorAttributes.ROWS_DIMENSION, String.valueOf(DIMENSION));
    type.putAttribute(VectorAttributes.ROWS_DISTANCE, distance);
    type.putAttribute(VectorAttributes.ROWS_ELEMENT, element);
    return type;
  }

  @Test
  void whatIsWrittenIsReadAndScoredAfterDeletesAndMerges() throws IOException {
    long seed = Long.getLong("quiver.rows.seed", System.nanoTime());
    System.out.println("quiver.rows.seed=" + seed);
    Random random = new Random(seed);
    for (String distance : DISTANCES) {
      for (String element : ELEMENTS) {
        try (Directory mapped = new MMapDirectory(folder.resolve(distance + element));
            Directory buffers = new ByteBuffersDirectory()) {
          check(random.nextBoolean() ? mapped : buffers, random, distance, element);
        }
      }
    }
  }

  private static void check(Directory directory, Random random, String distance, String element)
      throws IOException {
    Map<String, float[][]> written = new HashMap<>();
    boolean whole = element.equals(VectorAttributes.UINT8);
    try (IndexWriter writer = new IndexWriter(directory, settings())) {
      FieldType type = type(distance, element);
      for (int i = 0; i < 300; i++) {
        String id = "id" + random.nextInt(200);
        Document document = new Document();
        document.add(new StringField("id", id, Field.Store.YES));
        written.remove(id);
        if (random.nextInt(5) > 0) {
          float[][] rows = rows(random, whole, distance, 1 + random.nextInt(70));
          byte[] bytes = RowBytes.encode(flat(rows), element);
          document.add(new Field("rows", new BytesRef(bytes), type));
          float[] kept = RowBytes.decode(bytes, 0, bytes.length, element);
          written.put(id, unflat(kept));
        }
        writer.updateDocument(new Term("id", id), document);
        if (random.nextInt(60) == 0) {
          writer.flush();
        }
      }
      verify(writer, random, distance, whole, written);
      writer.forceMerge(1);
      verify(writer, random, distance, whole, written);
    }
    try (CheckIndex check = new CheckIndex(directory)) {
      assertThat(check.checkIndex().clean).isTrue();
    }
  }

  private static void verify(
      IndexWriter writer,
      Random random,
      String distance,
      boolean whole,
      Map<String, float[][]> written)
      throws IOException {
    float[][] query = rows(random, whole, distance, 1 + random.nextInt(4));
    int found = 0;
    try (DirectoryReader reader = DirectoryReader.open(writer)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        BinaryDocValues values = leaf.reader().getBinaryDocValues("rows");
        SegmentRows rows = SegmentRows.of(leaf.reader(), "rows");
        if (rows == null) {
          assertThat(values).isNull();
          continue;
        }
        QueryScorer scorer = rows.maxSim(query);
        Bits live = leaf.reader().getLiveDocs();
        int ordinal = 0;
        for (int doc = values.nextDoc();
            doc != BinaryDocValues.NO_MORE_DOCS;
            doc = values.nextDoc()) {
          String id = leaf.reader().storedFields().document(doc).get("id");
          if (live == null || live.get(doc)) {
            found++;
            float[][] expected = written.get(id);
            assertThat(expected).as(id).isNotNull();
            double sum = maxSim(query, expected, distance);
            assertThat((double) scorer.distance(ordinal))
                .as(distance + " " + id)
                .isCloseTo(sum, within(1e-3 * Math.max(1, Math.abs(sum))));
          }
          BinaryDocValues other = leaf.reader().getBinaryDocValues("rows");
          assertThat(other.advance(doc)).isEqualTo(doc);
          assertThat(other.binaryValue()).isEqualTo(values.binaryValue());
          ordinal++;
        }
        assertThat(ordinal).isEqualTo(rows.size());
      }
    }
    assertThat(found).isEqualTo(written.size());
  }

  private static double maxSim(float[][] query, float[][] rows, String distance) {
    double sum = 0;
    for (float[] asked : query) {
      double nearest = Double.MAX_VALUE;
      for (float[] row : rows) {
        double value = 0;
        double lengths = 1;
        if (distance.equals(VectorAttributes.COSINE)) {
          lengths = length(asked) * length(row);
        }
        for (int i = 0; i < DIMENSION; i++) {
          double difference = asked[i] - row[i];
          value +=
              switch (distance) {
                case VectorAttributes.EUCLIDEAN -> difference * difference;
                case VectorAttributes.MANHATTAN -> Math.abs(difference);
                default -> -asked[i] * row[i] / (lengths == 0 ? 1 : lengths);
              };
        }
        nearest = Math.min(nearest, value);
      }
      sum += nearest;
    }
    return sum;
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private static float[][] rows(Random random, boolean whole, String distance, int count) {
    float[][] rows = new float[count][DIMENSION];
    for (float[] row : rows) {
      for (int i = 0; i < DIMENSION; i++) {
        row[i] = whole ? random.nextInt(256) : (float) random.nextGaussian();
      }
      if (!whole && distance.equals(VectorAttributes.COSINE)) {
        VectorEncoder.normalize(row);
      }
    }
    return rows;
  }

  private static float[] flat(float[][] rows) {
    float[] flat = new float[rows.length * DIMENSION];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * DIMENSION, DIMENSION);
    }
    return flat;
  }

  private static float[][] unflat(float[] values) {
    float[][] rows = new float[values.length / DIMENSION][DIMENSION];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, i * DIMENSION, rows[i], 0, DIMENSION);
    }
    return rows;
  }

  @Test
  void bytesThatAreNoRowsAreRefused() throws IOException {
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, settings())) {
      Document document = new Document();
      document.add(
          new Field(
              "rows",
              new BytesRef(new byte[7]),
              type(VectorAttributes.DOT, VectorAttributes.FLOAT32)));
      writer.addDocument(document);
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("7 bytes (expected: a multiple of 20)");
    }
  }

  @Test
  void aFieldWithoutAttributesIsRefused() throws IOException {
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, settings())) {
      Document document = new Document();
      document.add(new BinaryDocValuesField("rows", new BytesRef(new byte[20])));
      writer.addDocument(document);
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has no attribute \"quiver.rows.dimension\"");
    }
  }
}
