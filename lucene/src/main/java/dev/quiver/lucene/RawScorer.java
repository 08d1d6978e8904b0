package dev.quiver.lucene;

import java.lang.foreign.MemorySegment;

/** Scores the stored vectors of one segment against one query, raw. Not thread-safe. */
final class RawScorer {
  private final FieldOptions options;
  private final MemorySegment vectors;
  private final float[] query;
  private final float[] scratch;

  RawScorer(StoredVectors stored, float[] query) {
    this.options = stored.entry().options();
    this.vectors = stored.vectors();
    this.query = query;
    this.scratch = new float[query.length];
  }

  float score(int ordinal) {
    VectorEncoder.decode(
        options.element(), vectors, (long) ordinal * options.vectorBytes(), scratch);
    return switch (options.distance()) {
      case DOT -> (float) dot(query, scratch);
      case COSINE -> {
        double norms = Math.sqrt(dot(query, query)) * Math.sqrt(dot(scratch, scratch));
        yield norms == 0 ? 0 : (float) (dot(query, scratch) / norms);
      }
      case EUCLIDEAN -> {
        double sum = 0;
        for (int i = 0; i < query.length; i++) {
          double difference = query[i] - scratch[i];
          sum += difference * difference;
        }
        yield (float) Math.sqrt(sum);
      }
      case MANHATTAN -> {
        double sum = 0;
        for (int i = 0; i < query.length; i++) {
          sum += Math.abs(query[i] - scratch[i]);
        }
        yield (float) sum;
      }
    };
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
