package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import dev.quiver.lucene.Objective;
import java.io.IOException;
import java.util.List;

/** Search of dense vectors, by the graphs and scans of {@link VectorSearch}. */
final class DenseSearch extends GraphSearch {
  DenseSearch(ViewPoints points, VectorFields fields, String name, EngineOptions options) {
    super(points, fields, name, options);
  }

  @Override
  public float[] similarities(VectorValue to, int[] docs) throws IOException {
    return scores(VectorSearch.Objectives.always(Objective.similar(values(to))), docs);
  }

  private static float[] values(VectorValue vector) {
    return switch (vector) {
      case VectorValue.Dense(float[] values) -> values;
      case VectorValue.Sparse _, VectorValue.Multi _ ->
          throw new IllegalArgumentException("not a dense vector: " + vector);
    };
  }

  @Override
  VectorSearch.Objectives objectives(Query.OfVectors query, List<VectorValue> examples) {
    float[][] vectors = new float[examples.size()][];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = values(examples.get(i));
    }
    Objective objective =
        switch (query) {
          case Query.Nearest _ -> Objective.nearest(vectors[0]);
          case Query.Recommend(var positive, _, Query.Strategy strategy)
              when strategy == Query.Strategy.AVERAGE_VECTOR ->
              Objective.nearest(average(vectors, positive.size()));
          default -> new CombinedScores(vectors, CombinedScores.of(query));
        };
    return VectorSearch.Objectives.always(objective);
  }

  /** Twice the mean of the positive vectors minus that of the negative ones, if there are any. */
  private static float[] average(float[][] vectors, int positives) {
    float[] mean = mean(vectors, 0, positives);
    if (positives < vectors.length) {
      float[] against = mean(vectors, positives, vectors.length);
      for (int i = 0; i < mean.length; i++) {
        mean[i] = mean[i] + mean[i] - against[i];
      }
    }
    return mean;
  }

  private static float[] mean(float[][] vectors, int from, int to) {
    float[] mean = new float[vectors[from].length];
    for (int v = from; v < to; v++) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vectors[v][i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= to - from;
    }
    return mean;
  }
}
