package dev.quiver.lucene;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;

/** Random vectors, documents that hold them, and plain distances to compare with. */
final class Vectors {
  static final String FIELD = "v";
  static final String ID = "id";

  private Vectors() {}

  /** Prints the seed of a test; {@code -Dquiver.test.seed=N} replays it. */
  static Random random(String test) {
    long seed = Long.getLong("quiver.test.seed", new SplittableRandom().nextLong());
    System.out.println(test + ": -Dquiver.test.seed=" + seed);
    return new Random(seed);
  }

  static float[] gaussian(Random random, int dimension, float scale, float shift) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian() * scale + shift;
    }
    return vector;
  }

  /** Vectors around a few hundred centres, as embeddings lie, so that recall means something. */
  static List<float[]> clustered(Random random, int count, int dimension) {
    int centres = Math.max(1, count / 50);
    List<float[]> middle = new ArrayList<>();
    for (int i = 0; i < centres; i++) {
      middle.add(gaussian(random, dimension, 1, 0));
    }
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] vector = gaussian(random, dimension, 0.5f, 0);
      float[] centre = middle.get(random.nextInt(centres));
      for (int j = 0; j < dimension; j++) {
        vector[j] += centre[j];
      }
      vectors.add(vector);
    }
    return vectors;
  }

  static FieldType fieldType(int dimension, String... attributesAndValues) {
    FieldType type = new FieldType();
    type.setVectorAttributes(dimension, VectorEncoding.FLOAT32, VectorSimilarityFunction.EUCLIDEAN);
    for (int i = 0; i < attributesAndValues.length; i += 2) {
      type.putAttribute(attributesAndValues[i], attributesAndValues[i + 1]);
    }
    type.freeze();
    return type;
  }

  static Document document(int id, float[] vector, FieldType type) {
    Document document = new Document();
    document.add(new StringField(ID, Integer.toString(id), Field.Store.YES));
    document.add(new NumericDocValuesField(ID, id));
    if (vector != null) {
      document.add(new KnnFloatVectorField(FIELD, vector, type));
    }
    return document;
  }

  /** The raw score, computed the plain way in double precision. */
  static double score(String distance, float[] a, float[] b) {
    double dot = 0;
    double squaresA = 0;
    double squaresB = 0;
    double squares = 0;
    double absolute = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
      double difference = (double) a[i] - b[i];
      squares += difference * difference;
      absolute += Math.abs(difference);
    }
    return switch (distance) {
      case VectorAttributes.DOT -> dot;
      case VectorAttributes.COSINE ->
          squaresA == 0 || squaresB == 0 ? 0 : dot / Math.sqrt(squaresA) / Math.sqrt(squaresB);
      case VectorAttributes.EUCLIDEAN -> Math.sqrt(squares);
      case VectorAttributes.MANHATTAN -> absolute;
      default -> throw new IllegalArgumentException(distance);
    };
  }

  static boolean largerIsBetter(String distance) {
    return distance.equals(VectorAttributes.DOT) || distance.equals(VectorAttributes.COSINE);
  }

  /** The scores of the best k accepted vectors, best first; null vectors are absent ones. */
  static List<Double> bestScores(
      String distance, List<float[]> vectors, float[] query, int k, IntPredicate accept) {
    List<Double> scores = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      if (vectors.get(i) != null && accept.test(i)) {
        scores.add(score(distance, query, vectors.get(i)));
      }
    }
    scores.sort(largerIsBetter(distance) ? Comparator.reverseOrder() : Comparator.naturalOrder());
    return scores.subList(0, Math.min(k, scores.size()));
  }

  /** The share of hits as good as the k-th best true score. */
  static double recall(String distance, List<Double> best, SegmentHits hits) {
    if (best.isEmpty()) {
      return 1;
    }
    double worst = best.getLast();
    double slack = 1e-4 * Math.max(1, Math.abs(worst));
    int found = 0;
    for (float score : hits.scores()) {
      boolean good = largerIsBetter(distance) ? score >= worst - slack : score <= worst + slack;
      found += good ? 1 : 0;
    }
    return (double) found / best.size();
  }
}
