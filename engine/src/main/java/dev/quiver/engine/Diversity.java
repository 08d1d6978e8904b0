package dev.quiver.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Maximal marginal relevance over candidates: each pick has the largest {@code (1 - diversity) *
 * similarity to the query - diversity * similarity to the nearest earlier pick}. Costs a comparison
 * for each pick and candidate.
 */
final class Diversity {
  private final ViewPoints points;
  private final FieldSearch search;
  private final VectorFields fields;
  private final String name;

  Diversity(ViewPoints points, FieldSearch search, VectorFields fields, String name) {
    this.points = points;
    this.search = search;
    this.fields = fields;
    this.name = name;
  }

  /**
   * @param candidates different points that have the vector
   * @return at most {@code limit} of them, in the order of picking
   */
  List<Hit> picked(List<Hit> candidates, VectorValue query, float diversity, int limit)
      throws IOException {
    List<Hit> byDoc = new ArrayList<>(candidates);
    byDoc.sort(Comparator.comparingInt(Hit::doc));
    int[] docs = byDoc.stream().mapToInt(Hit::doc).toArray();
    float lambda = 1 - diversity;
    float[] relevance = search.similarities(query, docs);
    float[] redundancy = new float[docs.length];
    Arrays.fill(redundancy, Float.NEGATIVE_INFINITY);
    boolean[] taken = new boolean[docs.length];
    List<Hit> picked = new ArrayList<>();
    while (picked.size() < Math.min(limit, docs.length)) {
      int best = -1;
      float bestScore = 0;
      for (int i = 0; i < docs.length; i++) {
        float score =
            picked.isEmpty() ? relevance[i] : lambda * relevance[i] - (1 - lambda) * redundancy[i];
        if (!taken[i] && (best < 0 || score > bestScore)) {
          best = i;
          bestScore = score;
        }
      }
      taken[best] = true;
      picked.add(byDoc.get(best));
      float[] toBest =
          search.similaritiesOf(docs, docs[best], points.vector(docs[best], fields, name));
      for (int i = 0; i < docs.length; i++) {
        redundancy[i] = Math.max(redundancy[i], toBest[i]);
      }
    }
    return picked;
  }
}
